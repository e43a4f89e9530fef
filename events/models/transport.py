"""Cars and those who drive them."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.staff import Role, events_of
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.phones import validate_phone
from liaison.scope import ScopedQuerySet


class TransportQuerySet(ScopedQuerySet[models.Model]):
    """Cars and drivers: the coordinators' list. An officer reads a car through the guest's itinerary only."""

    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


@tracked()
class Driver(models.Model):
    """Someone who drives at an event; has no account."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="drivers", verbose_name=_("event")
    )
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(
        _("phone"), max_length=20, blank=True, validators=[validate_phone], help_text="+62…"
    )

    objects = TransportQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Vehicle(models.Model):
    """A car, by its plate."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="vehicles", verbose_name=_("event")
    )
    plate = models.CharField(_("plate"), max_length=20)
    kind = models.CharField(
        _("kind"), max_length=100, blank=True, help_text=_("Make, model and colour, as one sees it.")
    )
    seats = models.PositiveSmallIntegerField(_("seats"), default=3)
    driver = models.ForeignKey(
        Driver,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="vehicles",
        verbose_name=_("usual driver"),
    )

    objects = TransportQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["plate"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "plate"],
                name="each_plate_once",
                violation_error_message=_("The event already has this plate."),
            )
        ]

    def __str__(self) -> str:
        return self.plate
