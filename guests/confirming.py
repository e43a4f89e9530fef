"""An officer's answer to a new duty: confirmed, or “I cannot” with the reason, which is the coordinators' to act on."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from guests.alerting import coordinators_of, tell, was_told
from guests.looking import begin_looking
from guests.models import Assignment
from liaison.accounts.models import User

_CANNOT = "cannot"


class TermsChangedError(Exception):
    """A duty is no longer on the terms that the officer read."""


def terms_read(duty: Assignment) -> str:
    """The duty on just these terms, as a form carries it: what is confirmed is what was read.

    That the officer cannot is part of it, so that a confirmation that comes late does not undo it.
    """
    span = f"{duty.starts_at.timestamp():.0f}-{duty.ends_at.timestamp():.0f}"
    return f"{duty.pk}-{span}-{duty.role}" + ("-cannot" if duty.cannot_because else "")


def confirm_duties(*, user: User, read: Collection[str], at: datetime) -> list[Assignment]:
    """Confirm the user's own duties as they were read; answers those meant, confirmed earlier ones included.

    Confirming twice counts once. Raises TermsChangedError, and confirms none, where one of them is on other terms now.
    """
    keys = {int(key) for each in read if (key := each.partition("-")[0]).isdecimal() and len(key) < 19}
    keys &= set(Assignment.objects.duties_of(user, at).values_list("pk", flat=True))
    with transaction.atomic():
        # Held, then read again by its scope: a subquery of the scope cannot be locked.
        held = (
            Assignment.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
        )
        own = Assignment.objects.duties_of(user, at).filter(pk__in=[row.pk for row in held])
        duties = list(own.select_related("visit__guest").order_by("starts_at", "pk"))
        if any(terms_read(duty) not in read for duty in duties):
            raise TermsChangedError
        for duty in duties:
            if duty.state == Assignment.State.ASSIGNED:
                duty.state, duty.cannot_because = Assignment.State.CONFIRMED, ""
                duty.save(update_fields=["state", "cannot_because"])
        begin_looking(visits=[duty.visit_id for duty in duties], user=user, at=at)
    return duties


def say_cannot(*, duty: Assignment, because: str, at: datetime, client_uuid: UUID) -> None:
    """Note why the officer cannot, and tell the coordinators, once for a `client_uuid`; the duty stays until one acts.

    A duty that was confirmed is so no more.
    """
    with transaction.atomic():
        locked = (
            Assignment.objects.select_for_update(of=("self",), no_key=True)
            .select_related("officer__user", "visit__guest", "visit__event")
            .get(pk=duty.pk)
        )
        if locked.state == Assignment.State.WITHDRAWN or was_told(kind=_CANNOT, key=str(client_uuid)):
            return
        locked.state, locked.cannot_because = Assignment.State.ASSIGNED, because
        locked.save(update_fields=["state", "cannot_because"])
        tell(
            coordinators_of(locked.visit),
            kind=_CANNOT,
            key=str(client_uuid),
            visit=locked.visit,
            payload={"officer": str(locked.officer), "assignment_id": locked.pk},
            at=at,
        )
