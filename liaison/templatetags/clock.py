"""Times in templates: `{{ item.starts_at|clock:zone }} {{ item.starts_at|zone:zone }}`."""

from datetime import date, datetime

from babel.dates import format_timedelta
from django import template
from django.utils.translation import get_language

from liaison.clock import clock_time, day_of, day_text, zone_label

register = template.Library()


@register.filter
def clock(moment: datetime | None, zone_name: str) -> str:
    """Hours and minutes in the zone, without its name; empty for no moment."""
    return clock_time(moment, zone_name) if moment else ""


@register.filter
def zone(moment: datetime | None, zone_name: str) -> str:
    """The zone's name at that moment; empty for no moment."""
    return zone_label(moment, zone_name) if moment else ""


@register.filter
def day(moment: datetime | date | None, zone_name: str) -> str:
    """The day in the reader's language, as “Wed, 13 May”."""
    if moment is None:
        return ""
    return day_text(day_of(moment, zone_name) if isinstance(moment, datetime) else moment)


@register.filter
def moment(written: str) -> datetime | None:
    """The moment that a payload carries inside a list, as ISO 8601; empty for none."""
    return datetime.fromisoformat(written) if written else None


@register.filter
def age(since: datetime | None, at: datetime) -> str:
    """How long ago the moment was, in the reader's language; empty for no moment."""
    return format_timedelta(at - since, locale=get_language() or "en") if since else ""
