"""Which version of a plan an officer knows, and since when something waits to be told."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Max, Min, Q
from django.utils.translation import gettext_lazy as _

from guests.models.visit import Visit
from liaison.accounts.models import User


class ToldPlanQuerySet(models.QuerySet["ToldPlan"]):
    def waiting(self) -> Self:
        """Those with changes that wait to be told."""
        return self.filter(latest_at__isnull=False)

    def due(self, at: datetime, *, limit: int) -> set[tuple[int, int]]:
        """The keys of the people, each with an event, whose changes are to be told now. One query.

        All of one person's guests at an event are told together: once no change came for a while, or what is urgent
        had its shorter while, or one has waited as long as anything may.
        """
        grouped = self.waiting().order_by().values_list("person", "visit__event")
        asked = grouped.annotate(
            calm_at=Max("quiet_until"),
            urgent_at=Max("quiet_until", filter=Q(is_urgent=True)),
            last_at=Min("latest_at"),
        )
        due = asked.filter(Q(calm_at__lte=at) | Q(urgent_at__lte=at) | Q(last_at__lte=at))
        return {(person, event) for person, event, *_times in due[:limit]}


class ToldPlan(models.Model):
    """What an officer has been told of a visit's plan: the number of each version in the histories.

    Written by the planner alone, which makes a row for whoever is on duty, and takes it away when the duty is. While
    changes wait, the versions stay those from before the first of them. Not bound by the database, so that a visit
    that is just being deleted can be planned meanwhile.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    items = models.JSONField(default=dict)
    """The number of the version known of each item, by the item's key."""
    stay = models.BigIntegerField(default=0)
    """The number of the version known of the visit itself."""
    tally = models.BigIntegerField(default=0)
    """The sum of the numbers that wait to be told: while it stays the same, nothing is put off."""
    quiet_until = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    is_urgent = models.BooleanField(default=False)

    objects = ToldPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan as told")
        verbose_name_plural = _("plans as told")
        constraints = [
            models.UniqueConstraint(fields=["visit", "person"], name="one_plan_as_told_of_each_to_each"),
            models.CheckConstraint(
                condition=Q(quiet_until__isnull=True, latest_at__isnull=True, tally=0, is_urgent=False)
                | Q(quiet_until__isnull=False, latest_at__isnull=False, tally__gt=0),
                name="what_waits_to_be_told_has_its_times",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(latest_at__isnull=False), name="plans_with_changes_to_tell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.visit_id}"
