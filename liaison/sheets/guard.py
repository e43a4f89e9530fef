"""The apostrophe before a text that a spreadsheet would take for a formula: put on when writing CSV, taken off when reading.

Source of the rule: OWASP, “CSV Injection”. A lone dash is no formula and stays. A phone (+62 812…) is guarded as well,
for a spreadsheet would add it up and lose its plus.
"""

import re

_HIDDEN = r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_FORMULA = re.compile(rf"{_HIDDEN}[=+\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n]")
_DASH = re.compile(rf"{_HIDDEN}-\s*")


def is_like_formula(text: str) -> bool:
    """Whether some spreadsheet would work the text out instead of showing it."""
    return bool(_FORMULA.match(text)) and not _DASH.fullmatch(text)


def guarded(text: str) -> str:
    """The text with an apostrophe before it where it needs one; `unguarded` gives the same text back."""
    return f"'{text}" if is_like_formula(text.lstrip("'")) else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that keeps it from being a formula; other apostrophes stay."""
    return text[1:] if text.startswith("'") and is_like_formula(text.lstrip("'")) else text
