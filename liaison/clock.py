"""Time as people read it: in the event's zone, with the zone's name, and never without it."""

from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def is_zone(name: str) -> bool:
    """Whether that is the name of a zone in the IANA database."""
    return name in available_timezones()


def validate_zone(name: str) -> None:
    """Accept IANA zone names only."""
    if not is_zone(name):
        raise ValidationError(
            _("“%(name)s” is not a time zone; write it like Asia/Makassar."), params={"name": name}
        )


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name."""
    return ZoneInfo(name)


def zone_label(moment: datetime, zone_name: str) -> str:
    """The zone as people say it at that moment: WITA, CET, or UTC−3 where it has no letters."""
    local = moment.astimezone(zone(zone_name))
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = local.utcoffset() or timedelta()
    minutes = int(abs(offset).total_seconds()) // 60
    sign = "−" if offset < timedelta() else "+"
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02d}" if minutes % 60 else "")


def clock_time(moment: datetime, zone_name: str, *, language: str | None = None) -> str:
    """Hours and minutes on that zone's clock: 14.20 in Indonesian, 14:20 elsewhere. The zone is not printed."""
    local = moment.astimezone(zone(zone_name))
    dot = (language or get_language() or "en").startswith("id")
    return local.strftime("%H.%M" if dot else "%H:%M")


def moment_text(moment: datetime, zone_name: str, *, with_zone: bool = True) -> str:
    """Day, hour and zone in the reader's language: “Thu, 13 May 14:20 WITA”."""
    day = _day_text(day_of(moment, zone_name), get_language() or "en")
    text = f"{day} {clock_time(moment, zone_name)}"
    return f"{text} {zone_label(moment, zone_name)}" if with_zone else text


@lru_cache(maxsize=1000)
def _day_text(day: date, language: str) -> str:
    """A page of a thousand duties says the same few days thousands of times."""
    return format_date(day, "EEE, d MMM", locale=language)


def day_text(day: date) -> str:
    """The day in the reader's language, as “Wed, 13 May”."""
    return _day_text(day, get_language() or "en")


def span_text(starts_at: datetime, ends_at: datetime, zone_name: str) -> str:
    """From when to when, zone and day said once: “Thu, 13 May 09:00 – Sat, 15 May 18:00 WITA”, “Thu, 13 May 09:00–10:00 WITA”."""
    if day_of(starts_at, zone_name) == day_of(ends_at, zone_name):
        until = f"{clock_time(ends_at, zone_name)} {zone_label(ends_at, zone_name)}"
        return f"{moment_text(starts_at, zone_name, with_zone=False)}–{until}"
    return f"{moment_text(starts_at, zone_name, with_zone=False)} – {moment_text(ends_at, zone_name)}"


def day_of(moment: datetime, zone_name: str) -> date:
    """The calendar day on which that moment falls in the zone."""
    return moment.astimezone(zone(zone_name)).date()


def day_bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """The first moment of the day in the zone, and the first moment of the next (23, 24 or 25 hours later)."""
    tz = zone(zone_name)
    start = datetime.combine(day, time(), tzinfo=tz)
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=tz)
