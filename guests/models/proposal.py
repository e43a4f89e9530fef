"""Proposals of who leads whom: what a worker worked out, line by line, and what became of each line."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Membership, Role
from events.models.staff import events_of
from guests.models.assignment import Assignment
from guests.models.leased_run import LeasedRun, LeasedRunQuerySet
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class ProposalRunQuerySet(LeasedRunQuerySet["ProposalRun"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


class ProposalRun(LeasedRun):
    """A lead is looked for, for each of the visits at once. Writes no assignment: its lines are accepted or not.

    `weights` are those of `guests.proposals.weights`; `kept` holds officers by visit that were locked on the page.
    Costs are whole numbers without a unit: the answer costs `cost`, and none can cost less than `bound`.
    """

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="proposal_runs", verbose_name=_("event")
    )
    visits = models.ManyToManyField(Visit, related_name="+", verbose_name=_("visits"))
    weights = models.JSONField(_("weights"), default=dict)
    kept = models.JSONField(_("locked on the page"), default=dict, blank=True)
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("follows")
    )
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    bound = models.BigIntegerField(_("no answer costs less than"), null=True, blank=True)
    without_lead = models.PositiveIntegerField(_("without a lead"), default=0)

    objects = ProposalRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_open_proposal_per_event",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} × {self.total}"

    @property
    def is_best(self) -> bool:
        """Whether it is proven that no answer is better."""
        return self.cost is not None and self.cost == self.bound


class ProposalLineQuerySet(ScopedQuerySet["ProposalLine"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(run__event__in=events_of(user, Role.COORDINATOR))

    def open(self) -> Self:
        """Neither accepted nor refused yet, with an officer to be given."""
        return self.filter(state=ProposalLine.State.PROPOSED).exclude(officer=None)


@tracked()
class ProposalLine(models.Model):
    """One visit of a proposal: who is to lead it, who leads it today, and why so.

    `seen` is a digest of what led the visit when the line was worked out. `reasons` and `stopped` hold primitives that
    `guests.proposals.wording` turns into sentences in the reader's language. `second_by` is how much dearer the whole
    would be with the second in this officer's place and everything else as proposed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("no longer fits")

    run = models.ForeignKey(
        ProposalRun, on_delete=models.CASCADE, related_name="lines", verbose_name=_("proposal")
    )
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+", verbose_name=_("visit"))
    officer = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("officer")
    )
    today = models.ForeignKey(
        Assignment, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("today")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    seen = models.CharField(max_length=64, blank=True)
    reasons = models.JSONField(_("reasons"), default=dict)
    stopped = models.JSONField(_("what stops it"), default=dict)
    second = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("second")
    )
    second_by = models.IntegerField(_("dearer by"), null=True)
    is_locked = models.BooleanField(_("locked"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED)
    refusal = models.TextField(_("why it no longer fits"), blank=True)

    objects = ProposalLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a proposal")
        verbose_name_plural = _("lines of proposals")
        ordering = ["run", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "visit"], name="each_visit_once_in_a_proposal"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="line_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer or '–'} → {self.visit}"

    @property
    def is_change(self) -> bool:
        """Whether accepting it changes who leads the visit."""
        return self.officer_id is not None and self.officer_id != (self.today and self.today.officer_id)

    @property
    def is_bound(self) -> bool:
        """Whether the guest stays with today's lead because a rule stops every other officer."""
        return self.officer_id is not None and bool(self.stopped)
