"""What a guest needs, who sees to it, and by when."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Membership
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
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["raised_at", "pk"]
        indexes = [models.Index(fields=["visit"], condition=models.Q(closed_at=None), name="requests_open")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "accepted"], closed_at=None)
                | models.Q(state__in=["done", "declined"], closed_at__isnull=False),
                name="request_is_closed_when_it_is_over",
            ),
            models.CheckConstraint(
                condition=~models.Q(category="other", text=""),
                name="request_says_what_is_needed",
                violation_error_message=_("Say what is needed."),
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.get_category_display()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def close(self, state: "Request.State", *, at: datetime) -> None:
        """End the request as done or declined."""
        self.state, self.closed_at = state, at
        self.save(update_fields=["state", "closed_at"])


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

    objects = RequestCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.text
