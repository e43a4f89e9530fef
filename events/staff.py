"""Who joins an event's team, and who leaves it."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.access import may_coordinate
from events.models import Event, Membership, Role
from liaison.accounts.models import User
from liaison.notices import outbox

INVITATION_HOLDS = timedelta(days=30)


class InvitationError(Exception):
    """An invitation was refused; the message tells a coordinator why."""


def invite(
    *, email: str, name: str, event: Event, role: Role, by: User, at: datetime, capacity: int | None = None
) -> Membership:
    """Give the person of that address a place in the team, and tell them by e-mail how to sign in.

    As `add_member`, whose errors it raises. Inviting twice at the same moment invites once.
    """
    with transaction.atomic():
        member = add_member(email=email, name=name, event=event, role=role, by=by, capacity=capacity)
        send_invitation(member=member, by=by, at=at)
    return member


def add_member(
    *, email: str, name: str, event: Event, role: Role, by: User, capacity: int | None = None
) -> Membership:
    """Give the person of that address a place in the team, and send nothing.

    Somebody unknown gets an account without a password: they sign in by a code sent to the address, and may set a
    password then. Somebody known keeps their name and all else. Coordinators may open the desk. Raises
    PermissionDenied for whoever does not run the event, and InvitationError where the person already has the role or
    may no longer sign in.
    """
    if not may_coordinate(by, event):
        raise PermissionDenied
    with transaction.atomic():
        user = _person(email.strip().lower(), name.strip(), by)
        if not user.is_active:
            raise InvitationError(
                _("%(person)s may no longer sign in; ask an administrator.") % {"person": user}
            )
        member = _member(user, event, role, capacity)
        if role == Role.COORDINATOR and not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
    return member


def send_invitation(*, member: Membership, by: User, at: datetime) -> None:
    """Put the invitation into the outbox; a second one within the same minute is the same one."""
    outbox.put(
        wish=outbox.Wish(
            recipient_id=member.user_id,
            event_id=member.event_id,
            kind="invitation",
            subject_ref=f"membership:{member.pk}",
            plan_key="",
            dedupe_key=f"invitation:{member.pk}:{at:%Y-%m-%dT%H:%M}",
            payload={"event": member.event.name, "inviter": by.name, "role": member.role},
            due_at=at,
            expires_at=at + INVITATION_HOLDS,
        ),
        at=at,
    )


def dismiss(*, member: Membership) -> None:
    """Take a place in the team away, and the desk with the last event the person coordinates."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=member.user_id)
        member.delete()
        if user.is_superuser or Membership.objects.held_by(user, Role.COORDINATOR).exists():
            return
        user.is_staff = False
        user.save(update_fields=["is_staff"])


def _person(email: str, name: str, by: User) -> User:
    """The account of that address; a new one in the inviter's language where there is none."""
    known = User.objects.filter(email__iexact=email)
    user: User | None = known.first()
    if user:
        return user
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name, language=by.language, time_zone=by.time_zone)
    except IntegrityError:  # somebody else invited the same address just now
        user = known.get()
    return user


def _member(user: User, event: Event, role: Role, capacity: int | None) -> Membership:
    room = {} if capacity is None else {"capacity": capacity}
    member, is_new = Membership.objects.get_or_create(user=user, event=event, role=role, defaults=room)
    if not is_new:
        raise InvitationError(
            _("%(person)s already is %(role)s of %(event)s.")
            % {"person": user, "role": member.get_role_display(), "event": event}
        )
    return member
