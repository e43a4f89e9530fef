"""Asking for proposals. The row is the queue: a page writes a run, a worker finds it (`working`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.access import may_coordinate
from guests.models import ProposalRun, Visit
from guests.proposals.weights import Weights
from liaison.accounts.models import User

MOST_VISITS = 2000


class NoProposalError(Exception):
    """A proposal cannot be made; the message tells a coordinator why."""


def request_proposal(
    *,
    visits: Sequence[Visit],
    weights: Weights,
    by: User,
    at: datetime,
    kept: Mapping[int, int] | None = None,
    previous: ProposalRun | None = None,
) -> ProposalRun:
    """Ask for leads for the visits, of one event; while a proposal for it is being worked out, that one.

    Raises NoProposalError with a sentence, and PermissionDenied for whoever does not run the event.
    """
    if not visits:
        raise NoProposalError(_("Choose at least one guest."))
    if len(visits) > MOST_VISITS:
        raise NoProposalError(_("Choose at most %(most)d guests at a time.") % {"most": MOST_VISITS})
    if len({visit.event_id for visit in visits}) > 1:
        raise NoProposalError(_("Choose guests of one event only."))
    event = visits[0].event
    if not may_coordinate(by, event):
        raise PermissionDenied
    try:
        with transaction.atomic():
            run = ProposalRun.objects.create(
                event=event, weights=weights.as_json(), kept={str(key): one for key, one in (kept or {}).items()},
                previous=previous, total=len(visits), requested_by=by, requested_at=at,
            )  # fmt: skip
            run.visits.set(visits)
    except IntegrityError:
        return ProposalRun.objects.filter(event=event).open().latest("pk")
    return run
