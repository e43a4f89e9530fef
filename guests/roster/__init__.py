"""Lists of officers: from an uploaded file, through a check and a preview, to the event's team.

- what a file says of each officer: `fields`, `hours`, `tongues`, `reading`
- whom its names mean: `charges` (delegations and guests), `stored` (people)
- against what is stored: `diffing`; written: `applying`; in the reader's words: `wording`
"""
