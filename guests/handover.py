"""Handing a guest over: offering, taking the offer back, accepting, declining."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Membership
from guests.alerting import coordinators_of, tell
from guests.assignment import write_assignments
from guests.hours import Hours
from guests.leaving import Leaving, leaving_for, plan_of
from guests.looking import begin_looking
from guests.models import Assignment, Handover, ItineraryItem, LogbookEntry, Request, Visit

_REMEMBERED = timedelta(hours=12)
_WORDS = 3


class HandoverError(Exception):
    """A handover was refused; the message tells the officer why."""


def offer_handover(
    *, duty: Assignment, receiver: Membership, note: Mapping[str, str], at: datetime, client_uuid: UUID
) -> Handover:
    """Offer the guest to the receiver, who is told; the same `client_uuid` counts once.

    Until it is accepted the guest is still the giver's. Raises HandoverError where the duty has ended, another offer
    is open, or the receiver cannot take it.
    """
    with transaction.atomic():
        locked = _locked(duty.pk)
        known = Handover.objects.filter(client_uuid=client_uuid).first()
        if known:
            return known
        if locked is None or not _is_current(locked, at):
            raise HandoverError(_("The guest is no longer yours to hand over."))
        if Handover.objects.open().filter(assignment=locked).exists():
            raise HandoverError(_("You have already offered this guest. Take that offer back first."))
        _refuse_leads(locked, receiver, at)
        offer = Handover.objects.create(
            assignment=locked, receiver=receiver, note=dict(note), offered_at=at, client_uuid=client_uuid
        )
        _tell(offer, {receiver.user_id}, at)
    return offer


def accept_handover(*, handover: Handover, at: datetime) -> None:
    """Make the guest the receiver's from this moment to the end of the giver's duty, whose role passes with it.

    The giver's duty ends, their open requests follow, the logbook says so, both and the coordinators are told: all or
    nothing. Accepting twice counts once. Raises HandoverError or AssignmentError where the offer was taken back or the
    duty was changed meanwhile; of an acceptance and a change at the desk the first to come holds.
    """
    with transaction.atomic():
        offer = _offer(handover, Handover.State.ACCEPTED)
        if offer is None:
            return
        duty = offer.assignment
        if not _is_current(duty, at):
            raise HandoverError(_("The duty was changed or is over. Ask your coordinator."))
        _refuse_leads(duty, offer.receiver, at)
        _pass_on(duty, offer.receiver, at)
        requests = Request.objects.open().filter(visit=duty.visit_id, owner=duty.officer_id)
        requests.update(owner=offer.receiver)
        offer.settle(Handover.State.ACCEPTED, at=at)
        begin_looking(visits=[duty.visit_id], user=offer.receiver.user, at=at)
        _write_down(offer, at)
        people = {duty.officer.user_id, offer.receiver.user_id, *coordinators_of(duty.visit)}
        _tell(offer, people, at)


def decline_handover(*, handover: Handover, at: datetime) -> None:
    """Leave the guest with the giver, who is told with the coordinators. Raises HandoverError where it was answered otherwise."""
    with transaction.atomic():
        if offer := _offer(handover, Handover.State.DECLINED):
            offer.settle(Handover.State.DECLINED, at=at)
            _tell(offer, {offer.assignment.officer.user_id, *coordinators_of(offer.assignment.visit)}, at)


def withdraw_handover(*, handover: Handover, at: datetime) -> None:
    """Take the offer back; the receiver is told. Raises HandoverError where it was answered meanwhile."""
    with transaction.atomic():
        if offer := _offer(handover, Handover.State.WITHDRAWN):
            offer.settle(Handover.State.WITHDRAWN, at=at)
            _tell(offer, {offer.receiver.user_id}, at)


def _offer(handover: Handover, wanted: Handover.State) -> Handover | None:
    """The offer with its duty, both held until the end of the transaction; None where it has been answered so already.

    The duty is held first, as by whoever withdraws it at the desk: two who wait for one another would both fail.
    """
    duty = _locked(handover.assignment_id)
    offers = Handover.objects.select_for_update(of=("self",), no_key=True).select_related("receiver__user")
    offer = offers.filter(pk=handover.pk).first()
    if duty is None or offer is None:
        raise HandoverError(_("This handover is no longer there."))
    offer.assignment = duty
    if offer.state == wanted:
        return None
    if offer.state != Handover.State.OFFERED:
        said = {"state": offer.get_state_display()}
        raise HandoverError(_("This handover is already %(state)s. Nothing was changed.") % said)
    return offer


def _locked(key: int) -> Assignment | None:
    rows = Assignment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("officer__user", "visit__guest", "visit__event").filter(pk=key).first()


def _is_current(duty: Assignment, at: datetime) -> bool:
    return duty.state != Assignment.State.WITHDRAWN and duty.starts_at <= at < duty.ends_at


def _refuse_leads(duty: Assignment, receiver: Membership, at: datetime) -> None:
    """A lead does not become a deputy by helping out."""
    leads = Assignment.objects.overlapping(at, duty.ends_at).filter(
        visit=duty.visit_id, officer=receiver, role=Assignment.Role.LEAD
    )
    if leads.exists():
        said = {"officer": receiver, "guest": duty.visit.guest.called}
        raise HandoverError(_("%(officer)s already leads %(guest)s in that time.") % said)


def _pass_on(duty: Assignment, receiver: Membership, at: datetime) -> None:
    """End the giver's duty at that moment and begin the receiver's; a deputy who takes over is deputy again afterwards."""
    ends_at = duty.ends_at
    theirs = Assignment.objects.overlapping(at, ends_at).filter(visit=duty.visit_id, officer=receiver)
    stepping_up = list(theirs.select_for_update(no_key=True).order_by("pk"))
    again = [
        _duty_of(row.visit_id, receiver, Assignment.Role.DEPUTY, ends_at, row.ends_at)
        for row in stepping_up
        if row.ends_at > ends_at
    ]
    for row in (duty, *stepping_up):
        _end(row, at)
    taken = _duty_of(duty.visit_id, receiver, Assignment.Role(duty.role), at, ends_at)
    write_assignments([taken, *again], at=at)


def _duty_of(
    visit: int, officer: Membership, role: Assignment.Role, starts_at: datetime, ends_at: datetime
) -> Assignment:
    return Assignment(
        visit_id=visit, officer=officer, role=role, starts_at=starts_at, ends_at=ends_at,
        state=Assignment.State.CONFIRMED, assigned_by=officer.user,
    )  # fmt: skip


def _end(row: Assignment, at: datetime) -> None:
    if row.starts_at < at:
        row.ends_at = at
        row.save(update_fields=["ends_at"])
    else:
        row.withdraw()


def _write_down(offer: Handover, at: datetime) -> None:
    duty = offer.assignment
    LogbookEntry.objects.create(
        visit=duty.visit,
        kind=LogbookEntry.Kind.HANDOVER,
        text=_("Handed over: %(giver)s → %(receiver)s") % {"giver": duty.officer, "receiver": offer.receiver},
        author=offer.receiver.user,
        happened_at=at,
        client_uuid=uuid5(offer.client_uuid, "accepted"),
    )


def _tell(offer: Handover, people: set[int], at: datetime) -> None:
    said = {
        "handover_id": offer.pk,
        "state": str(offer.state),
        "giver": str(offer.assignment.officer),
        "receiver": str(offer.receiver),
    }
    key = f"{offer.pk}:{offer.state}"
    tell(people, kind="handover", key=key, visit=offer.assignment.visit, payload=said, at=at)


def proposed_note(visit: Visit, *, at: datetime) -> dict[str, str]:
    """The note as far as the app can tell, to be corrected by the giver. Four queries.

    What the giver was told of promises and luggage when they took over stands there again, so that it is passed on.
    """
    hours = Hours(visit.event.time_zone, at)
    plan = plan_of(visit)
    following = next((item for item in plan if item.starts_at and item.starts_at > at), None)
    leaving = leaving_for(plan, visit)[following.pk] if following else None
    since = LogbookEntry.objects.filter(visit=visit, happened_at__gt=at - _REMEMBERED)
    words = since.filter(kind__in=[LogbookEntry.Kind.NOTE, LogbookEntry.Kind.INCIDENT])[:_WORDS]
    asked = list(Request.objects.open().filter(visit=visit))
    bags = [request for request in asked if request.category == Request.Category.LUGGAGE]
    received = _received(visit)
    luggage = [received.get(Handover.Part.LUGGAGE, ""), *map(str, bags)]
    return {
        Handover.Part.MOOD: "\n".join(f"{hours.say(word.happened_at)}: {word.text}" for word in words),
        Handover.Part.PROMISES: received.get(Handover.Part.PROMISES, ""),
        Handover.Part.REQUESTS: "\n".join(_asked(request, hours) for request in asked),
        Handover.Part.NEXT: ", ".join(_next(following, leaving, hours)) if following else "",
        Handover.Part.CAR: ", ".join(_car(following)) if following else "",
        Handover.Part.LUGGAGE: "\n".join(filter(None, luggage)),
    }


def _received(visit: Visit) -> Mapping[str, str]:
    """The note with which the guest last changed hands."""
    accepted = Handover.objects.filter(assignment__visit=visit, state=Handover.State.ACCEPTED)
    last = accepted.order_by("-answered_at", "-pk").first()
    return last.note if last else {}


def _asked(request: Request, hours: Hours) -> str:
    due = _("due %(time)s") % {"time": hours.say(request.due_at)} if request.due_at else ""
    return ", ".join(filter(None, (str(request), due)))


def _next(item: ItineraryItem, leaving: Leaving | None, hours: Hours) -> Iterator[str]:
    if item.starts_at:
        yield hours.start(item.starts_at, item.precision)
    yield item.title
    if leaving:
        yield _("Leave by %(time)s") % {"time": hours.say(leaving.at)}
    if item.venue:
        yield item.venue.name


def _car(item: ItineraryItem) -> Iterator[str]:
    if item.vehicle:
        yield item.vehicle.plate
    if item.car_driver:
        yield item.car_driver.name
        yield from filter(None, [item.car_driver.phone])
