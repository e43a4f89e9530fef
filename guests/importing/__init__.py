"""Guest lists: from an uploaded file, through columns, checks and a preview, to visits.

read (`reading`) → choose columns (`mapping`) → check (`checking`) → compare with what is stored (`diffing`) → write
(`applying`). Only frozen dataclasses of primitives pass from one step to the next.
"""
