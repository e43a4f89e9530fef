"""The outbox: everything the app sends, to whom, when, by which way, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.notices.reaching import GatewayAddress, NoticeChoice, PushSubscription
from liaison.scope import ScopedQuerySet

__all__ = ["Delivery", "GatewayAddress", "Notice", "NoticeChoice", "PushSubscription"]

_PATIENCE = timedelta(minutes=10)
_LATELY = timedelta(days=1)


def _coordinated(user: User) -> models.QuerySet[Any, Any]:
    return user.memberships.filter(role="coordinator").values("event_id")


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """One's own, and those of the events one coordinates."""
        return models.Q(recipient=user) | models.Q(event__in=_coordinated(user))

    def run_by(self, user: User) -> "NoticeQuerySet":
        """Those of the events the person coordinates, one's own elsewhere left out; for an administrator, all."""
        return self if user.is_superuser else self.filter(event__in=_coordinated(user))

    def due(self, at: datetime) -> "NoticeQuerySet":
        """Planned, and its time has come."""
        return self.filter(state=Notice.State.PLANNED, due_at__lte=at)

    def with_ways(self) -> "NoticeQuerySet":
        """With all that says by which ways the recipients are reached, in two more queries however many there are."""
        rows = self.select_related("recipient", "recipient__notice_choice")
        return rows.prefetch_related("recipient__push_subscriptions", "recipient__gateway_addresses")

    def unacknowledged(self, at: datetime) -> "NoticeQuerySet":
        """What went out ten minutes ago or more, still matters, and wants a word that its recipient has not given."""
        sent = self.filter(state=Notice.State.SENT, finished_at__lte=at - _PATIENCE, expires_at__gt=at)
        return sent.filter(wants_acknowledgement=True, acknowledged_at=None)

    def to_escalate(self, at: datetime) -> "NoticeQuerySet":
        """Sent, still of use, unanswered for as long as was given; a multiple of that time makes no difference here."""
        given = models.F("escalate_after") * models.Value(timedelta(minutes=1))
        last = models.ExpressionWrapper(
            models.F("finished_at") + models.ExpressionWrapper(given, models.DurationField()),
            models.DateTimeField(),
        )
        waiting = self.filter(state=Notice.State.SENT, acknowledged_at=None, escalate_after__isnull=False)
        return waiting.filter(expires_at__gt=at).alias(answer_by=last).filter(answer_by__lte=at)

    def told_to(self, user: User) -> "NoticeQuerySet":
        """What was sent to that person, or is being sent, or should have been and was not: they read it here at least.

        What failed and waits to be sent again is planned, and has been finished before.
        """
        again = models.Q(state=Notice.State.PLANNED, finished_at__isnull=False)
        return self.filter(models.Q(state__in=_TOLD) | again, recipient=user)

    def sendable_again(self, at: datetime) -> "NoticeQuerySet":
        """What failed and is still of use to a person who may sign in."""
        return self.filter(state=Notice.State.FAILED, expires_at__gt=at, recipient__is_active=True)

    def failed_lately(self, at: datetime) -> "NoticeQuerySet":
        """What could not be sent, while it is of use, and for a day at least: somebody tells the person otherwise."""
        failed = self.filter(state=Notice.State.FAILED)
        return failed.filter(models.Q(expires_at__gt=at) | models.Q(finished_at__gt=at - _LATELY))

    def missed_lately(self, at: datetime) -> "NoticeQuerySet":
        """What was too late to help and not sent, within the last day."""
        return self.filter(state=Notice.State.MISSED, finished_at__gt=at - _LATELY)


class Notice(models.Model):
    """One thing to tell one person. The row holds all that is needed to word it; nothing private stands in it.

    `payload` holds primitives only (moments as ISO 8601 in UTC, with the zone's name beside them): it is worded in
    the recipient's language when it is sent. `dedupe_key` names the thing to tell, so that planning it twice tells
    it once. `plan_key` groups the notices that one pass of planning reconciles.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        MISSED = "missed", _("too late to help")
        CANCELLED = "cancelled", _("cancelled")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notices",
        verbose_name=_("recipient"),
    )
    # A name, not an import: the outbox knows of events only as the fence within which a coordinator may look.
    event = models.ForeignKey(
        "events.Event",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("event"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    subject_ref = models.CharField(_("about"), max_length=60, blank=True)
    plan_key = models.CharField(max_length=60, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    channels = models.JSONField(
        _("ways"), default=list, blank=True, help_text=_("Names of channels; empty: every way.")
    )
    wants_acknowledgement = models.BooleanField(
        _("wants an answer"),
        default=False,
        help_text=_("Whether somebody at the desk waits for the recipient’s word on it."),
    )
    escalate_after = models.PositiveSmallIntegerField(
        _("passed on after minutes"), null=True, blank=True, help_text=_("Where it is not acknowledged.")
    )
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("of no use after"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-due_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="planned"), name="notices_to_come"),
            models.Index(fields=["recipient", "-due_at", "-id"], name="notices_of_a_person"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="sent", acknowledged_at=None, escalate_after__isnull=False),
                name="notices_without_an_answer",
            ),
            models.Index(fields=["plan_key"], condition=~models.Q(plan_key=""), name="notices_by_plan"),
            models.Index(
                fields=["state", "finished_at"],
                condition=models.Q(state__in=["failed", "missed"]),
                name="notices_nobody_got",
            ),
            models.Index(
                fields=["finished_at"],
                condition=models.Q(state="sent", acknowledged_at=None, wants_acknowledgement=True),
                name="notices_unacknowledged",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gte=models.F("due_at")), name="notice_expires_after_it_is_due"
            ),
            models.CheckConstraint(
                condition=models.Q(escalate_after=None) | models.Q(wants_acknowledgement=True),
                name="what_is_passed_on_wants_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"

    @property
    def is_unsent(self) -> bool:
        """Whether it may still change: nothing of it has been settled."""
        return self.state in {Notice.State.PLANNED, Notice.State.SENDING}

    def is_of_use(self, at: datetime) -> bool:
        """Whether telling it still helps: it has not expired, and the recipient may still sign in."""
        return self.expires_at > at and self.recipient.is_active


_TOLD = (Notice.State.SENDING, Notice.State.SENT, Notice.State.FAILED, Notice.State.MISSED)


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(notice__in=Notice.objects.visible_to(user, at=at))

    def waiting(self, at: datetime) -> "DeliveryQuerySet":
        """To be made now, and in nobody's hands."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=at)
        return self.filter(free, state=Delivery.State.WAITING, next_attempt_at__lte=at)


class Delivery(models.Model):
    """One notice by one channel to one address.

    At least once: a delivery is leased before it is sent and marked after; a lease that ran out (its worker died) is
    claimed again under the same `message_id`, so that a mail program shows a repetition as the message it replaces.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Trouble(models.TextChoices):
        """Why it has not been sent, or not yet."""

        CLOSED = "closed", _("The other side cannot be reached")
        LOST = "lost", _("The connection to the other side broke off")
        LATER = "later", _("The other side asks to try again later")
        REFUSED = "refused", _("The other side refuses the address or the message")
        GONE = "gone", _("The device no longer takes notices")
        WORDLESS = "wordless", _("The message could not be worded")
        CRASHED = "crashed", _("Sending it broke off too often")

    LEASE = timedelta(minutes=5)
    MAX_ATTEMPTS = 8

    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("notice")
    )
    channel = models.CharField(_("channel"), max_length=16)
    address = models.CharField(_("address"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    leased_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200)
    trouble = models.CharField(_("trouble"), max_length=10, choices=Trouble, blank=True)
    is_urgent = models.BooleanField(
        default=False
    )  # the notice's, here too, so that one index serves the claim
    error = models.CharField(
        _("error"), max_length=500, blank=True, help_text=_("As the other side said it.")
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel", "address"], name="each_way_once"),
        ]
        indexes = [
            models.Index(
                models.F("is_urgent").desc(),
                "next_attempt_at",
                "id",
                condition=models.Q(state="waiting"),
                name="deliveries_to_make",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.address}"

    @property
    def reason(self) -> str:
        """Why it has not been sent, or not yet, in the reader's language, with what the other side said."""
        return f"{self.get_trouble_display()}: {self.error}" if self.error else self.get_trouble_display()
