"""What fills a guest's day."""

from datetime import datetime, timedelta
from typing import Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Driver, Point, Session, Vehicle, Venue
from guests.models.following import forgets_its_session_was_cancelled
from guests.models.plan_mark import marks_plan
from guests.models.visit import NEAR, Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet

_FRESH = timedelta(hours=6)


class ItineraryItemQuerySet(ScopedQuerySet["ItineraryItem"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))

    def standing(self) -> Self:
        """Not cancelled."""
        return self.exclude(state=ItineraryItem.State.CANCELLED)

    def for_guest(self) -> Self:
        """What the guest may see: standing, and not for officers only."""
        return self.standing().filter(visibility=ItineraryItem.Visibility.GUEST)

    def for_press(self) -> Self:
        """When and where the press may photograph or interview a guest who agreed to it; never what is for officers only."""
        given = Visit.Consent.GIVEN
        return self.for_guest().filter(
            models.Q(press=ItineraryItem.Press.PHOTO, visit__photo_consent=given)
            | models.Q(press=ItineraryItem.Press.INTERVIEW, visit__press_consent=given)
        )

    def touching(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Those that start or go on within the span; items without a time are left out."""
        return self.filter(starts_at__lt=ends_at).filter(
            models.Q(ends_at__gt=starts_at) | models.Q(ends_at=None, starts_at__gte=starts_at)
        )

    def stale_estimates(self, at: datetime) -> Self:
        """Standing within the next day at a time nobody is sure of, and nobody has said anew for six hours.

        What has no time yet counts from a day before the guest arrives.
        """
        unsure = self.standing().exclude(precision=Visit.Precision.EXACT)
        said_long_ago = models.Q(estimate_at=None) | models.Q(estimate_at__lt=at - _FRESH)
        ahead = models.Q(starts_at__gt=at, starts_at__lte=at + NEAR)
        without_time = models.Q(starts_at=None, visit__arrives_at__lte=at + NEAR)
        return unsure.filter(said_long_ago, ahead | without_time)

    def with_places(self) -> Self:
        """Each with its places, session and car: one query for a whole page."""
        return self.select_related("origin", "venue", "point", "session", "vehicle__driver", "driver")


_AT_AN_UNSURE_TIME = ~models.Q(state="cancelled") & ~models.Q(precision=Visit.Precision.EXACT)
_IN_CALENDARS = (
    "kind", "title", "starts_at", "ends_at", "precision", "leave_by_at", "origin_id", "venue_id", "point_id",
    "session_id", "flight_number", "state", "visibility", "dress",
)  # fmt: skip


def _row(name: str) -> str:
    return ", ".join(f"{name}.{column}" for column in _IN_CALENDARS)


def counts_changes() -> pgtrigger.Trigger:
    """A trigger that makes `sequence` one more with each update that a calendar would show, and else keeps it.

    What the writer put into `sequence` is overruled: one who bumps by hand counts once, and one who saves a row read
    some time ago never takes the number back, which calendars (RFC 5545, 3.8.7.4) would take for an older version.
    """
    return pgtrigger.Trigger(
        name="counts_changes",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"NEW.sequence = OLD.sequence + (ROW({_row('OLD')}) IS DISTINCT FROM ROW({_row('NEW')}))::int; RETURN NEW;",
    )


@tracked(exclude=["updated_at"])
class ItineraryItem(models.Model):
    """One thing in the guest's day: a flight, a transfer, a session, a meal, a meeting, rest."""

    class Kind(models.TextChoices):
        FLIGHT = "flight", _("flight")
        TRANSFER = "transfer", _("transfer")
        SESSION = "session", _("session")
        MEAL = "meal", _("meal")
        MEETING = "meeting", _("meeting")
        CEREMONY = "ceremony", _("ceremony")
        REST = "rest", _("rest")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        TENTATIVE = "tentative", _("tentative")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    class Visibility(models.TextChoices):
        GUEST = "guest", _("guest and officers")
        OFFICERS = "officers", _("officers only")

    class Press(models.TextChoices):
        NOT = "", _("not for the press")
        PHOTO = "photo", _("photographs")
        INTERVIEW = "interview", _("interview")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="items", verbose_name=_("visit"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.MEETING)
    title = models.CharField(_("title"), max_length=300)
    starts_at = models.DateTimeField(
        _("starts"), null=True, blank=True, help_text=_("May be left open while it is to be confirmed.")
    )
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    precision = models.CharField(
        _("time is"), max_length=12, choices=Visit.Precision, default=Visit.Precision.EXACT
    )
    estimate_by = models.CharField(_("time according to"), max_length=200, blank=True)
    estimate_at = models.DateTimeField(_("said at"), null=True, blank=True)
    leave_by_at = models.DateTimeField(
        _("leave by"),
        null=True,
        blank=True,
        help_text=_("Left empty: worked out from the way, see the event."),
    )
    leave_by_from = models.CharField(_("leave by set by"), max_length=200, blank=True, editable=False)
    """Who set it on a screen; empty where it came with the plan. Says nothing while there is no leave-by."""
    origin = models.ForeignKey(
        Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    venue = models.ForeignKey(
        Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="items", verbose_name=_("place")
    )
    point = models.ForeignKey(
        Point,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("room or gate"),
    )
    session = models.ForeignKey(
        Session,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("session of the programme"),
    )
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.SET_NULL, null=True, blank=True, related_name="items", verbose_name=_("car")
    )
    driver = models.ForeignKey(
        Driver,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("driver"),
        help_text=_("Only where it is not the car's usual driver."),
    )
    car_at_door_at = models.DateTimeField(_("car at the door since"), null=True, blank=True)
    flight_number = models.CharField(_("flight"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CONFIRMED)
    state_before = models.CharField(max_length=10, choices=State, blank=True, editable=False)
    """What it was until its session was cancelled; empty where it stands, or was cancelled by itself."""
    visibility = models.CharField(_("seen by"), max_length=10, choices=Visibility, default=Visibility.GUEST)
    press = models.CharField(
        _("press"),
        max_length=9,
        choices=Press,
        default=Press.NOT,
        blank=True,
        help_text=_("The press team reads title, time and place, once the guest has agreed."),
    )
    greeter = models.CharField(_("met by"), max_length=200, blank=True)
    seat = models.CharField(_("seat"), max_length=100, blank=True)
    interpreter = models.CharField(_("interpreter"), max_length=200, blank=True)
    dress = models.CharField(_("dress"), max_length=200, blank=True)
    gift = models.CharField(_("gift"), max_length=200, blank=True)
    note = models.CharField(_("note for officers"), max_length=500, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    external_key = models.CharField(_("external key"), max_length=200, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ItineraryItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("itinerary item")
        verbose_name_plural = _("itinerary items")
        ordering = [models.F("starts_at").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["visit", "starts_at"], name="items_of_a_visit_by_time"),
            models.Index(fields=["visit"], name="items_at_an_unsure_time", condition=_AT_AN_UNSURE_TIME),
            models.Index(fields=["starts_at"], name="items_by_time"),
            models.Index(
                fields=["leave_by_at", "starts_at"],
                name="items_to_leave_for",
                condition=models.Q(leave_by_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")) | models.Q(ends_at=None),
                name="item_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__isnull=False)
                | models.Q(precision=Visit.Precision.TO_BE_CONFIRMED),
                name="item_has_a_time_or_awaits_one",
                violation_error_message=_("Give a start, or mark the time as to be confirmed."),
            ),
            models.CheckConstraint(
                condition=models.Q(leave_by_at__lte=models.F("starts_at")) | models.Q(leave_by_at=None),
                name="item_is_left_for_before_it_starts",
                violation_error_message=_("“Leave by” must not come after the start."),
            ),
            models.UniqueConstraint(
                fields=["visit", "external_key"],
                condition=~models.Q(external_key=""),
                name="each_item_key_once",
            ),
        ]
        triggers = [*marks_plan(), counts_changes(), forgets_its_session_was_cancelled()]

    def __str__(self) -> str:
        return self.title

    @property
    def moves_at(self) -> datetime | None:
        """When the guest has to move for this item: leave-by, else the start."""
        return self.leave_by_at or self.starts_at

    @property
    def car_driver(self) -> Driver | None:
        """Who drives: the driver named here, else the car's usual one."""
        return self.driver or (self.vehicle.driver if self.vehicle else None)
