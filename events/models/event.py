"""The event: its name, its days, its zone, and the rules that hold at it."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.movement import Movement, movements_to_choose
from events.models.staff import Role, events_of
from liaison.accounts.models import User
from liaison.clock import validate_zone
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class EventQuerySet(ScopedQuerySet["Event"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """The events one works at, in whatever role."""
        return models.Q(pk__in=events_of(user, *Role))

    def coordinated_by(self, user: User) -> "EventQuerySet":
        """The events the person runs; for an administrator, all."""
        return self if user.is_superuser else self.filter(pk__in=events_of(user, Role.COORDINATOR))


@tracked()
class Event(models.Model):
    """A summit, conference, state visit or games at which guests are looked after."""

    class State(models.TextChoices):
        DRAFT = "draft", _("in preparation")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Precedence(models.TextChoices):
        RANK = "rank", _("heads of state, heads of government, ministers")
        EQUAL = "equal", _("all heads of delegation equal, by name of country")
        SENIORITY = "seniority", _("by seniority in office")

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True)
    host = models.CharField(_("host"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        default="ID",
        validators=[MinLengthValidator(2)],
        help_text=_("Two letters, ISO 3166."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        validators=[validate_zone],
        help_text=_("IANA name, such as Asia/Makassar (WITA)."),
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    logo = models.ImageField(_("logo"), upload_to="events/", blank=True)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#9a7128",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")],
        help_text="#rrggbb",
    )
    precedence = models.CharField(
        _("order of precedence"), max_length=16, choices=Precedence, default=Precedence.RANK
    )
    travel_kmh = models.PositiveSmallIntegerField(
        _("kilometres an hour on the road"),
        default=25,
        validators=[MinValueValidator(1)],
        help_text=_("As the crow flies: what an officer covers between two venues, traffic included."),
    )
    travel_buffer_minutes = models.PositiveSmallIntegerField(
        _("minutes to get away and in"), default=10, help_text=_("Added to every way between two venues.")
    )
    rest_hours = models.PositiveSmallIntegerField(
        _("hours of rest between duty days"), default=8, help_text=_("Less than this is warned of.")
    )
    quiet_from = models.TimeField(
        _("quiet from"), null=True, blank=True, help_text=_("On the event’s clocks; both times or neither.")
    )
    quiet_until = models.TimeField(
        _("quiet until"),
        null=True,
        blank=True,
        help_text=_(
            "A reminder for these hours waits until they end; what is of no use then comes a minute before they begin, and is left out once they have begun. Those about VVIP guests, SOS and whatever is urgent come at any hour."
        ),
    )
    movements = ArrayField(
        models.CharField(max_length=12, choices=Movement),
        verbose_name=_("where guests can be"),
        default=movements_to_choose,
        help_text=_("What officers can tap. Where a guest is already stays as it was noted."),
    )
    retention_days = models.PositiveSmallIntegerField(
        _("days until private data is erased"),
        default=30,
        help_text=_(
            "Counted from the event’s last day. Then health, passports, personal phones, documents, rooms, uploaded lists, "
            "prints, links and what was sent are erased for good, histories included."
        ),
    )
    anonymise_days = models.PositiveSmallIntegerField(
        _("days until guests are made anonymous"),
        default=365,
        help_text=_(
            "Counted from the event’s last day. Then names, photographs and everything written about guests are erased; "
            "who did what when remains. Guests expected at another event keep their names until its days are over."
        ),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="event_ends_on_or_after_its_first_day",
                violation_error_message=_("The last day must not come before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~models.Q(quiet_from=models.F("quiet_until")),
                name="quiet_hours_begin_and_end",
                violation_error_message=_(
                    "Give both times of the quiet hours, and two different ones, or neither."
                ),
            ),
            models.CheckConstraint(condition=models.Q(travel_kmh__gt=0), name="event_has_a_speed"),
            models.CheckConstraint(
                condition=models.Q(movements__contained_by=movements_to_choose()) & ~models.Q(movements=[]),
                name="event_uses_some_movements",
                violation_error_message=_("Choose at least one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def used_movements(self) -> tuple[Movement, ...]:
        """Where guests can be at this event, in the order in which it usually happens."""
        return tuple(move for move in Movement if move == Movement.EXPECTED or move in self.movements)
