"""What was printed, in which version; and print jobs for many guests at once."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.scope import ScopedQuerySet


class PrintQuerySet(ScopedQuerySet["Print"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))

    def newest(self) -> Self:
        """The last version of each paper of each visit in each language."""
        return self.order_by("visit_id", "kind", "language", "-version").distinct(
            "visit_id", "kind", "language"
        )


class Print(models.Model):
    """One version of a printed paper: the data it was made of and their digest. Identical data make no new version."""

    class Kind(models.TextChoices):
        HANDOUT = "handout", _("guest handout")
        DAY_SHEET = "day_sheet", _("day sheet")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="prints", verbose_name=_("visit"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.HANDOUT)
    language = models.CharField(_("language"), max_length=8)
    version = models.PositiveIntegerField(_("version"))
    data = models.JSONField(_("data"))
    digest = models.CharField(_("digest"), max_length=64)
    printed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("printed by")
    )
    printed_at = models.DateTimeField(_("printed"))

    objects = PrintQuerySet.as_manager()

    class Meta:
        verbose_name = _("print")
        verbose_name_plural = _("prints")
        ordering = ["visit", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "kind", "language", "version"], name="each_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit}: {self.get_kind_display()} {self.version}"


class PrintRunQuerySet(ScopedQuerySet["PrintRun"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))

    def held(self, at: datetime) -> Self:
        """Being rendered by a worker that lives."""
        return self.filter(state=PrintRun.State.RUNNING, leased_until__gt=at)

    def abandoned(self, at: datetime) -> Self:
        """Taken up by a worker that has not been heard of since its lease ran out."""
        return self.filter(state=PrintRun.State.RUNNING, leased_until__lte=at)

    def to_render(self, at: datetime) -> Self:
        """Waiting or abandoned, the oldest first."""
        waiting = models.Q(state=PrintRun.State.WAITING)
        abandoned = models.Q(state=PrintRun.State.RUNNING, leased_until__lte=at)
        return self.filter(waiting | abandoned).order_by("requested_at", "pk")


class PrintRun(models.Model):
    """A paper for many guests, rendered by a worker into one private PDF.

    The worker holds a lease, renewed with every step; when it ran out (the worker was killed) the run is taken over. An
    empty language prints for each guest in the guest's own.
    """

    LEASE = timedelta(seconds=90)

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being rendered")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="print_runs", verbose_name=_("event")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Print.Kind, default=Print.Kind.HANDOUT)
    language = models.CharField(_("language"), max_length=8)
    visits = models.ManyToManyField(Visit, related_name="+", verbose_name=_("visits"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(_("how many"), default=0)
    rendered = models.PositiveIntegerField(_("rendered"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    file = models.FileField(_("file"), upload_to="prints/", blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = PrintRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("print run")
        verbose_name_plural = _("print runs")
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} × {self.total}"

    def take(self, at: datetime) -> None:
        """Begin, or begin anew what a dead worker left; the caller holds the row's lock."""
        self.state, self.rendered, self.leased_until = PrintRun.State.RUNNING, 0, at + PrintRun.LEASE
        self.save(update_fields=["state", "rendered", "leased_until"])

    def go_on(self, rendered: int, *, at: datetime) -> bool:
        """Note how far it is and renew the lease; False where another worker has taken over meanwhile."""
        until = at + PrintRun.LEASE
        if not self._if_ours(rendered=rendered, leased_until=until):
            return False
        self.rendered, self.leased_until = rendered, until
        return True

    def finish(self, *, file: str, at: datetime) -> bool:
        """The file is there; False where another worker has taken over meanwhile."""
        return self._if_ours(state=PrintRun.State.DONE, file=file, finished_at=at, leased_until=None)

    def fail(self, reason: str, *, at: datetime) -> bool:
        """It cannot be rendered as things are; False where another worker has taken over meanwhile."""
        state = PrintRun.State.FAILED
        return self._if_ours(state=state, error=reason[:500], finished_at=at, leased_until=None)

    def _if_ours(self, **changes: object) -> bool:
        """Change the row as long as it carries our lease, which no two workers have alike."""
        ours = PrintRun.objects.filter(
            pk=self.pk, state=PrintRun.State.RUNNING, leased_until=self.leased_until
        )
        return ours.update(**changes) == 1
