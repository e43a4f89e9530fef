"""What a guest needs, who sees to it, and by when."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Membership, Role
from events.models.staff import events_of
from guests.models.assignment import Assignment
from guests.models.plan_mark import marks_plan_where_it_matters
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class RequestQuerySet(ScopedQuerySet["Request"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))

    def open(self) -> Self:
        """Raised or accepted, not yet closed."""
        return self.filter(closed_at=None)

    def overdue(self, at: datetime) -> Self:
        """Open past its deadline."""
        return self.open().filter(due_at__lt=at)

    def with_owner_there(self, at: datetime) -> Self:
        """With `owner_is_there`: the owner is on duty for the guest at that moment, or a coordinator of the event.

        Where they are not, a request gets lost between officers; so this is asked here alone. Such a request is the
        lead's who is on duty then, and where there is none, the coordinators'.
        """
        on_duty, runs_it = _owner_is_there(at)
        return self.annotate(owner_is_there=on_duty | runs_it)

    def without_owner(self, at: datetime) -> Self:
        """Open, and nobody named can see to it: no owner, or one who has left the guest."""
        return self.open().filter(*(~there for there in _owner_is_there(at)))

    def for_its_page(self, at: datetime) -> Self:
        """With all that the page of one request shows. Two queries."""
        people = ("owner__user", "raised_by", "accepted_by", "closed_by", "visit__guest", "visit__event")
        comments = RequestComment.objects.select_related("author")
        return (
            self.with_owner_there(at)
            .select_related(*people)
            .prefetch_related(models.Prefetch("comments", comments))
        )


def _owner_is_there(at: datetime) -> tuple[models.Exists, models.Exists]:
    """Whether the owner is on duty for the guest, and whether a coordinator; the database hashes each for itself."""
    on_duty = Assignment.objects.current(at).filter(
        visit=models.OuterRef("visit"), officer=models.OuterRef("owner"), officer__user__is_active=True
    )
    runs_it = Membership.objects.filter(
        pk=models.OuterRef("owner"), role=Role.COORDINATOR, user__is_active=True
    )
    return models.Exists(on_duty), models.Exists(runs_it)


@tracked()
class Request(models.Model):
    """Something a guest needs."""

    class Category(models.TextChoices):
        WATER = "water", _("water")
        FOOD = "food", _("food")
        CAR = "car", _("car")
        DOCTOR = "doctor", _("doctor")
        PRAYER = "prayer", _("prayer room")
        INTERPRETER = "interpreter", _("interpreter")
        ROOM = "room", _("room")
        LUGGAGE = "luggage", _("luggage")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="requests", verbose_name=_("visit")
    )
    category = models.CharField(_("category"), max_length=12, choices=Category, default=Category.OTHER)
    text = models.CharField(_("what is needed"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        Membership,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests_owned",
        verbose_name=_("who sees to it"),
    )
    raised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(_("raised"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )  # fmt: skip
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )  # fmt: skip
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    decline_reason = models.CharField(_("why it is declined"), max_length=300, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["raised_at", "pk"]
        indexes = [
            models.Index(fields=["visit"], condition=models.Q(closed_at=None), name="requests_open"),
            models.Index(fields=["due_at"], condition=models.Q(closed_at=None), name="requests_by_deadline"),
            models.Index(
                models.F("closed_at").desc(nulls_first=True),
                models.F("due_at").asc(nulls_last=True),
                "raised_at",
                "id",
                name="requests_as_the_desk_lists",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "accepted"], closed_at=None)
                | models.Q(state__in=["done", "declined"], closed_at__isnull=False),
                name="request_is_closed_when_it_is_over",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="request_is_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted", accepted_at=None),
                name="request_says_who_accepted_it",
            ),
            models.CheckConstraint(
                condition=(models.Q(state="declined") & ~models.Q(decline_reason=""))
                | (~models.Q(state="declined") & models.Q(decline_reason="")),
                name="request_is_declined_with_a_reason",
                violation_error_message=_("Say why it is declined."),
            ),
            models.CheckConstraint(
                condition=~models.Q(category="other", text=""),
                name="request_says_what_is_needed",
                violation_error_message=_("Say what is needed."),
            ),
        ]
        triggers = marks_plan_where_it_matters(
            "ROW.due_at IS NOT NULL AND ROW.closed_at IS NULL",
            "due_at", "closed_at", "owner", "category", "visit",
        )  # fmt: skip

    def __str__(self) -> str:
        return self.text or self.get_category_display()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < at

    def accept(self, *, by: User, owner: Membership | None, at: datetime) -> None:
        """Somebody says that they see to it, and owns it from then on; the caller holds the row."""
        self.state, self.accepted_by, self.accepted_at = Request.State.ACCEPTED, by, at
        self.owner = owner or self.owner
        self.save(update_fields=["state", "accepted_by", "accepted_at", "owner"])

    def close(self, state: "Request.State", *, by: User, at: datetime, reason: str = "") -> None:
        """End the request as done, or as declined for a reason; the caller holds the row."""
        self.state, self.closed_by, self.closed_at, self.decline_reason = state, by, at, reason
        self.save(update_fields=["state", "closed_by", "closed_at", "decline_reason"])

    def reopen(self) -> None:
        """Make it wait again, as accepted where somebody had accepted it; the caller holds the row."""
        self.state = Request.State.ACCEPTED if self.accepted_at else Request.State.OPEN
        self.closed_by, self.closed_at, self.decline_reason = None, None, ""
        self.save(update_fields=["state", "closed_by", "closed_at", "decline_reason"])

    def give_to(self, owner: Membership) -> None:
        """Let somebody else see to it; the caller holds the row."""
        self.owner = owner
        self.save(update_fields=["owner"])

    def put_off_to(self, due_at: datetime | None) -> None:
        """Change the deadline; the caller holds the row."""
        self.due_at = due_at
        self.save(update_fields=["due_at"])


class RequestCommentQuerySet(ScopedQuerySet["RequestComment"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(request__in=Request.objects.visible_to(user, at=at))


class RequestComment(models.Model):
    """A word on a request."""

    request = models.ForeignKey(
        Request, on_delete=models.CASCADE, related_name="comments", verbose_name=_("request")
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"))
    text = models.CharField(_("text"), max_length=500)
    written_at = models.DateTimeField(_("written"))
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = RequestCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.text


class RequestDeadlineQuerySet(ScopedQuerySet["RequestDeadline"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))

    def minutes_of(self, event: int) -> dict[str, int]:
        """How many minutes each category is given at the event, whether it says so or leaves it to us. One query."""
        said = self.filter(event=event).values_list("category", "minutes")
        return {category.value: minutes for category, minutes in RequestDeadline.USUAL.items()} | dict(said)


@tracked()
class RequestDeadline(models.Model):
    """How soon the event wants a kind of request seen to; without a row, as soon as is usual."""

    USUAL: Mapping[Request.Category, int] = {
        Request.Category.WATER: 15,
        Request.Category.FOOD: 30,
        Request.Category.CAR: 20,
        Request.Category.DOCTOR: 10,
        Request.Category.PRAYER: 15,
        Request.Category.INTERPRETER: 30,
        Request.Category.ROOM: 60,
        Request.Category.LUGGAGE: 30,
        Request.Category.OTHER: 60,
    }

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="request_deadlines", verbose_name=_("event")
    )
    category = models.CharField(_("category"), max_length=12, choices=Request.Category)
    minutes = models.PositiveSmallIntegerField(_("minutes"), help_text=_("From the request to its deadline."))

    objects = RequestDeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline of requests")
        verbose_name_plural = _("deadlines of requests")
        ordering = ["event", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "category"],
                name="one_deadline_per_category",
                violation_error_message=_("The event already has a deadline for this category."),
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=2880),
                name="request_deadline_is_near",
                violation_error_message=_("From 1 minute to 2 days (2880)."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}: {self.minutes} min"
