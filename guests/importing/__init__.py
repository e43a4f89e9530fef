"""Guest lists: from an uploaded file, through columns, checks and a preview, to visits.

- the file is read by `liaison.sheets`; `filing` keeps it and what was chosen, and remembers it for the event's next list
- columns: `fields`
- cells to values: `cells`, with `titles`
- rows judged: `checking` and `judged`; one guest in two spellings: `alike`, `repeats`; names of officers: `officers`
- against what is stored: `stored`, `diffing`; what a person entered: `byhand`; what a person is asked: `asking`
- shown: `wording`, `shown`; the two forms: `forms`
- written: `applying`, and `beside` it flights, phones and assignments; long lists through a worker: `runs`

Only frozen dataclasses of primitives pass from one step to the next.
"""
