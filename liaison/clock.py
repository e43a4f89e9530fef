"""Time as people read it: in the event's zone, with the zone's name, and never without it."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def validate_zone(name: str) -> None:
    """Accept IANA zone names only."""
    if name not in available_timezones():
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


def day_of(moment: datetime, zone_name: str) -> date:
    """The calendar day on which that moment falls in the zone."""
    return moment.astimezone(zone(zone_name)).date()


def day_bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """The first moment of the day in the zone, and the first moment of the next (23, 24 or 25 hours later)."""
    tz = zone(zone_name)
    start = datetime.combine(day, time(), tzinfo=tz)
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=tz)
