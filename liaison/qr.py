"""Addresses as codes that a phone's camera reads (QR, ISO/IEC 18004)."""

from base64 import b64encode
from io import BytesIO

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from PIL import Image

_QUIET = 4  # modules around the code (ISO/IEC 18004, 5.3.8)


def qr_code(address: str, title: str) -> SafeString:
    """The address as an SVG that scales: dark on light in every theme, with the quiet zone that readers need."""
    drawn = _code(address).svg_inline(
        border=_QUIET,
        omitsize=True,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
        title=title,
    )
    return mark_safe(drawn)  # noqa: S308 (drawn by segno, which escapes the title; the address is only in the squares)


def printed_qr_code(address: str, title: str) -> SafeString:
    """The same for paper: a picture of a pixel a module, which takes a third of the bytes that its lines would in a PDF."""
    rows = list(_code(address).matrix_iter(border=_QUIET))
    grey = bytes(0 if is_dark else 255 for row in rows for is_dark in row)
    file = BytesIO()
    Image.frombytes("L", (len(rows), len(rows)), grey).save(file, "PNG", optimize=True)
    data = b64encode(file.getvalue()).decode()
    return format_html('<img class="qr" alt="{}" src="data:image/png;base64,{}">', title, data)


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")
