"""The logs: who read whose private data, who took which list away, and what was erased."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from guests.exporting.asked import CHUNK, Asked, column, title
from guests.models import Erasure, Export, PrivateReading
from guests.models.erasure import named_counts
from liaison.sheets.writing import Table, Value


def readings(asked: Asked, export: Export) -> Table:
    """The readings of private data of the event's guests, the latest first; after erasing the guests are numbers."""
    columns = (
        asked.moment_column(title(PrivateReading, "read_at")),
        column(title(PrivateReading, "reader"), 26),
        column(_("e-mail"), 30),
        column(_("guest"), 30),
        column(title(PrivateReading, "export"), 30),
    )
    return Table(str(Export.Kind.READINGS.label), columns, _readings(asked))


def _readings(asked: Asked) -> Iterator[tuple[Value, ...]]:
    rows = asked.rows(PrivateReading).filter(guest__in=asked.event.visits.values("guest"))
    rows = rows.select_related("guest", "reader", "export").order_by("-read_at", "-pk")
    for reading in rows.iterator(chunk_size=CHUNK):
        yield (
            asked.clock(reading.read_at),
            reading.reader.name,
            reading.reader.email,
            reading.guest.titled_name,
            _list_of(reading, asked),
        )


def _list_of(reading: PrivateReading, asked: Asked) -> str:
    """Which list of this event it was read for; of another event's lists nothing is said."""
    export = reading.export
    return str(export.get_kind_display()) if export and export.event_id == asked.event.pk else ""


def taken(asked: Asked, export: Export) -> Table:
    """The lists that were taken of the event, the latest first, this one among them."""
    columns = (
        asked.moment_column(title(Export, "taken_at")),
        column(title(Export, "taken_by"), 26),
        column(_("e-mail"), 30),
        column(title(Export, "kind"), 26),
        column(title(Export, "format")),
        column(title(Export, "rows")),
        column(title(Export, "with_private")),
    )
    return Table(str(Export.Kind.TAKEN.label), columns, _taken(asked))


def _taken(asked: Asked) -> Iterator[tuple[Value, ...]]:
    rows = asked.rows(Export).filter(event=asked.event)
    for row in rows.select_related("taken_by").order_by("-taken_at", "-pk").iterator(chunk_size=CHUNK):
        yield (
            asked.clock(row.taken_at),
            row.taken_by.name if row.taken_by else _("command line"),
            row.taken_by.email if row.taken_by else "",
            str(row.get_kind_display()),
            row.format,
            row.rows,
            _("yes") if row.with_private else _("no"),
        )


def erased(asked: Asked, export: Export) -> Table:
    """The reports of what was erased of the event and of its guests, the latest first: how much of what, never what it said."""
    columns = (
        asked.moment_column(title(Erasure, "started_at")),
        asked.moment_column(title(Erasure, "finished_at")),
        column(title(Erasure, "stage"), 36),
        column(_("number of the guest")),
        column(title(Erasure, "asked_by"), 26),
        column(title(Erasure, "reason"), 40),
        column(title(Erasure, "counts"), 80),
    )
    return Table(str(Export.Kind.ERASURES.label), columns, _erased(asked))


def _erased(asked: Asked) -> Iterator[tuple[Value, ...]]:
    visited = asked.event.visits.values("guest")
    rows = asked.rows(Erasure).filter(Q(event=asked.event) | Q(event=None, guest__in=visited))
    for row in rows.select_related("asked_by").order_by("-started_at", "-pk").iterator(chunk_size=CHUNK):
        yield (
            asked.clock(row.started_at),
            asked.clock(row.finished_at),
            str(row.get_stage_display()),
            row.guest_id,
            row.asked_by.name if row.asked_by else "",
            row.reason,
            "; ".join(f"{said}: {number}" for said, number in named_counts(row.counts)),
        )
