"""Moments as the phone says them: short, with their zone, and with their day where that is not today."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guests.models import Visit
from liaison.clock import clock_time, day_of, moment_text, zone_label


def length(span: timedelta) -> str:
    """A span of time in the reader's language: “25 min”, “1 h 25 min”, “3 days”; the sign is left out."""
    minutes = int(abs(span).total_seconds()) // 60
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return ngettext("%(days)s day", "%(days)s days", hours // 24) % {"days": hours // 24}


def countdown(until: datetime, at: datetime) -> str:
    """How long it is from `at` until the moment, or since it: “in 25 min”, “12 min ago”, “now”."""
    ahead = until - at
    if abs(ahead) < timedelta(minutes=1):
        return _("now")
    said = {"length": length(ahead)}
    return _("in %(length)s") % said if ahead > timedelta() else _("%(length)s ago") % said


def countdown_words() -> dict[str, str]:
    """The same words with {m}, {h} and {length} to fill in, for a page that goes on counting by itself."""
    return {
        "minutes": _("%(minutes)s min") % {"minutes": "{m}"},
        "hours": _("%(hours)s h %(minutes)s min") % {"hours": "{h}", "minutes": "{m}"},
        "coming": _("in %(length)s") % {"length": "{length}"},
        "past": _("%(length)s ago") % {"length": "{length}"},
        "present": _("now"),
    }


@dataclass(frozen=True, slots=True)
class Hours:
    """Says moments on the clocks of one zone, as seen at the moment `at`."""

    zone_name: str
    at: datetime
    today: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", day_of(self.at, self.zone_name))

    def is_today(self, moment: datetime) -> bool:
        return day_of(moment, self.zone_name) == self.today

    def clock(self, moment: datetime) -> str:
        """Hour and zone: “14:20 WITA”."""
        return f"{clock_time(moment, self.zone_name)} {zone_label(moment, self.zone_name)}"

    def say(self, moment: datetime) -> str:
        """Hour and zone, after the day where that is not today: “Fri, 14 May 07:00 WITA”."""
        return self.clock(moment) if self.is_today(moment) else moment_text(moment, self.zone_name)

    def start(self, moment: datetime, precision: str) -> str:
        """A start with how sure it is: “~14:20 WITA”, “14:20 WITA, to be confirmed”."""
        return hedged(self.say(moment), precision)

    def span(
        self, starts_at: datetime, ends_at: datetime | None, precision: str = Visit.Precision.EXACT
    ) -> str:
        """From when to when on one day: “14:20–15:00 WITA”; the end's day is said where it is another."""
        if ends_at is None:
            return hedged(self.clock(starts_at), precision)
        begin, zone = clock_time(starts_at, self.zone_name), zone_label(ends_at, self.zone_name)
        if day_of(starts_at, self.zone_name) == day_of(ends_at, self.zone_name):
            return hedged(f"{begin}–{clock_time(ends_at, self.zone_name)} {zone}", precision)
        return hedged(f"{begin} – {moment_text(ends_at, self.zone_name)}", precision)

    def age(self, moment: datetime) -> str:
        return length(self.at - moment)


def hedged(said: str, precision: str) -> str:
    """A time as said, with how sure it is."""
    if precision == Visit.Precision.APPROXIMATE:
        return f"~{said}"
    return (
        _("%(time)s, to be confirmed") % {"time": said}
        if precision == Visit.Precision.TO_BE_CONFIRMED
        else said
    )
