"""The report of the day: proposed from the logbook, signed once."""

from datetime import date, datetime, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from guests.models import DayReport, LogbookEntry, Movement, Request, Visit
from liaison.accounts.models import User
from liaison.clock import clock_time, day_bounds, day_of, zone_label

LONGEST = 5000


def days_to_sign(visit: Visit, *, at: datetime) -> tuple[date, date]:
    """Today and yesterday in the event's zone: a day that ends after midnight is signed after midnight."""
    today = day_of(at, visit.event.time_zone)
    return today, today - timedelta(days=1)


def proposed_report(visit: Visit, *, day: date, at: datetime) -> str:
    """The guest's day as the logbook tells it, then what is still open; in the reader's language. Two queries."""
    zone_name = visit.event.time_zone
    begins, ends = day_bounds(day, zone_name)
    entries = LogbookEntry.objects.filter(visit=visit, happened_at__gte=begins, happened_at__lt=ends)
    lines = [
        f"{clock_time(entry.happened_at, zone_name)} {capfirst(_happened(entry))}"
        for entry in entries.order_by("happened_at", "pk")
    ]
    waiting = [str(request) for request in Request.objects.open().filter(visit=visit)]
    if lines:
        lines.insert(0, _("Times in %(zone)s.") % {"zone": zone_label(begins, zone_name)})
    else:
        lines = [_("Nothing was noted on this day.")]
    if waiting:
        lines.append(_("Still open: %(requests)s") % {"requests": "; ".join(waiting)})
    return "\n".join(lines)[:LONGEST]


def sign_report(*, visit: Visit, officer: User, day: date, text: str, at: datetime) -> tuple[DayReport, bool]:
    """The officer's report of that day, and whether it was signed now; a day that is signed stays as it is."""
    given = {"text": text, "signed_at": at}
    return DayReport.objects.get_or_create(visit=visit, officer=officer, day=day, defaults=given)


def _happened(entry: LogbookEntry) -> str:
    if entry.kind == LogbookEntry.Kind.UNDO:
        return _("Taken back: %(status)s again") % {"status": Movement(entry.status).label}
    return str(entry)
