"""The guest's handout against WeasyPrint as its manual has it, on the same page with the same stylesheets."""

import time
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from events.models import Event
from guests.handout import STYLE, handout_html, render_handout
from guests.models import Visit
from guests.prints import print_handouts
from liaison.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from guests.models import Print

_STYLES = ("css/print-fonts.css", STYLE)


def measure(event: Event, *, by: User, at: datetime, handouts: int) -> list[str]:
    """Milliseconds for each, taking turns; the first of each, which loads fonts, apart."""
    visits = list(
        Visit.objects.filter(event=event).order_by("pk").values_list("pk", flat=True)[: handouts + 1]
    )
    prints = print_handouts(visits=visits, by=by, at=at, language="en")
    first, *rest = [(_timed(render_handout, one), _timed(_raw, one)) for one in prints]
    ours, raw = median(mine for mine, _theirs in rest), median(theirs for _mine, theirs in rest)
    told = f"a handout {ours:.0f} ms, by plain WeasyPrint {raw:.0f} ms ({ours / raw:.2f} of it)"
    return [f"     {told}; the first one {first[0]:.0f} and {first[1]:.0f} ms"]


def _raw(handout: "Print") -> bytes:
    fonts = FontConfiguration()
    styles = [CSS(filename=settings.ROOT / "static" / name, font_config=fonts) for name in _STYLES]
    pdf: bytes = HTML(string=handout_html(handout)).write_pdf(stylesheets=styles, font_config=fonts)
    return pdf


def _timed(render: "Callable[[Print], bytes]", handout: "Print") -> float:
    began = time.perf_counter()
    render(handout)
    return (time.perf_counter() - began) * 1000
