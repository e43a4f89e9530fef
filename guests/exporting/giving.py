"""The one door by which a list leaves: the file is written, and who took what and when is kept with it."""

from collections.abc import Callable, Iterable
from typing import IO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify

from events.access import may_coordinate
from guests.exporting import arrivals, contacts, duties, guest_list, logs, manifest
from guests.exporting.asked import Asked
from guests.models import Export
from liaison.clock import day_of
from liaison.sheets import writing
from liaison.sheets.writing import Format, Table

TABLES: dict[str, Callable[[Asked, Export], Table]] = {
    Export.Kind.GUESTS: guest_list.table,
    Export.Kind.ASSIGNMENTS: duties.table,
    Export.Kind.ARRIVALS: arrivals.table,
    Export.Kind.MANIFEST: manifest.table,
    Export.Kind.READINGS: logs.readings,
    Export.Kind.TAKEN: logs.taken,
    Export.Kind.ERASURES: logs.erased,
}
VCARD = "vcf"
CONTENT_TYPES = {
    **{how.value: said for how, said in writing.CONTENT_TYPES.items()},
    VCARD: "text/vcard; charset=utf-8",
}


def give(*, asked: Asked, kind: str, how: str, out: IO[bytes]) -> Export:
    """Write the list into `out`, and keep that it was taken; contacts are always vCards.

    Raises PermissionDenied for whoever does not run the event, and for private data without a person who asks.
    Where writing fails nothing is kept, and the file must not be given out.
    """
    if asked.by is not None and not may_coordinate(asked.by, asked.event):
        raise PermissionDenied
    private = asked.with_private and kind == Export.Kind.GUESTS
    if private and asked.by is None:
        raise PermissionDenied
    how = VCARD if kind == Export.Kind.CONTACTS else how
    with transaction.atomic():
        export = Export.objects.create(
            event=asked.event,
            kind=kind,
            format=how,
            with_private=private,
            taken_by=asked.by,
            taken_at=asked.at,
        )
        if how == VCARD:
            export.rows = _all_of(contacts.vcards(contacts.cards_of_event(asked), at=asked.at), out)
        else:
            export.rows = writing.write(TABLES[kind](asked, export), Format(how), out)
        export.save(update_fields=["rows"])
    return export


def _all_of(parts: Iterable[bytes], out: IO[bytes]) -> int:
    return sum(1 for part in parts if out.write(part))


def file_name(export: Export) -> str:
    """Event, list and day: “forum-nusantara-arrivals-2027-05-13.xlsx”."""
    day = day_of(export.taken_at, export.event.time_zone)
    return f"{export.event.slug}-{slugify(export.get_kind_display())}-{day:%Y-%m-%d}.{export.format}"
