"""Files for the officers of a guest: looked at when they come in, and given out to those who may read them."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from guests.models import Document
from liaison.encryption import enciphered
from liaison.paper.pictures import BrokenImageError, redrawn
from liaison.sheets.confined import TooMuchError, extracted_by

MOST_BYTES = 8 * 1024 * 1024
_READ_AT = (2400, 2400)  # pixels: a page of A4 at 200 dpi
_PAGES = str(Path(__file__).with_name("extract_pages.py"))


class DocumentError(Exception):
    """A file is not taken in; the message says why, and what to do."""


@dataclass(frozen=True)
class Sound:
    """A file that is what it says: its bytes, for a picture drawn anew without what the camera wrote into it."""

    kind: Document.Kind
    data: bytes

    def sealed(self) -> "ContentFile[bytes]":
        """The file as it is stored: encrypted, under a random name."""
        return ContentFile(enciphered(self.data), name=secrets.token_hex(16))


def judged(data: bytes) -> Sound:
    """The file as it may be kept, known by its content and not by its name. Raises DocumentError."""
    if len(data) > MOST_BYTES:
        raise DocumentError(_("The file is larger than %(most)d MB.") % {"most": MOST_BYTES >> 20})
    if data.startswith(b"%PDF-"):
        _refuse_broken(data)
        return Sound(Document.Kind.PDF, data)
    try:
        drawn = redrawn(data, size=_READ_AT)
    except BrokenImageError as error:
        raise DocumentError(
            _("This is no PDF, JPEG or PNG, or it is damaged. Save it anew and try again.")
        ) from error
    return Sound(Document.Kind.PNG if drawn.startswith(b"\x89PNG") else Document.Kind.JPEG, drawn)


def _refuse_broken(data: bytes) -> None:
    """Refuse a PDF that does not open, or does more than to be read, by reading it within limits."""
    try:
        found = extracted_by(_PAGES, data)
    except TooMuchError as error:
        raise DocumentError(_("The PDF is damaged. Save it anew and try again.")) from error
    if found == "locked":
        raise DocumentError(_("The PDF is locked by a password. Save it without one and try again."))
    if found == "active":
        raise DocumentError(
            _("The PDF holds a program or another file. Print it into a new PDF and try again.")
        )
