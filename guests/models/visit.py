"""A guest's stay at one event, and the delegation it belongs to."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Gender, Movement, Role, Venue
from events.models.staff import events_of
from guests.models.guest import Guest
from guests.models.plan_mark import marks_plan_when, marks_plan_when_quoted_changes
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.phones import numbers_in
from liaison.scope import ScopedQuerySet


class DelegationQuerySet(ScopedQuerySet["Delegation"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        visits = Visit.objects.visible_to(user, at=at).exclude(delegation=None)
        return models.Q(event__in=events_of(user, Role.COORDINATOR)) | models.Q(
            pk__in=visits.values("delegation_id")
        )


@tracked()
class Delegation(models.Model):
    """People who travel together: of a country, an organisation or a company. Has a head."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="delegations", verbose_name=_("event")
    )
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, ISO 3166."))
    head = models.OneToOneField(
        "guests.Visit",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="heads",
        verbose_name=_("head"),
    )
    external_key = models.CharField(_("external key"), max_length=200, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"],
                name="each_delegation_once",
                violation_error_message=_("The event already has this delegation."),
            )
        ]

    def __str__(self) -> str:
        return self.name


NEAR = timedelta(hours=24)
"""How long before something a person should see to it that it is certain."""

_LATE_DEPARTURE = timedelta(hours=12)


def _is_ahead(at: datetime) -> models.Q:
    planned = models.Q(departs_at__gt=at - _LATE_DEPARTURE)
    open_ended = models.Q(departs_at=None, event__ends_on__gte=(at - timedelta(days=1)).date())
    return ~models.Q(status=Movement.DEPARTED) & (planned | open_ended)


class VisitQuerySet(ScopedQuerySet["Visit"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Coordinators of the event; officers from the day they are assigned to the end of their assignment."""
        from guests.models.assignment import Assignment  # noqa: PLC0415 (an assignment is to a visit: they need one another)

        duties = Assignment.objects.duties_of(user, at)
        return models.Q(event__in=events_of(user, Role.COORDINATOR)) | models.Q(
            pk__in=duties.values("visit_id")
        )

    def travelling_with(self, pk: int) -> Self:
        """The visit of that key first, then the others of its delegation."""
        delegation = Visit.objects.filter(pk=pk).values("delegation_id")
        rows = self.filter(models.Q(pk=pk) | models.Q(delegation__in=delegation))
        is_other = models.Case(models.When(pk=pk, then=0), default=1)
        return rows.order_by(is_other, models.F("rank").asc(nulls_last=True), "guest__name", "pk")

    def coordinated_by(self, user: User) -> Self:
        """The visits at events the person runs; for an administrator, all."""
        return self if user.is_superuser else self.filter(event__in=events_of(user, Role.COORDINATOR))

    def not_over(self, at: datetime) -> Self:
        """Of guests who are here or to come: neither departed, nor half a day past the departure or a day past the event."""
        return self.filter(_is_ahead(at))

    def with_is_ahead(self, at: datetime) -> Self:
        """With `is_ahead`: whether that is so."""
        return self.annotate(
            is_ahead=models.ExpressionWrapper(_is_ahead(at), output_field=models.BooleanField())
        )

    def without_lead(self, at: datetime) -> Self:
        """Of guests whom nobody leads, now or later, though they are here or to come."""
        from guests.models.assignment import Assignment  # noqa: PLC0415 (an assignment is to a visit: they need one another)

        leads = Assignment.objects.not_over(at).filter(visit=models.OuterRef("pk"), role="lead")
        return self.not_over(at).filter(~models.Exists(leads))

    def with_stale_estimates(self, at: datetime) -> Self:
        """Of guests for whom a time within the next day is still a guess.

        A guess is an arrival, a departure or an item that stands as approximate or to be confirmed; of an item that
        somebody estimated, only when that is more than six hours ago. What has no time at all counts while the guest
        is here or the event a day away.
        """
        from guests.models.itinerary import ItineraryItem  # noqa: PLC0415 (an item is of a visit: they need one another)

        items = ItineraryItem.objects.stale_estimates(at).filter(visit=models.OuterRef("pk"))
        open_arrival = models.Q(
            arrives_at=None,
            arrival_precision=Visit.Precision.TO_BE_CONFIRMED,
            status=Movement.EXPECTED,
            event__starts_on__lte=(at + NEAR).date(),
        )
        doubtful = ~models.Q(arrival_precision=Visit.Precision.EXACT) & _within("arrives_at", at)
        doubtful |= ~models.Q(departure_precision=Visit.Precision.EXACT) & _within("departs_at", at)
        return self.not_over(at).filter(doubtful | open_arrival | models.Exists(items))


def _within(field: str, at: datetime) -> models.Q:
    return models.Q(**{f"{field}__gt": at, f"{field}__lte": at + NEAR})


@tracked(exclude=["updated_at"])
class Visit(models.Model):
    """A guest's stay at one event."""

    class Level(models.TextChoices):
        VVIP = "vvip", _("VVIP")
        VIP = "vip", _("VIP")
        GUEST = "guest", _("guest")

    class Precision(models.TextChoices):
        EXACT = "exact", _("exact")
        APPROXIMATE = "approximate", _("approximate")
        TO_BE_CONFIRMED = "tbc", _("to be confirmed")

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", _("not asked")
        GIVEN = "given", _("given")
        REFUSED = "refused", _("refused")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="visits", verbose_name=_("event"))
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="visits", verbose_name=_("guest"))
    delegation = models.ForeignKey(
        Delegation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("delegation"),
    )
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.VIP)
    status = models.CharField(_("where now"), max_length=12, choices=Movement, default=Movement.EXPECTED)
    status_at = models.DateTimeField(_("since"), null=True, blank=True)
    arrives_at = models.DateTimeField(_("arrives"), null=True, blank=True)
    arrival_precision = models.CharField(
        _("arrival is"), max_length=12, choices=Precision, default=Precision.EXACT
    )
    arrival_note = models.CharField(_("arrival as written"), max_length=200, blank=True)
    departs_at = models.DateTimeField(_("departs"), null=True, blank=True)
    departure_precision = models.CharField(
        _("departure is"), max_length=12, choices=Precision, default=Precision.EXACT
    )
    departure_note = models.CharField(_("departure as written"), max_length=200, blank=True)
    hotel = models.ForeignKey(
        Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("hotel")
    )
    room = models.CharField(_("room"), max_length=40, blank=True)
    rank = models.PositiveIntegerField(
        _("place in precedence"),
        null=True,
        blank=True,
        help_text=_("1 comes first; the event's order of precedence says why."),
    )
    companions = models.PositiveSmallIntegerField(_("companions"), default=0)
    companions_note = models.CharField(_("about the companions"), max_length=300, blank=True)
    officer_wished = models.CharField(
        _("asked for an officer who is a"),
        max_length=5,
        choices=Gender,
        blank=True,
        help_text=_("Only where the guest asked."),
    )
    photo_consent = models.CharField(
        _("may be photographed"), max_length=8, choices=Consent, default=Consent.UNKNOWN
    )
    press_consent = models.CharField(
        _("may be interviewed"), max_length=8, choices=Consent, default=Consent.UNKNOWN
    )
    note = models.CharField(_("note for the team"), max_length=500, blank=True)
    external_key = models.CharField(
        _("external key"),
        max_length=200,
        blank=True,
        help_text=_("What the guest list calls this visit; imports find it again by it."),
    )
    updated_at = models.DateTimeField(auto_now=True)

    named_by = ("guest",)
    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["event", models.F("rank").asc(nulls_last=True), "guest__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "guest"],
                name="one_visit_per_guest_and_event",
                violation_error_message=_("This guest already has a visit at the event."),
            ),
            models.UniqueConstraint(
                fields=["event", "external_key"],
                condition=~models.Q(external_key=""),
                name="each_visit_key_once",
                violation_error_message=_("Another visit at the event has this key."),
            ),
        ]
        triggers = [
            marks_plan_when_quoted_changes(
                "SELECT ROW.id, now()",
                "event",
                "guest",
                "hotel",
                "level",
                "arrives_at",
                "arrival_precision",
                "departs_at",
                "departure_precision",
            ),
            # Taps come all day; only whether the guest is still to arrive says something to the planner.
            marks_plan_when(
                "marks_plan_when_arrived",
                "(OLD.status IN ('expected', 'en_route')) <> (NEW.status IN ('expected', 'en_route'))",
                "SELECT ROW.id, now()",
            ),
        ]

    def __str__(self) -> str:
        return str(self.guest)

    @property
    def phones_of_companions(self) -> list[str]:
        """The phones that stand in what is written about the companions: an aide's, to be called."""
        return list(numbers_in(self.companions_note, country=self.event.country))

    def is_expected(self, at: datetime) -> bool:
        """Whether the guest is here or to come; of a loaded row what `not_over` asks of the table."""
        if self.status == Movement.DEPARTED:
            return False
        if self.departs_at:
            return self.departs_at > at - _LATE_DEPARTURE
        return self.event.ends_on >= (at - timedelta(days=1)).date()

    def move_to(self, status: Movement, *, at: datetime | None) -> None:
        """Note where the guest is since `at`, None for not known since when; the caller writes the logbook."""
        self.status, self.status_at = status, at
        self.save(update_fields=["status", "status_at", "updated_at"])
