"""Pictures: looked at before they are set or kept, brought to size, and without what a camera wrote into them."""

import struct
import warnings
from datetime import datetime
from functools import lru_cache
from io import BytesIO

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
SET_AT = (640, 640)  # pixels: 300 dpi at 54 mm, the widest that a picture is set
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


class PaperError(Exception):
    """A paper cannot be made; the message tells an officer or a coordinator why, and what to do."""


class BrokenImageError(PaperError):
    """A picture cannot be printed; says which and why. `name` is its name in the media storage."""

    def __init__(self, name: str, reason: str, called: str = "") -> None:
        self.name, self.reason = name, reason
        what = {"picture": called or name, "reason": reason}
        super().__init__(_("%(picture)s cannot be printed: %(reason)s Replace or remove it.") % what)

    def called(self, called: str) -> "BrokenImageError":
        """The same, naming the picture by what it shows."""
        return BrokenImageError(self.name, self.reason, called[:1].upper() + called[1:])


def picture(name: str) -> bytes:
    """The stored picture as a PNG or JPEG of print size, upright and without metadata. Raises BrokenImageError."""
    try:
        size, changed_at = default_storage.size(name), default_storage.get_modified_time(name)
        if size > MOST_BYTES:
            raise too_heavy(name)
        return _brought_to_size(name, changed_at)
    except (FileNotFoundError, PermissionError, SuspiciousFileOperation) as error:
        raise BrokenImageError(name, _("the file is missing.")) from error


@lru_cache(maxsize=32)  # a run prints the same logo and the same officers again and again
def _brought_to_size(name: str, changed_at: datetime) -> bytes:
    with default_storage.open(name) as file:
        return redrawn(file.read(), size=SET_AT, name=name, formats=FORMATS)


def redrawn(
    content: bytes, *, size: tuple[int, int], name: str = "", formats: tuple[str, ...] = ("JPEG", "PNG")
) -> bytes:
    """The picture drawn anew as a PNG or JPEG of at most that size, upright and without metadata. Raises BrokenImageError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a damaged file makes Pillow say besides
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=formats) as image:
                return _set(name, image, size)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(name) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise BrokenImageError(name, _("the file is damaged or no picture.")) from error


def _set(name: str, image: Image.Image, size: tuple[int, int]) -> bytes:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(name)
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = (
        ImageFile.LOAD_TRUNCATED_IMAGES,
        False,
    )  # WeasyPrint turns it on
    try:
        image.draft("RGB", size)
        upright = ImageOps.exif_transpose(image)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
    has_alpha = upright.has_transparency_data
    small = upright.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail(size, Image.Resampling.LANCZOS)
    small.info.clear()  # comments, profiles and the like would be written back
    out = BytesIO()
    if has_alpha or image.format == "PNG":
        small.save(out, "PNG")
    else:
        small.save(out, "JPEG", quality=88)
    return out.getvalue()


def too_heavy(name: str) -> BrokenImageError:
    """That a file has more bytes than are read."""
    return BrokenImageError(name, _("the file is larger than %(most)d MB.") % {"most": MOST_BYTES >> 20})


def _too_large(name: str) -> BrokenImageError:
    most = MOST_PIXELS // 1_000_000
    return BrokenImageError(name, _("it has more than %(most)d megapixels.") % {"most": most})
