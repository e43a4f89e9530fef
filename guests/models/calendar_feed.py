"""Addresses under which calendars fetch an officer's or a guest's days."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from events.models import Event, Membership, Role
from events.models.staff import events_of
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.clock import day_bounds
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class CalendarFeedQuerySet(ScopedQuerySet["CalendarFeed"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """One's own, those of the guests one looks after, and those of the events one coordinates."""
        return (
            models.Q(officer__user=user)
            | models.Q(visit__in=Visit.objects.visible_to(user, at=at))
            | models.Q(event__in=events_of(user, Role.COORDINATOR))
        )

    def open(self) -> Self:
        """Not revoked."""
        return self.filter(revoked_at=None)

    def of_secret(self, secret: str) -> Self:
        """The one behind an address."""
        return self.filter(secret_digest=digest_of(secret))


def digest_of(secret: str) -> str:
    """What is stored of an address: whoever reads the database cannot fetch a calendar."""
    return salted_hmac("calendar-feed", secret, algorithm="sha256").hexdigest()


@tracked(exclude=["secret_digest", "fetched_at", "fetches"])
class CalendarFeed(models.Model):
    """A secret address for the days of one officer or one guest at one event. Revocable; ends with the event."""

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
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
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

    def revoke(self, *, at: datetime) -> None:
        """No calendar fetches it any more."""
        self.revoked_at = at
        self.save(update_fields=["revoked_at"])

    def note_fetch(self, *, at: datetime) -> None:
        """Remember that a calendar asked; without a line in the history."""
        CalendarFeed.objects.filter(pk=self.pk).update(fetched_at=at, fetches=models.F("fetches") + 1)
