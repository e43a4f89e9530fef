"""Work that a page asks for and a worker does: the row is the queue, and a lease says who does it."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.scope import Row, ScopedQuerySet


class TakenOverError(Exception):
    """Another worker does the run by now, or nobody wants it any more."""


class LeasedRunQuerySet(ScopedQuerySet[Row]):
    """Runs by who works on them."""

    def open(self) -> Self:
        """Waiting or under way."""
        return self.filter(state__in=[LeasedRun.State.WAITING, LeasedRun.State.RUNNING])

    def held(self, at: datetime) -> Self:
        """Being worked on by a worker that lives."""
        return self.filter(state=LeasedRun.State.RUNNING, leased_until__gt=at)

    def abandoned(self, at: datetime) -> Self:
        """Taken up by a worker that has not been heard of since its lease ran out."""
        return self.filter(state=LeasedRun.State.RUNNING, leased_until__lte=at)

    def to_do(self, at: datetime) -> Self:
        """Waiting or abandoned; the oldest first."""
        abandoned = models.Q(state=LeasedRun.State.RUNNING, leased_until__lte=at)
        return self.filter(models.Q(state=LeasedRun.State.WAITING) | abandoned).order_by("requested_at", "pk")

    def take_next(self, at: datetime, *related: str) -> Row | None:
        """The run that has waited longest, taken up with its rows `related` at hand; None while another is under way.

        One at a time, so that long work never keeps every worker from sending reminders.
        """
        with transaction.atomic():
            if self.held(at).exists():
                return None
            waiting = self.to_do(at).select_related("requested_by", *related)
            run = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if run:
                run.take(at)  # type: ignore[attr-defined]  # the rows are leased runs
        return run


class LeasedRun(models.Model):
    """The worker holds a lease, renewed with every step; when it ran out (the worker was killed) the run is taken over.

    The lease doubles as a token: a worker that wakes up late finds it changed and writes nothing more.
    """

    LEASE = timedelta(seconds=90)

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CALLED_OFF = "off", _("called off")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(_("how many"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    def take(self, at: datetime) -> None:
        """Begin, or begin anew what a dead worker left; the caller holds the row's lock."""
        self.state, self.done, self.leased_until = self.State.RUNNING, 0, at + self.LEASE
        self.save(update_fields=["state", "done", "leased_until"])

    def go_on(
        self,
        done: int,
        total: int | None = None,
        *,
        at: datetime,
        using: str | None = None,
        **columns: object,
    ) -> None:
        """Note how far it is and renew the lease. Raises TakenOverError.

        `using` is the connection to note it through, where another one has a transaction open.
        """
        until, total = at + self.LEASE, self.total if total is None else total
        self._change(using, done=done, total=total, leased_until=until, **columns)
        self.done, self.total, self.leased_until = done, total, until

    def finish(self, *, at: datetime, **result: Any) -> None:
        """It is done, with that result in its columns. Raises TakenOverError."""
        self._change(state=self.State.DONE, finished_at=at, leased_until=None, **result)

    def fail(self, reason: str, *, at: datetime) -> None:
        """It cannot be done as things are. Raises TakenOverError."""
        self._change(state=self.State.FAILED, error=reason[:500], finished_at=at, leased_until=None)

    def call_off(self, *, at: datetime) -> bool:
        """Nobody wants it any more: its worker stops at the next step. False where it is over already."""
        off = {"state": self.State.CALLED_OFF, "finished_at": at, "leased_until": None}
        return self._rows.filter(pk=self.pk).open().update(**off) == 1

    @property
    def _rows(self) -> "LeasedRunQuerySet[LeasedRun]":
        return type(self)._default_manager.all()  # type: ignore[return-value]  # noqa: SLF001 (every run's manager is of that kind)

    def _change(self, using: str | None = None, **columns: Any) -> None:
        """Change the row as long as it carries our lease, which no two workers have alike."""
        ours = self._rows.using(using).filter(
            pk=self.pk, state=self.State.RUNNING, leased_until=self.leased_until
        )
        if ours.update(**columns) != 1:
            raise TakenOverError(str(self.pk))
