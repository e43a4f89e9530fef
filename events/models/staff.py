"""Who works at an event, in which role, and when they are on duty."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("coordinator")
    OFFICER = "officer", _("liaison officer")
    PRESS = "press", _("press officer")


class Gender(models.TextChoices):
    WOMAN = "woman", _("woman")
    MAN = "man", _("man")


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """One's own, and everybody's at the events one coordinates."""
        return models.Q(user=user) | models.Q(event__in=events_of(user, Role.COORDINATOR))

    def held_by(self, user: User, *roles: Role) -> Self:
        """What the person is, in any of these roles."""
        return self.filter(user=user, role__in=roles)

    def officers(self) -> Self:
        return self.filter(role=Role.OFFICER)


def events_of(user: User, *roles: Role) -> models.QuerySet[Any, Any]:
    """The keys of the events at which the person has one of these roles; a subquery, not yet a query."""
    return Membership.objects.held_by(user, *roles).values("event_id")


@tracked()
class Membership(models.Model):
    """A person's place in the team of one event."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    event = models.ForeignKey(
        "events.Event", on_delete=models.CASCADE, related_name="memberships", verbose_name=_("event")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.OFFICER)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), default=2, help_text=_("How many guests this officer can look after at one time.")
    )
    duty_note = models.CharField(
        _("duty as written"),
        max_length=200,
        blank=True,
        help_text=_("What a list of officers says of the hours, where they are no certain shifts."),
    )

    gender = models.CharField(
        _("gender"),
        max_length=5,
        choices=Gender,
        blank=True,
        help_text=_("Only for guests who asked for a woman or a man; may stay empty."),
    )

    named_by = ("user",)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team")
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event", "role"],
                name="each_role_once",
                violation_error_message=_("This person already has this role at the event."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class ShiftQuerySet(ScopedQuerySet["Shift"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(membership__in=Membership.objects.visible_to(user, at=at))


@tracked()
class Shift(models.Model):
    """A span in which a team member is on duty."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="shifts", verbose_name=_("team member")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="shift_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M} UTC"
