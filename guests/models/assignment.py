"""Who looks after whom, from when to when."""

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Membership, Role
from guests.models.plan_mark import marks_officer, marks_plan
from guests.models.visit import NEAR, Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class OneValueRange(models.Func):
    """A number as a range that holds only it: the exclusion then needs no btree_gist extension."""

    function = "INT8RANGE"
    output_field = BigIntegerRangeField()

    def __init__(self, column: str | models.F) -> None:
        super().__init__(column, column, RangeBoundary(inclusive_upper=True))


class Span(models.Func):
    """From a start up to, but not including, an end."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Coordinators see all of their events; officers those of the guests they look after, their own included."""
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))

    def standing(self) -> Self:
        """Not withdrawn."""
        return self.exclude(state=Assignment.State.WITHDRAWN)

    def not_over(self, at: datetime) -> Self:
        """Standing, and now or later on duty."""
        return self.standing().filter(ends_at__gt=at)

    def duties_of(self, user: User, at: datetime) -> Self:
        """The officer's own, now or later: what lets an officer see guests at all, so a scope of its own.

        Never wider than `visible_to`, which for guests rests on it and costs PostgreSQL ten times the planning.
        """
        return self.held_by(user.pk, at) if user.is_active else self.none()

    def held_by(self, person: Any, at: Any) -> Self:
        """The same by the person's key: for who is known to have signed in, and for questions that are only given it."""
        return self.not_over(at).filter(officer__user=person, officer__role=Role.OFFICER)

    def unconfirmed(self) -> Self:
        """Standing, and not yet confirmed by the officer."""
        return self.filter(state=Assignment.State.ASSIGNED)

    def current(self, at: datetime) -> Self:
        """Standing, and on duty at that moment."""
        return self.not_over(at).filter(starts_at__lte=at)

    def confirmation_due(self, at: datetime) -> Self:
        """Begun or to begin within a day, and the officer has not said yes."""
        return self.not_over(at).unconfirmed().filter(starts_at__lte=at + NEAR)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Standing, and sharing some of the span."""
        return self.standing().filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


@tracked()
class Assignment(models.Model):
    """An officer looks after a visit, as lead or deputy, over a span. Two leads at one time are refused by the database."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        DEPUTY = "deputy", _("deputy")

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("not confirmed")
        CONFIRMED = "confirmed", _("confirmed by the officer")
        WITHDRAWN = "withdrawn", _("withdrawn")

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("visit")
    )
    officer = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("officer")
    )
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.LEAD)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASSIGNED)
    cannot_because = models.CharField(
        _("why the officer cannot"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("The officer’s own words; the assignment stands until a coordinator acts."),
    )
    override_reason = models.CharField(
        _("reason to override a warning"),
        max_length=300,
        blank=True,
        help_text=_("Why this is meant although it collides."),
    )
    is_locked = models.BooleanField(
        _("locked"), default=False, help_text=_("Decided: proposals leave it as it is.")
    )
    assigned_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("assigned by"),
    )

    named_by = ("officer__user", "visit__guest")
    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["officer", "ends_at"], name="assignments_of_an_officer")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="assignment_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=models.Q(cannot_because="") | ~models.Q(state="confirmed"),
                name="who_confirms_can",
                violation_error_message=_("Who has confirmed has not said that they cannot."),
            ),
            ExclusionConstraint(
                name="one_lead_per_visit_at_a_time",
                expressions=[
                    (OneValueRange("visit"), RangeOperators.OVERLAPS),
                    (Span("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(role="lead") & ~models.Q(state="withdrawn"),
                violation_error_message=_("The guest already has a lead at that time."),
            ),
        ]
        triggers = [*marks_plan(), *marks_officer()]

    def __str__(self) -> str:
        return f"{self.officer} → {self.visit}"

    @property
    def terms(self) -> tuple[object, ...]:
        """What the officer confirms: whom, as what, from when to when. Other terms are confirmed anew."""
        return (self.visit_id, self.officer_id, self.role, self.starts_at, self.ends_at)

    def withdraw(self) -> None:
        """Take the officer off the visit; the row stays as a record."""
        self.state = Assignment.State.WITHDRAWN
        self.save(update_fields=["state"])
