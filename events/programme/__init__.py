"""The public programme: from an uploaded file, through a check and a preview, to sessions.

- what a file lists, whatever its kind: `listed`
- tables: `table`; schedules of conference tools (JSON, XML): `schedule`; calendars (RFC 5545): `calendar`; all three
  behind `reading`
- against what is stored: `diffing`; written: `applying`
"""
