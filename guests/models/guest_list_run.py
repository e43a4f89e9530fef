"""A long guest list in the hands of a worker."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Role
from events.models.staff import events_of
from guests.models.guest_list import GuestList
from liaison.accounts.models import User
from liaison.scope import ScopedQuerySet


class GuestListRunQuerySet(ScopedQuerySet["GuestListRun"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(guest_list__event__in=events_of(user, Role.COORDINATOR))

    def held(self, at: datetime) -> Self:
        """Being worked on by a worker that lives."""
        return self.filter(state=GuestListRun.State.RUNNING, leased_until__gt=at)

    def to_do(self, at: datetime) -> Self:
        """Waiting, or left by a worker that has not been heard of since its lease ran out; the oldest first."""
        waiting = models.Q(state=GuestListRun.State.WAITING)
        abandoned = models.Q(state=GuestListRun.State.RUNNING, leased_until__lte=at)
        return self.filter(waiting | abandoned).order_by("requested_at", "pk")


class GuestListRun(models.Model):
    """A guest list is checked, or checked and applied, by a worker; `outcome` is what the page then shows.

    The worker holds a lease, renewed with every step; when it ran out (the worker was killed) the run is taken over.
    """

    LEASE = timedelta(seconds=90)

    class Kind(models.TextChoices):
        CHECK = "check", _("check")
        APPLY = "apply", _("apply")

    class Phase(models.TextChoices):
        READING = "reading", _("reading")
        WRITING = "writing", _("writing")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    guest_list = models.ForeignKey(
        GuestList, on_delete=models.CASCADE, related_name="runs", verbose_name=_("guest list")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    leave_out_errors = models.BooleanField(_("leave out rows with errors"), default=False)
    seen = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    phase = models.CharField(_("phase"), max_length=8, choices=Phase, default=Phase.READING)
    total = models.PositiveIntegerField(_("how many"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = GuestListRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("work on a guest list")
        verbose_name_plural = _("work on guest lists")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["guest_list"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_open_run_per_guest_list",
            )
        ]

    def __str__(self) -> str:
        return f"{self.guest_list}: {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    def take(self, at: datetime) -> None:
        """Begin, or begin anew what a dead worker left; the caller holds the row's lock."""
        self.state, self.phase, self.done = self.State.RUNNING, self.Phase.READING, 0
        self.leased_until = at + self.LEASE
        self.save(update_fields=["state", "phase", "done", "leased_until"])

    def go_on(
        self, done: int, total: int, *, at: datetime, phase: str = Phase.READING, using: str | None = None
    ) -> bool:
        """Note how far it is and renew the lease; False where another worker has taken over meanwhile.

        `using` is the connection to note it through, where another one has a transaction open.
        """
        until = at + self.LEASE
        if not self._if_ours(using, phase=phase, done=done, total=total, leased_until=until):
            return False
        self.leased_until = until
        return True

    def finish(self, outcome: object, *, at: datetime) -> bool:
        """It is done; False where another worker has taken over meanwhile."""
        return self._if_ours(state=self.State.DONE, outcome=outcome, finished_at=at, leased_until=None)

    def fail(self, reason: str, *, at: datetime) -> bool:
        """It cannot be done as things are; False where another worker has taken over meanwhile."""
        return self._if_ours(state=self.State.FAILED, error=reason[:500], finished_at=at, leased_until=None)

    def _if_ours(self, using: str | None = None, **changes: object) -> bool:
        """Change the row as long as it carries our lease, which no two workers have alike."""
        ours = GuestListRun.objects.using(using).filter(
            pk=self.pk, state=self.State.RUNNING, leased_until=self.leased_until
        )
        return ours.update(**changes) == 1
