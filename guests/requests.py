"""What a guest needs: writing it down, seeing to it, passing it on, ending it, and saying how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from events.models import Membership
from guests.access import seeing_to, servant_of
from guests.alerting import coordinators_of, officers_of, tell
from guests.hours import Hours
from guests.models import LogbookEntry, Request, RequestComment, Visit
from guests.naming import words_of
from liaison.accounts.models import User


class RequestError(Exception):
    """Something can no longer be done with a request; the message tells the officer why."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Something the guest still waits for; `is_left` where its owner is no longer with the guest."""

    pk: int
    text: str
    age: str
    due: str
    is_overdue: bool
    is_left: bool


def log_request(
    *,
    visit: Visit,
    category: Request.Category,
    text: str,
    by: User,
    at: datetime,
    client_uuid: UUID,
    due_at: datetime | None = None,
    owner: Membership | None = None,
) -> Request:
    """Write down what the guest needs, with a line in the logbook; the same `client_uuid` counts once.

    The officer who writes it sees to it; of a coordinator's, the lead on duty, who is told. Where nobody is on duty
    the coordinators are. The line in the logbook is in the writer's language.
    """
    with transaction.atomic():
        request, is_new = Request.objects.get_or_create(
            client_uuid=client_uuid,
            defaults={
                "visit": visit,
                "category": category,
                "text": text,
                "owner": owner or seeing_to(visit, by, at=at),
                "raised_by": by,
                "raised_at": at,
                "due_at": due_at,
            },
        )
        if is_new:
            _write_down(request, _("Asked for: %(what)s") % {"what": request}, by, at, client_uuid)
            told = {request.owner.user_id} if request.owner else coordinators_of(visit)
            _tell(request, "raised", told, by, at, client_uuid)
    return request


def accept_request(*, request: Request, by: User, at: datetime, client_uuid: UUID) -> None:
    """See to it in one's own name from then on; who raised it is told. The same `client_uuid` counts once.

    Raises RequestError where it is over, or somebody else has accepted it.
    """
    with transaction.atomic():
        held = _held(request, client_uuid)
        if held is None or (held.state == Request.State.ACCEPTED and held.accepted_by_id == by.pk):
            return
        _require_open(held, at)
        if held.accepted_by is not None and held.state == Request.State.ACCEPTED:
            raise RequestError(
                _("%(who)s has accepted this already. Take it over instead.") % {"who": held.accepted_by.name}
            )
        before = _concerned(held)
        held.accept(by=by, owner=servant_of(held.visit, by, at=at), at=at)
        _write_down(held, _("Accepted: %(what)s") % {"what": held}, by, at, client_uuid)
        _tell(held, "accepted", before, by, at, client_uuid)


def close_request(*, request: Request, by: User, at: datetime, client_uuid: UUID) -> None:
    """End the request as done, with a line in the logbook; one that is done already stays as it is.

    Raises RequestError where it was declined.
    """
    with transaction.atomic():
        held = _held(request, client_uuid)
        if held is None or held.state == Request.State.DONE:
            return
        _require_open(held, at)
        held.close(Request.State.DONE, by=by, at=at)
        _write_down(held, _("Done: %(what)s") % {"what": held}, by, at, client_uuid)
        _tell(held, "done", _concerned(held), by, at, client_uuid)


def decline_request(*, request: Request, reason: str, by: User, at: datetime, client_uuid: UUID) -> None:
    """End the request as declined for a reason; whoever raised or owned it is told, and the coordinators.

    Raises RequestError where it is over.
    """
    with transaction.atomic():
        held = _held(request, client_uuid)
        if held is None:
            return
        _require_open(held, at)
        held.close(Request.State.DECLINED, by=by, at=at, reason=reason)
        said = _("Declined: %(what)s (%(reason)s)") % {"what": held, "reason": reason}
        _write_down(held, said, by, at, client_uuid)
        told = _concerned(held) | coordinators_of(held.visit)
        _tell(held, "declined", told, by, at, client_uuid)


def reopen_request(*, request: Request, by: User, at: datetime, client_uuid: UUID) -> None:
    """Let the request wait again, with the owner and the deadline it had; one that waits stays as it is."""
    with transaction.atomic():
        held = _held(request, client_uuid)
        if held is None or held.is_open:
            return
        told = _concerned(held) | {held.closed_by_id}
        held.reopen()
        _write_down(held, _("Open again: %(what)s") % {"what": held}, by, at, client_uuid)
        _tell(held, "reopened", told, by, at, client_uuid)


def give_request(*, request: Request, owner: Membership, by: User, at: datetime, client_uuid: UUID) -> None:
    """Let somebody else see to the request, or oneself; the new and the old owner are told, whoever did it is not.

    Raises RequestError where it is over.
    """
    with transaction.atomic():
        held = _held(request, client_uuid)
        if held is None or held.owner_id == owner.pk:
            return
        _require_open(held, at)
        told = _concerned(held) | {owner.user_id}
        held.give_to(owner)
        said = _("Now with %(owner)s: %(what)s") % {"owner": owner, "what": held}
        _write_down(held, said, by, at, client_uuid)
        _tell(held, "given", told, by, at, client_uuid)


def set_deadline(
    *, request: Request, due_at: datetime | None, by: User, at: datetime, client_uuid: UUID
) -> None:
    """Give the request another deadline, or none. Raises RequestError where it is over."""
    with transaction.atomic():
        held = _held(request, client_uuid)
        if held is None or held.due_at == due_at:
            return
        _require_open(held, at)
        held.put_off_to(due_at)
        when = Hours(held.visit.event.time_zone, at).say(due_at) if due_at else _("no deadline")
        said = _("Deadline changed: %(what)s, %(time)s") % {"time": when, "what": held}
        _write_down(held, said, by, at, client_uuid)


def comment_on_request(*, request: Request, text: str, by: User, at: datetime, client_uuid: UUID) -> None:
    """Add a word to the request, whatever its state; those concerned are told. The same `client_uuid` counts once."""
    with transaction.atomic():
        _comment, is_new = RequestComment.objects.get_or_create(
            client_uuid=client_uuid,
            defaults={"request": request, "author": by, "text": text, "written_at": at},
        )
        if is_new:
            _tell(request, "commented", _concerned(request), by, at, client_uuid)


def _held(request: Request, client_uuid: UUID) -> Request | None:
    """The request, held until the end of the transaction; None where this very action was counted before."""
    rows = Request.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("visit__guest", "visit__event").get(pk=request.pk)
    is_counted = LogbookEntry.objects.filter(client_uuid=_line_of(client_uuid)).exists()
    return None if is_counted else held


def _require_open(request: Request, at: datetime) -> None:
    if not request.is_open:
        said = {
            "state": request.get_state_display(),
            "who": request.closed_by.name if request.closed_by else "",
            "time": Hours(request.visit.event.time_zone, at).say(request.closed_at or at),
        }
        raise RequestError(
            _("This request is already %(state)s: %(who)s, %(time)s. Nothing was changed.") % said
        )


def _concerned(request: Request) -> set[int | None]:
    """Who wrote it down and who sees to it, by their keys."""
    return {request.raised_by_id, request.owner.user_id if request.owner else None}


def _line_of(client_uuid: UUID) -> UUID:
    return uuid5(client_uuid, "logbook")


def _write_down(request: Request, said: str, by: User, at: datetime, client_uuid: UUID) -> None:
    LogbookEntry.objects.create(
        client_uuid=_line_of(client_uuid),
        visit_id=request.visit_id,
        kind=LogbookEntry.Kind.REQUEST,
        text=said,
        author=by,
        happened_at=at,
    )


def _tell(
    request: Request, what: str, people: Iterable[int | None], by: User, at: datetime, key: UUID
) -> None:
    """Tell those of the people who still serve the guest, never the one who did it.

    A mail is read on a lock screen: it names the category and never the words.
    """
    visit = request.visit
    serving = officers_of(visit, at=at, besides=by) | coordinators_of(visit, besides=by)
    said: dict[str, Any] = {
        "request_id": request.pk,
        "did": what,
        "category": _untranslated(request),
        "by": by.name,
        "owner": request.owner.user.name if request.owner else "",
        "due_at": request.due_at.isoformat() if request.due_at else "",
    }
    tell(serving & set(people), kind="request", key=str(key), visit=visit, payload=said, at=at)


def _untranslated(request: Request) -> str:
    """The category as its message is known to the catalogues: it is translated when it is sent."""
    with override(None):
        return str(request.get_category_display())


def what_of(request: Any) -> str:
    """What a request asks for, as it says of itself, of a row of its columns."""
    return request.text or words_of(Request.Category, get_language() or "en")[request.category]


def open_request(request: Any, hours: Hours) -> OpenRequest:
    """An open request that came `with_owner_there`, as worded at the moment of `hours`."""
    due = {"time": hours.say(request.due_at)} if request.due_at else {}
    return OpenRequest(
        pk=request.pk,
        text=what_of(request),
        age=_("%(length)s ago") % {"length": hours.age(request.raised_at)},
        due=_("due %(time)s") % due if due else "",
        is_overdue=bool(request.due_at and request.due_at < hours.at),
        is_left=not request.owner_is_there,
    )
