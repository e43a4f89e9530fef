"""A guest passes from one officer to another."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Membership
from guests.models.assignment import Assignment
from guests.models.plan_mark import marks_plan
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class HandoverQuerySet(ScopedQuerySet["Handover"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Of the guests one may see; and what one is offered, as long as it may be accepted."""
        return models.Q(assignment__in=Assignment.objects.visible_to(user, at=at)) | models.Q(
            pk__in=Handover.objects.offered_to(user.pk, at).values("pk")
        )

    def answered_by(self, user: User, at: datetime) -> Self:
        """What the person may answer, and what is settled already: a second tap deserves a word, not a missing page."""
        settled = models.Q(
            receiver__user=user.pk, state__in=[Handover.State.DECLINED, Handover.State.WITHDRAWN]
        )
        return self.filter(settled | models.Q(pk__in=Handover.objects.visible_to(user, at=at).values("pk")))

    def open(self) -> Self:
        """Offered and not yet answered."""
        return self.filter(state=Handover.State.OFFERED)

    def offered_to(self, person: Any, at: Any) -> Self:
        """What the person of that key may accept now: the giver's duty is not over."""
        return self.open().filter(receiver__user=person, assignment__ends_at__gt=at)


@tracked()
class Handover(models.Model):
    """A guest passes from the officer of an assignment to another; until it is accepted, the guest is still the giver's."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Part(models.TextChoices):
        """What the note tells, in the order in which it is read."""

        MOOD = "mood", _("Mood")
        PROMISES = "promises", _("Promised")
        REQUESTS = "requests", _("Open requests")
        NEXT = "next_movement", _("Next movement")
        CAR = "car", _("Car")
        LUGGAGE = "luggage", _("Luggage")

    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="handovers", verbose_name=_("given by")
    )
    receiver = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="handovers_received", verbose_name=_("to")
    )
    note = models.JSONField(_("note"), default=dict, help_text=_("A text for each part."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField(_("offered"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-offered_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="offered", answered_at=None)
                | (~models.Q(state="offered") & models.Q(answered_at__gte=models.F("offered_at"))),
                name="handover_is_answered_after_it_is_offered",
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=models.Q(state="offered"),
                name="one_open_handover_per_assignment",
                violation_error_message=_("A handover is already open."),
            ),
        ]
        triggers = marks_plan("SELECT visit_id, now() FROM guests_assignment WHERE id = ROW.assignment_id")

    def __str__(self) -> str:
        return f"{self.assignment.officer} → {self.receiver}"

    @property
    def parts(self) -> Iterator[tuple[str, str]]:
        """What the note tells: what it is about and the text, without what was left empty."""
        for part in Handover.Part:
            if text := self.note.get(part.value):
                yield str(part.label), text

    def settle(self, state: "Handover.State", *, at: datetime) -> None:
        """Answer the offer; the caller holds the row."""
        self.state, self.answered_at = state, at
        self.save(update_fields=["state", "answered_at"])
