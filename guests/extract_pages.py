"""Whether a PDF can be kept. Run by `liaison.sheets.confined` in a process of its own."""

from io import BytesIO

import pikepdf

_HOLDS = {"/JS", "/EF", "/RichMediaContent"}  # a script, a file within, a film
_DOES = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute"}


def extract(data: bytes) -> str:
    """“sound”; “locked” by a password; “active” where it does more than to be read. Raises where it is damaged or empty."""
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False) as book:
            if not book.pages:
                raise ValueError("no pages")
            return "active" if _is_active(book) else "sound"
    except pikepdf.PasswordError:
        return "locked"


def _is_active(book: pikepdf.Pdf) -> bool:
    waiting = list(book.objects)
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            within = list(one)
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            keys = set(one.keys())
            if keys & _HOLDS or ("/S" in keys and str(one["/S"]) in _DOES):
                return True
            within = [one[key] for key in keys]
        else:
            continue
        waiting += [each for each in within if isinstance(each, pikepdf.Object) and not each.is_indirect]
    return False
