"""One request as an officer reads it: what, by when, who sees to it, and what has happened to it. Frozen and worded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from events.models import Membership
from guests.access import may_serve, owners_of
from guests.hours import Hours
from guests.models import Request
from liaison.accounts.models import User


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to the request, or a word on it."""

    when: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request and what its reader may do with it; `is_left` where nobody named is with the guest any more.

    `others` are those who could see to it instead, the reader first.
    """

    pk: int
    visit: int
    guest: str
    text: str
    category: str
    state: str
    is_open: bool
    is_overdue: bool
    is_left: bool
    is_own: bool
    due: str
    age: str
    owner: str
    happenings: tuple[Happening, ...]
    can_act: bool
    can_accept: bool
    others: tuple[Membership, ...]


def request_page(request: Request, *, reader: User, at: datetime) -> RequestPage:
    """The page of a request that the reader may see; it should come `for_its_page`. Up to four queries."""
    hours = Hours(request.visit.event.time_zone, at)
    can_act = may_serve(reader, request.visit, at=at)
    people = list(owners_of(request, at=at)) if can_act and request.is_open else []
    owner, others = request.owner, [each for each in people if each.pk != request.owner_id]
    return RequestPage(
        pk=request.pk,
        visit=request.visit_id,
        guest=request.visit.guest.called,
        text=str(request),
        category=capfirst(request.get_category_display()) if request.text else "",
        state=capfirst(request.get_state_display()),
        is_open=request.is_open,
        is_overdue=request.is_overdue(at),
        is_left=request.is_open and not request.owner_is_there,  # type: ignore[attr-defined]  # annotated
        is_own=owner is not None and owner.user_id == reader.pk,
        due=_("due %(time)s") % {"time": hours.say(request.due_at)} if request.due_at else _("no deadline"),
        age=_("%(length)s ago") % {"length": hours.age(request.raised_at)},
        owner=owner.user.name if owner else "",
        happenings=tuple(_happenings(request, hours)),
        can_act=can_act,
        can_accept=request.state == Request.State.OPEN,
        others=tuple(sorted(others, key=lambda each: each.user_id != reader.pk)),
    )


def _happenings(request: Request, hours: Hours) -> Iterator[Happening]:
    """What happened to the request in order, the words on it among it."""
    found = [(request.raised_at, request.raised_by.name, _("Asked for"))]
    found += [(each.written_at, each.author.name, each.text) for each in request.comments.all()]
    if request.accepted_at and request.accepted_by:
        found.append((request.accepted_at, request.accepted_by.name, _("Accepted")))
    if request.closed_at:
        ended = capfirst(request.get_state_display())
        said = f"{ended}: {request.decline_reason}" if request.decline_reason else ended
        found.append((request.closed_at, request.closed_by.name if request.closed_by else "", said))
    for when, who, what in sorted(found, key=lambda each: each[0]):
        yield Happening(hours.say(when), who, what)
