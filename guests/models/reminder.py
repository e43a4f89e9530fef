"""When to remind whom."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.assignment import Assignment
from guests.models.itinerary import ItineraryItem
from guests.models.plan_mark import OF_THE_EVENT, marks_plan
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class ReminderRuleQuerySet(ScopedQuerySet["ReminderRule"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


@tracked()
class ReminderRule(models.Model):
    """How long before an item its officers are reminded. An event without rules reminds the lead 30 minutes before."""

    DEFAULT_MINUTES = 30

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="reminder_rules", verbose_name=_("event")
    )
    kind = models.CharField(
        _("kind of item"),
        max_length=12,
        choices=ItineraryItem.Kind,
        blank=True,
        help_text=_("Empty: every kind."),
    )
    audience = models.CharField(
        _("whom"), max_length=8, choices=Assignment.Role, default=Assignment.Role.LEAD
    )
    minutes_before = models.PositiveSmallIntegerField(_("minutes before"), default=DEFAULT_MINUTES)

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ["event", "kind", "-minutes_before"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind", "audience", "minutes_before"], name="each_reminder_rule_once"
            )
        ]
        triggers = marks_plan(OF_THE_EVENT)

    def __str__(self) -> str:
        return f"{self.get_kind_display() or _('every kind')}: {self.minutes_before} min"
