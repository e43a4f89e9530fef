"""Addresses under which calendars fetch an officer's or a guest's days."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Membership, Role
from events.models.staff import events_of
from guests.models.secret_address import SecretAddress, SecretAddressQuerySet
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.clock import day_bounds
from liaison.history import tracked


class CalendarFeedQuerySet(SecretAddressQuerySet["CalendarFeed"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """One's own, those of the guests one looks after, and those of the events one coordinates."""
        return (
            models.Q(officer__user=user)
            | models.Q(visit__in=Visit.objects.visible_to(user, at=at))
            | models.Q(event__in=events_of(user, Role.COORDINATOR))
        )


@tracked(exclude=["secret_digest", "fetched_at", "fetches"])
class CalendarFeed(SecretAddress):
    """A secret address for the days of one officer or one guest at one event. Revocable; ends with the event."""

    SALT = "calendar-feed"
    KEPT_FOR = timedelta(days=30)  # after the event's last day

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="calendar_feeds", verbose_name=_("event")
    )
    officer = models.ForeignKey(
        Membership,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_feeds",
        verbose_name=_("officer"),
    )
    visit = models.ForeignKey(
        Visit,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_feeds",
        verbose_name=_("guest"),
    )
    fetched_at = models.DateTimeField(_("last fetched"), null=True, blank=True)
    fetches = models.PositiveIntegerField(_("times fetched"), default=0)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(officer=None, visit__isnull=False)
                | models.Q(officer__isnull=False, visit=None),
                name="feed_is_of_an_officer_or_a_guest",
            ),
            models.UniqueConstraint(
                fields=["officer"], condition=models.Q(revoked_at=None), name="one_open_feed_per_officer"
            ),
            models.UniqueConstraint(
                fields=["visit"], condition=models.Q(revoked_at=None), name="one_open_feed_per_visit"
            ),
        ]

    def __str__(self) -> str:
        return str(self.officer or self.visit)

    def is_open(self, at: datetime) -> bool:
        """Whether calendars may still fetch it."""
        _start, end = day_bounds(self.event.ends_on, self.event.time_zone)
        return self.revoked_at is None and at < end + self.KEPT_FOR

    def note_fetch(self, *, at: datetime) -> None:
        """Remember that a calendar asked; without a line in the history."""
        CalendarFeed.objects.filter(pk=self.pk).update(fetched_at=at, fetches=models.F("fetches") + 1)
