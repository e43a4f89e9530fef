"""Calendars of an officer's or a guest's days (RFC 5545), behind secret addresses that can be revoked.

A calendar service is a stranger: an officer's calendar names guests and places, never health, rooms, plates, drivers or
requests; those are one link away, behind the sign-in. A guest's calendar has what the guest's handout has. A cancelled
item stays, as cancelled; a deleted one is not there any more, which calendars that fetch a whole feed take for deleted.
Items whose time is not known yet are left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from events.models import Membership, Shift
from guests.itinerary import may_be_told, where
from guests.leaving import leaving_for
from guests.models import Assignment, CalendarFeed, ItineraryItem, Visit
from guests.models.secret_address import new_secret
from liaison.accounts.models import User
from liaison.clock import clock_time, zone, zone_label
from liaison.sheets.table import plain, tidy

_WITH = (
    "visit__guest",
    "visit__event",
    "visit__hotel",
    "origin",
    "venue",
    "point__venue",
    "session__venue",
    "session__point__venue",
)
_REFRESH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar, moments in UTC."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    changed_at: datetime
    place: str = ""
    about: str = ""
    link: str = ""
    status: str = "CONFIRMED"
    sequence: int = 0


@dataclass(frozen=True)
class Days:
    """All that a calendar says."""

    name: str
    time_zone: str
    language: str
    entries: tuple[Entry, ...] = field(default=())


def make_feed(
    *, by: User, at: datetime, officer: Membership | None = None, visit: Visit | None = None
) -> tuple[CalendarFeed, str]:
    """An address for an officer's or a guest's days, and its secret, which is shown once and stored nowhere.

    The address there was before is revoked.
    """
    owner = officer or visit
    if owner is None:
        raise TypeError("A calendar is of an officer or of a guest.")
    secret = new_secret()
    with transaction.atomic():
        type(owner).objects.select_for_update(no_key=True, of=("self",)).get(pk=owner.pk)
        for earlier in CalendarFeed.objects.open().filter(officer=officer, visit=visit):
            earlier.revoke(at=at)
        feed = CalendarFeed.objects.create(
            event=owner.event,
            officer=officer,
            visit=visit,
            secret_digest=CalendarFeed.digest_of(secret),
            made_by=by,
            made_at=at,
        )
    return feed, secret


def feed_behind(secret: str, *, at: datetime) -> CalendarFeed | None:
    """The feed that may be fetched under the secret now; None for what is unknown, revoked or over."""
    rows = CalendarFeed.objects.of_secret(secret)
    feed = rows.select_related("event", "officer__user", "visit__guest").first()
    if feed is None or not feed.is_open(at):
        return None
    return feed if feed.officer is None or feed.officer.user.is_active else None


def days_of(feed: CalendarFeed, *, at: datetime) -> Days:
    """What the calendar says now; an officer's, of the guests who are theirs at that moment and no others."""
    language = feed.officer.user.language if feed.officer else _language_of(feed.visit)
    with translation.override(language):
        entries = _of_officer(feed.officer, at) if feed.officer else _of_guest(feed.visit)
        return Days(feed.event.name, feed.event.time_zone, language, tuple(entries))


def _language_of(visit: Visit | None) -> str:
    """The first of the guest's languages that the app speaks."""
    ours = dict(settings.LANGUAGES)
    spoken = visit.guest.languages if visit else ()
    return next((language for language in spoken if language in ours), "en")


def _of_officer(officer: Membership, at: datetime) -> Iterable[Entry]:
    duties = Assignment.objects.duties_of(officer.user, at).filter(officer=officer)
    items = ItineraryItem.objects.filter(visit__in=duties.values("visit_id"), starts_at__isnull=False)
    found = list(items.select_related(*_WITH).order_by("starts_at", "pk"))
    left = _leave_by(found)
    for item in found:
        yield _entry(
            item,
            f"{item.visit.guest.called}: {_titled(item)}",
            leave_by_at=left.get(item.pk),
            link=_address("visit", item.visit_id),
        )
    for shift in Shift.objects.filter(membership=officer):
        yield Entry(
            _uid("shift", shift.pk), _("On duty"), shift.starts_at, shift.ends_at, shift.starts_at,
            link=_address("today"),
        )  # fmt: skip


def _of_guest(visit: Visit | None) -> Iterable[Entry]:
    seen = ItineraryItem.Visibility.GUEST
    items = ItineraryItem.objects.filter(visit=visit, starts_at__isnull=False, visibility=seen)
    for item in items.select_related(*_WITH).order_by("starts_at", "pk"):
        yield _entry(item, _titled(item), leave_by_at=item.leave_by_at)


def _leave_by(items: Iterable[ItineraryItem]) -> dict[int, datetime]:
    """When an officer leaves for each of these guests' items, as today's screen says it; of what stands, by their keys."""
    plans: defaultdict[int, list[ItineraryItem]] = defaultdict(list)
    for item in items:
        if item.state != ItineraryItem.State.CANCELLED:
            plans[item.visit_id].append(item)
    found = [leaving_for(plan, plan[0].visit) for plan in plans.values()]
    return {pk: leaving.at for plan in found for pk, leaving in plan.items() if leaving}


def _titled(item: ItineraryItem) -> str:
    return f"{item.title} ({item.flight_number})" if item.flight_number else item.title


def _entry(item: ItineraryItem, title: str, *, leave_by_at: datetime | None, link: str = "") -> Entry:
    assert item.starts_at is not None  # noqa: S101 (asked for)
    about = Visit.Precision.APPROXIMATE.label if item.precision == Visit.Precision.APPROXIMATE else ""
    if leave_by_at:
        zone_name = item.visit.event.time_zone
        leave = f"{clock_time(leave_by_at, zone_name)} {zone_label(leave_by_at, zone_name)}"
        about = "\n".join(filter(None, (_("Leave by %(time)s") % {"time": leave}, str(about))))
    return Entry(
        uid=_uid("item", item.pk),
        title=title,
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        changed_at=item.updated_at,
        place=_place(item),
        about=str(about),
        link=link,
        status=_status(item),
        sequence=item.sequence,
    )


def _place(item: ItineraryItem) -> str:
    """Where it is, as the handout says it: no seat, and no room where the guest sleeps."""
    venue, point = where(item)
    told = point if point and may_be_told(point, item.visit) else None
    return ", ".join(place.name for place in (told, venue) if place)


def _status(item: ItineraryItem) -> str:
    if item.state == ItineraryItem.State.CANCELLED:
        return "CANCELLED"
    exact = item.state == ItineraryItem.State.CONFIRMED and item.precision != Visit.Precision.TO_BE_CONFIRMED
    return "CONFIRMED" if exact else "TENTATIVE"


def _uid(kind: str, key: int) -> str:
    """The same for a row for ever, on this installation."""
    return str(uuid5(NAMESPACE_URL, f"{settings.SITE_URL}/{kind}/{key}"))


def _address(name: str, *args: int) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def calendar_of(days: Days) -> bytes:
    """The days as an iCalendar file; the same days make the same bytes."""
    calendar = Calendar()
    called = vText(tidy(plain(days.name)))  # icalendar itself would escape nothing in these two
    for name, value in (
        ("prodid", "-//Liaison//EN"), ("version", "2.0"), ("method", "PUBLISH"), ("calscale", "GREGORIAN"),
        ("name", called), ("x-wr-calname", called), ("x-wr-timezone", days.time_zone),
        ("x-published-ttl", "PT15M"),
    ):  # fmt: skip
        calendar.add(name, value)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for entry in days.entries:
        calendar.add_component(_component(entry, days))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _component(entry: Entry, days: Days) -> Event:
    tz = zone(days.time_zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at.astimezone(tz))
    if entry.ends_at:
        event.add("dtend", entry.ends_at.astimezone(tz))
    event.add("status", entry.status)
    for name, text in (("summary", entry.title), ("location", entry.place), ("description", entry.about)):
        if text:
            event.add(name, plain(text), parameters={"LANGUAGE": days.language})
    if entry.link:
        event.add("url", entry.link)
    return event
