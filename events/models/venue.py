"""Where things happen: venues, and the gates, lounges and rooms inside them."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.staff import Role, events_of
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet

_MAP = "https://www.openstreetmap.org/"


def map_of(latitude: Decimal | None, longitude: Decimal | None, address: str) -> str:
    """What `Venue.map_address` says, for those who read columns."""
    if latitude is not None:
        return f"{_MAP}?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    return f"{_MAP}search?{urlencode({'query': address})}" if address else ""


class VenueQuerySet(ScopedQuerySet["Venue"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, *Role))


@tracked()
class Venue(models.Model):
    """A place with an address; written for the guest, and in the script its drivers read."""

    class Kind(models.TextChoices):
        VENUE = "venue", _("venue")
        HOTEL = "hotel", _("hotel")
        AIRPORT = "airport", _("airport")
        RESTAURANT = "restaurant", _("restaurant")
        CLINIC = "clinic", _("hospital or clinic")
        OTHER = "other", _("other place")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="venues", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.VENUE)
    name = models.CharField(_("name"), max_length=200)
    local_name = models.CharField(_("name in the local script"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    local_address = models.CharField(_("address in the local script"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"],
                name="each_venue_once",
                violation_error_message=_("The event already has this venue."),
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="venue_is_on_earth",
                violation_error_message=_("Give both coordinates, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def map_address(self) -> str:
        """Where a map shows the place: at its coordinates, else where its address is found; empty without either."""
        return map_of(self.latitude, self.longitude, self.local_address or self.address)


class PointQuerySet(ScopedQuerySet["Point"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(venue__event__in=events_of(user, *Role))


@tracked()
class Point(models.Model):
    """A place inside a venue that one can be led to."""

    class Kind(models.TextChoices):
        ENTRANCE = "entrance", _("entrance")
        GATE = "gate", _("gate")
        LOUNGE = "lounge", _("lounge")
        ROOM = "room", _("room")
        SEATS = "seats", _("seat block")

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="points", verbose_name=_("venue"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ROOM)
    name = models.CharField(_("name"), max_length=120)

    named_by = ("venue",)
    objects = PointQuerySet.as_manager()

    class Meta:
        verbose_name = _("point of a venue")
        verbose_name_plural = _("points of venues")
        ordering = ["venue__name", "name"]
        constraints = [models.UniqueConstraint(fields=["venue", "name"], name="each_point_once")]

    def __str__(self) -> str:
        return f"{self.venue}, {self.name}"
