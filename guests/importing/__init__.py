"""Guest lists: from an uploaded file, through columns, checks and a preview, to visits.

- file to cells: `reading` (with `extract` in a process of its own, and `text`), `sheets`
- columns: `fields`, `mapping`; `filing` keeps the file and what was chosen, and remembers it for the event's next list
- cells to values: `cells`, with `dates`, `moments`, `titles`, `countries`
- rows judged: `checking` and `judged`; one guest in two spellings: `alike`, `repeats`; names of officers: `officers`
- against what is stored: `stored`, `diffing`; what a person entered: `byhand`; what a person is asked: `asking`
- shown: `wording`, `shown`; the two forms: `forms`
- written: `applying`, and `beside` it flights, phones and assignments; long lists through a worker: `runs`

Only frozen dataclasses of primitives pass from one step to the next.
"""
