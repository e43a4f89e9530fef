"""Links to a guest's own screen, which open without a sign-in."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Role
from events.models.staff import events_of
from guests.models.secret_address import SecretAddress, SecretAddressQuerySet
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.clock import day_bounds
from liaison.history import tracked


class GuestLinkQuerySet(SecretAddressQuerySet["GuestLink"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Those of the guests one looks after, and of the events one coordinates."""
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at)) | models.Q(
            visit__event__in=events_of(user, Role.COORDINATOR)
        )


@tracked(exclude=["secret_digest", "opened_at", "openings"])
class GuestLink(SecretAddress):
    """A secret address of one guest's own screen: shown once, revocable, and over at a time chosen when it was made."""

    SALT = "guest-link"

    class Lasts(models.TextChoices):
        STAY = "stay", _("to the end of the stay")
        DAY = "day", _("24 hours")
        HOURS = "hours", _("2 hours")

    AFTER_THE_STAY = timedelta(hours=12)
    AFTER_THE_EVENT = timedelta(days=14)
    SPANS = {Lasts.DAY: timedelta(hours=24), Lasts.HOURS: timedelta(hours=2)}

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="guest_links", verbose_name=_("guest")
    )
    client_uuid = models.UUIDField(unique=True, editable=False)
    expires_at = models.DateTimeField(_("open until"))
    opened_at = models.DateTimeField(_("last opened"), null=True, blank=True)
    openings = models.PositiveIntegerField(_("times opened"), default=0)

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest link")
        verbose_name_plural = _("guest links")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")), name="guest_link_lasts_a_while"
            )
        ]

    def __str__(self) -> str:
        return str(self.visit)

    @classmethod
    def end_of(cls, lasts: Lasts, visit: Visit, at: datetime) -> datetime:
        """When a link made at that moment is over; of a stay that is over already, after a day.

        A departure long after the event is a slip of the pen and opens nothing for longer.
        """
        span = cls.SPANS.get(lasts)
        if span:
            return at + span
        closes_at = day_bounds(visit.event.ends_on, visit.event.time_zone)[1]
        end = min(visit.departs_at or closes_at, closes_at + cls.AFTER_THE_EVENT) + cls.AFTER_THE_STAY
        return end if end > at else at + cls.SPANS[cls.Lasts.DAY]

    def is_open(self, at: datetime) -> bool:
        """Whether it still opens the guest's screen."""
        return self.revoked_at is None and at < self.expires_at

    def note_opening(self, *, at: datetime) -> None:
        """Remember that it was opened; without a line in the history."""
        GuestLink.objects.filter(pk=self.pk).update(opened_at=at, openings=models.F("openings") + 1)
