"""What a person was sent, newest first, worded and ready for the page."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.clock import moment_text
from liaison.notices.models import Notice
from liaison.notices.wording import WordingError, word_in_short

ON_A_PAGE = 20
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice; `acknowledged` is empty where it is not, `waits` says that the desk waits for it.

    `trouble` says why it came by no other way than this page; empty where it did.
    """

    pk: int
    subject: str
    text: str
    sent: str
    is_urgent: bool
    waits: bool
    acknowledged: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of what was sent; `newer` and `older` are the pages beside it, 0 where there is none."""

    entries: tuple[Entry, ...]
    newer: int
    older: int


def inbox_of(user: User, *, page: int, at: datetime) -> Inbox:
    """The page of that number, from 1 on, of what the person was sent. One query."""
    page = min(max(page, 1), MOST_PAGES)
    start = (page - 1) * ON_A_PAGE
    rows = Notice.objects.told_to(user).select_related("event")[start : start + ON_A_PAGE + 1]
    found = list(rows)
    has_older = len(found) > ON_A_PAGE and page < MOST_PAGES
    return Inbox(
        entries=tuple(_entry(notice, user, at) for notice in found[:ON_A_PAGE]),
        newer=page - 1,
        older=page + 1 if has_older else 0,
    )


def said_at(moment: datetime, notice: Notice) -> str:
    """The moment on the event's clocks; of a notice about no event, on the recipient's."""
    return moment_text(moment, notice.event.time_zone if notice.event else notice.recipient.time_zone)


def _entry(notice: Notice, user: User, at: datetime) -> Entry:
    notice.recipient = user  # known, and not asked for again
    try:
        subject, text = word_in_short(notice)
    except WordingError:  # of a kind that is no more; that something was sent stays true
        subject, text = _("A notice that can no longer be shown"), ""
    said = notice.acknowledged_at
    return Entry(
        pk=notice.pk,
        subject=subject,
        text=text,
        sent=said_at(notice.due_at, notice),
        is_urgent=notice.is_urgent,
        waits=notice.wants_acknowledgement and said is None and notice.expires_at > at,
        acknowledged=said_at(said, notice) if said else "",
        trouble=_trouble(notice),
    )


def _trouble(notice: Notice) -> str:
    if notice.state == Notice.State.FAILED:
        return _("could not be sent to you")
    return _("not sent: it was too late") if notice.state == Notice.State.MISSED else ""
