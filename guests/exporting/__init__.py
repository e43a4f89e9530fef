"""Lists that people take away: what each holds, who may have it, and that it was taken.

- `asked`: for which event, whom, on whose clocks
- `guest_list` (comes back in through `guests.importing`), `duties`, `arrivals`, `manifest`: one list each
- `contacts`: the people to call, as vCards
- `giving`: the one door, which writes the file and keeps that it was taken
"""
