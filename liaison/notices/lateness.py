"""A notice that goes out long after its time says so: whoever reads “in 30 minutes” must know that it was then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaison.clock import clock_time, day_of, moment_text, zone_label
from liaison.notices.models import Notice

LATE = timedelta(minutes=5)
"""How long after its time a notice still counts as in time: a tick, a busy server, a second attempt."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """What stands before the subject, and above the text."""

    in_subject: str
    in_full: str


def lateness_of(notice: Notice, *, at: datetime) -> Lateness | None:
    """How late the notice is when it is sent at that moment, in the language of the moment; None where it is in time.

    What was only asked for after its time, as a reminder for an officer assigned late, was not late before. On the
    event's clocks; of a notice about no event, on the recipient's.
    """
    due_at = max(notice.due_at, notice.created_at)
    if at - due_at <= LATE:
        return None
    zone = notice.event.time_zone if notice.event else notice.recipient.time_zone
    is_today = day_of(due_at, zone) == day_of(at, zone)
    clock = f"{clock_time(due_at, zone)} {zone_label(due_at, zone)}"
    said = {
        "time": clock if is_today else moment_text(due_at, zone),
        "length": format_timedelta(at - due_at, threshold=1.5, locale=get_language() or "en"),
    }
    return Lateness(
        _("Late, due %(time)s:") % said, _("Sent late, by %(length)s: this was due at %(time)s.") % said
    )
