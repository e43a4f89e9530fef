"""What a guest needs: writing it down, seeing it done, and saying how it stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Membership, Role
from guests.hours import Hours
from guests.models import LogbookEntry, Request, Visit
from liaison.accounts.models import User


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Something the guest still waits for."""

    pk: int
    text: str
    age: str
    due: str
    is_overdue: bool


def log_request(
    *,
    visit: Visit,
    category: Request.Category,
    text: str,
    by: User,
    at: datetime,
    client_uuid: UUID,
    due_at: datetime | None = None,
) -> Request:
    """Write down what the guest needs, with a line in the logbook; the same `client_uuid` counts once.

    The officer who writes it sees to it. The line in the logbook is in the writer's language.
    """
    with transaction.atomic():
        request, is_new = Request.objects.get_or_create(
            client_uuid=client_uuid,
            defaults={
                "visit": visit,
                "category": category,
                "text": text,
                "owner": _officer(visit, by),
                "raised_by": by,
                "raised_at": at,
                "due_at": due_at,
            },
        )
        if is_new:
            _write_down(request, _("Asked for: %(what)s"), by, at, uuid5(client_uuid, "logbook"))
    return request


def close_request(*, request: Request, by: User, at: datetime, client_uuid: UUID) -> None:
    """End the request as done, with a line in the logbook; one that is over already stays as it is."""
    with transaction.atomic():
        locked = Request.objects.select_for_update(no_key=True).get(pk=request.pk)
        if not locked.is_open:
            return
        locked.close(Request.State.DONE, at=at)
        _write_down(locked, _("Done: %(what)s"), by, at, client_uuid)


def _officer(visit: Visit, user: User) -> Membership | None:
    return Membership.objects.held_by(user, Role.OFFICER).filter(event=visit.event_id).first()


def _write_down(request: Request, pattern: str, by: User, at: datetime, client_uuid: UUID) -> None:
    LogbookEntry.objects.get_or_create(
        client_uuid=client_uuid,
        defaults={
            "visit_id": request.visit_id,
            "kind": LogbookEntry.Kind.REQUEST,
            "text": pattern % {"what": request},
            "author": by,
            "happened_at": at,
        },
    )


def open_request(request: Request, hours: Hours) -> OpenRequest:
    """A request as worded at the moment of `hours`."""
    due = {"time": hours.say(request.due_at)} if request.due_at else {}
    return OpenRequest(
        pk=request.pk,
        text=str(request),
        age=_("%(length)s ago") % {"length": hours.age(request.raised_at)},
        due=_("due %(time)s") % due if due else "",
        is_overdue=request.due_at is not None and request.due_at < hours.at,
    )
