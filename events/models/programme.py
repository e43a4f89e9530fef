"""The public programme."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.staff import Role, events_of
from events.models.venue import Point, Venue
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class SessionQuerySet(ScopedQuerySet["Session"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, *Role))


@tracked()
class Session(models.Model):
    """An item of the public programme."""

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
    external_key = models.CharField(
        _("external key"),
        max_length=200,
        blank=True,
        help_text=_("What the source calls this session; imports find it again by it."),
    )

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

    def __str__(self) -> str:
        return self.title
