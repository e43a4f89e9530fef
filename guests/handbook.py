"""The quick starts: one for officers, one for coordinators, each the same words on the screen and on two pages of paper."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from liaison.paper import pdf

STYLE = "css/quick-start.css"


@dataclass(frozen=True)
class Guide:
    """A quick start: its name, and the template with its sections."""

    name: str
    title: Any
    numbers: tuple[Any, ...]

    @property
    def sections(self) -> str:
        return f"handbook/{self.name}.html"


OFFICERS = Guide(
    "officers",
    _("Quick start for officers"),
    (_("Coordinator"), _("Transport desk"), _("Doctor"), _("Security")),
)
COORDINATORS = Guide(
    "coordinators",
    _("Quick start for coordinators"),
    (_("Administrator"), _("Transport desk"), _("Airport"), _("Security")),
)
GUIDES = (OFFICERS, COORDINATORS)


def quick_start(guide: Guide, language: str) -> bytes:
    """Two A4 pages as PDF, with lines for the numbers one calls. Raises `liaison.paper.pdf.PaperError`."""
    with override(language):
        html = render_to_string("handbook/paper.html", {"guide": guide, "language": language})
        return pdf.bind([pdf.lay_out(str(guide.title), html, STYLE)]).data
