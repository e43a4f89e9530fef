"""The public programme."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.staff import Role, events_of
from events.models.venue import Point, Venue
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet

SEEN_IN_CALENDARS = ("title", "starts_at", "ends_at", "venue", "point", "state")
"""What a calendar shows of a session: `sequence` rises whenever one of these changes, by whatever way (RFC 5545, 3.8.7.4)."""


class SessionQuerySet(ScopedQuerySet["Session"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, *Role))

    def standing(self) -> Self:
        """Not cancelled."""
        return self.exclude(state=Session.State.CANCELLED)


@tracked(exclude=["updated_at"])
class Session(models.Model):
    """An item of the public programme."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("event")
    )
    title = models.CharField(_("title"), max_length=300)
    part = models.CharField(
        _("part"), max_length=120, blank=True, help_text=_("Seminar, plenary, side event…")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.ForeignKey(
        Venue,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("venue"),
    )
    point = models.ForeignKey(
        Point, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("room")
    )
    dress = models.CharField(_("dress"), max_length=200, blank=True)
    audience = models.CharField(_("audience"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CONFIRMED)
    external_key = models.CharField(
        _("external key"),
        max_length=200,
        blank=True,
        help_text=_("What the source calls this session; imports find it again by it."),
    )
    sequence = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="session_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            ),
            models.UniqueConstraint(
                fields=["event", "external_key"],
                condition=~models.Q(external_key=""),
                name="each_session_key_once",
                violation_error_message=_("Another session of the event has this key."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="counts_its_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*SEEN_IN_CALENDARS),
                func="NEW.sequence = OLD.sequence + 1; RETURN NEW;",
            )
        ]

    def __str__(self) -> str:
        return self.title
