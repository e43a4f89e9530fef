"""What is asked of a list: of which event, for whom, on whose clocks, which days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Prefetch
from django.utils.text import capfirst

from events.models import Event
from guests.models import Assignment
from liaison.accounts.models import User
from liaison.clock import day_bounds, zone, zone_label
from liaison.sheets.writing import Column

CHUNK = 500
"""Rows that are in memory at one time."""


@dataclass(frozen=True)
class Asked:
    """A list as it is asked for; `by` is None for the command line, which sees all of the event."""

    event: Event
    by: User | None
    at: datetime
    zone_name: str = ""
    with_private: bool = False
    first_day: date | None = None
    last_day: date | None = None

    @property
    def clocks(self) -> str:
        """The zone in which times are written: the one asked for, else the event's."""
        return self.zone_name or self.event.time_zone

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the start of the first day asked for to the end of the last; without days, a year around the event."""
        year = timedelta(days=365)
        first = self.first_day or self.event.starts_on - year
        last = self.last_day or self.first_day or self.event.ends_on + year
        return day_bounds(first, self.clocks)[0], day_bounds(max(first, last), self.clocks)[1]

    def rows(self, model: type[models.Model]) -> Any:
        """The rows of the table that the person may see."""
        found: Any = model._default_manager.all()  # noqa: SLF001 (Django's own API)
        return found if self.by is None else found.visible_to(self.by, at=self.at)

    def leads(self, lookup: str = "assignments") -> Any:
        """The leads of visits as `leads`, who is on duty now or next first; those whose duty is over are not named."""
        leads = Assignment.objects.not_over(self.at).filter(role=Assignment.Role.LEAD)
        leads = leads.select_related("officer__user").order_by("starts_at", "pk")
        return Prefetch(lookup, leads, to_attr="leads")

    def clock(self, moment: datetime | None, zone_name: str = "") -> datetime | None:
        """The moment on the list's clocks, without its zone: that stands in the heading."""
        if moment is None:
            return None
        return moment.astimezone(zone(zone_name or self.clocks)).replace(tzinfo=None)

    def moment_column(self, heading: Any, zone_name: str = "") -> Column:
        """A column of moments, with the zone in its heading: “Arrives (WITA)”."""
        noon = datetime.combine(self.event.starts_on, time(12), tzinfo=UTC)
        return Column(f"{capfirst(str(heading))} ({zone_label(noon, zone_name or self.clocks)})", 18)


def column(heading: Any, width: int = 16) -> Column:
    """A column of anything but moments."""
    return Column(capfirst(str(heading)), width)


def title(model: type[models.Model], field: str) -> Any:
    """What a model's field is called on screens."""
    found: Any = model._meta.get_field(field)  # noqa: SLF001 (Django's own API)
    return found.verbose_name
