"""Who may do what around a guest. Whether a row exists for a person at all is `visible_to`'s to say."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from events.access import may_coordinate
from events.models import Membership, Role
from guests.models import Assignment, Handover, Request, Visit
from liaison.accounts.models import User
from liaison.prepared import Question, given


def _memberships_that_serve() -> QuerySet[Membership]:
    on_duty = Assignment.objects.current(given("at")).filter(visit=given("visit"), officer=OuterRef("pk"))
    own = Membership.objects.filter(user=given("user"), event=given("event"))
    return own.filter(Q(role=Role.COORDINATOR) | Q(Exists(on_duty)))[:1]


_SERVING = Question(("pk",), _memberships_that_serve)


def may_serve(user: User, visit: Visit, *, at: datetime) -> bool:
    """Officers on duty for the visit at that moment, and those who run the event, act for the guest.

    An officer whose duty has not begun may read and prepare, not act. One query.
    """
    if not user.is_active or user.is_superuser:
        return user.is_active
    return bool(_SERVING.rows(user=user.pk, event=visit.event_id, visit=visit.pk, at=at))


def own_duty(user: User, visit: Visit, *, at: datetime) -> Assignment | None:
    """An officer's own duty while it lasts, lead before deputy: what they may hand over, and report on.

    Coordinators have none: they assign at the desk.
    """
    own = Assignment.objects.current(at).filter(visit=visit, officer__user=user).order_by("-role", "pk")
    return own.select_related("officer__user").first() if user.is_active else None


def servant_of(visit: Visit, user: User, *, at: datetime) -> Membership | None:
    """In what role the person serves the guest at that moment: as officer on duty, else as coordinator of the event."""
    return _serving(visit, at).filter(user=user).first()


def seeing_to(visit: Visit, user: User, *, at: datetime) -> Membership | None:
    """Who sees to what the person asks for: an officer on duty does so, else whoever leads; nobody where none does."""
    own = servant_of(visit, user, at=at)
    if own is not None and own.role == Role.OFFICER:
        return own
    lead = Assignment.objects.current(at).filter(visit=visit, role=Assignment.Role.LEAD)
    return _serving(visit, at).filter(pk__in=lead.values("officer")).first()


def owners_of(request: Request, *, at: datetime) -> QuerySet[Membership]:
    """Who can see to the request: the officers on duty for the guest, then the coordinators."""
    return _serving(request.visit, at)


def _serving(visit: Visit, at: datetime) -> QuerySet[Membership]:
    on_duty = Assignment.objects.current(at).filter(visit=visit)
    there = Q(role=Role.OFFICER, pk__in=on_duty.values("officer")) | Q(role=Role.COORDINATOR)
    rows = Membership.objects.filter(there, event=visit.event_id, user__is_active=True)
    return rows.select_related("user").order_by("-role", "user__name", "pk")


def holders_of(visit: Visit, user: User, *, at: datetime) -> list[User]:
    """For whom the person may print a day sheet about the guest, themselves first.

    An officer only for themselves; who runs the event for every officer who looks after the guest, now or later.
    """
    if not may_coordinate(user, visit.event):
        return [user]
    duties = Assignment.objects.not_over(at).filter(visit=visit, officer__user__is_active=True)
    others = User.objects.filter(pk__in=duties.values("officer__user")).exclude(pk=user.pk)
    return [user, *others.order_by("name", "pk")]


def receivers_of(visit: Visit, *, giver: User, at: datetime) -> QuerySet[Membership]:
    """To whom the guest may be handed over: the event's other officers, those on duty for the guest first.

    An officer who hands over reads their names, as nowhere else.
    """
    with_the_guest = Assignment.objects.current(at).filter(visit=visit, officer=OuterRef("pk"))
    others = (
        Membership.objects.officers().filter(event=visit.event_id, user__is_active=True).exclude(user=giver)
    )
    return others.select_related("user").order_by(Exists(with_the_guest).desc(), "user__name", "pk")


def may_answer(user: User, handover: Handover) -> bool:
    """Only who is offered a guest accepts or declines."""
    return user.is_active and handover.receiver.user_id == user.pk


def may_withdraw(user: User, handover: Handover) -> bool:
    """Only who offered takes the offer back."""
    return user.is_active and handover.assignment.officer.user_id == user.pk
