"""Tables that people made, read with care, and tables that are given out: the ground under every list.

- file to cells: `reading` (with `extract`, `confined` to a process of its own, and `text`), `table`
- rows to a file: `writing`, with `guard` against formulas
- columns to fields: `mapping`, for the `Vocabulary` of a kind of list
- cells to meanings: `dates`, `moments`, `countries`, `comparing`

Knows no guests and no sessions; what a field means is the importer's to say.
"""
