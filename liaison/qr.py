"""Addresses as codes that a phone's camera reads (QR, ISO/IEC 18004)."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str, title: str) -> SafeString:
    """The address as an SVG that scales: dark on light in every theme, with the quiet zone that readers need."""
    code = segno.make_qr(address, error="m")
    drawn = code.svg_inline(
        omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None, title=title
    )
    return mark_safe(drawn)  # noqa: S308 (drawn by segno, which escapes the title; the address is only in the squares)
