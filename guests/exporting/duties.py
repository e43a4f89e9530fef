"""Who looks after whom, from when to when."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guests.exporting.asked import CHUNK, Asked, column, title
from guests.models import Assignment, Export
from liaison.phones import dialled
from liaison.sheets.writing import Table, Value


def table(asked: Asked, export: Export) -> Table:
    """The standing assignments of the event, by guest and then by time."""
    columns = (
        column(_("guest"), 30),
        column(title(Assignment, "officer"), 26),
        column(title(Assignment, "role")),
        asked.moment_column(title(Assignment, "starts_at")),
        asked.moment_column(title(Assignment, "ends_at")),
        column(_("phone"), 20),
        column(title(Assignment, "state"), 24),
    )
    return Table(str(Export.Kind.ASSIGNMENTS.label), columns, _rows(asked))


def _rows(asked: Asked) -> Iterator[tuple[Value, ...]]:
    standing = asked.rows(Assignment).standing().filter(visit__event=asked.event)
    duties = standing.select_related("visit__guest", "officer__user")
    for duty in duties.order_by("visit__guest__name", "visit", "starts_at", "pk").iterator(chunk_size=CHUNK):
        yield (
            duty.visit.guest.titled_name,
            duty.officer.user.name,
            duty.get_role_display(),
            asked.clock(duty.starts_at),
            asked.clock(duty.ends_at),
            dialled(duty.officer.user.phone),
            duty.get_state_display(),
        )
