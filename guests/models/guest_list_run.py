"""A long guest list in the hands of a worker."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Role
from events.models.staff import events_of
from guests.models.guest_list import GuestList
from guests.models.leased_run import LeasedRun, LeasedRunQuerySet
from liaison.accounts.models import User


class GuestListRunQuerySet(LeasedRunQuerySet["GuestListRun"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(guest_list__event__in=events_of(user, Role.COORDINATOR))


class GuestListRun(LeasedRun):
    """A guest list is checked, or checked and applied, by a worker; `outcome` is what the page then shows."""

    class Kind(models.TextChoices):
        CHECK = "check", _("check")
        APPLY = "apply", _("apply")

    class Phase(models.TextChoices):
        READING = "reading", _("reading")
        WRITING = "writing", _("writing")

    guest_list = models.ForeignKey(
        GuestList, on_delete=models.CASCADE, related_name="runs", verbose_name=_("guest list")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    leave_out_errors = models.BooleanField(_("leave out rows with errors"), default=False)
    seen = models.CharField(max_length=64, blank=True, editable=False)
    phase = models.CharField(_("phase"), max_length=8, choices=Phase, default=Phase.READING)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)

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
