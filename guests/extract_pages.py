"""How many pages a PDF has; None where a password locks it. Run by `liaison.sheets.confined` in a process of its own."""

from io import BytesIO

import pikepdf


def extract(data: bytes) -> int | None:
    """Raises where the file is damaged or has no page."""
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False) as book:
            if not book.pages:
                raise ValueError("no pages")
            return len(book.pages)
    except pikepdf.PasswordError:
        return None
