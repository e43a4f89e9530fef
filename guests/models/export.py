"""That somebody took a list out of the app: which, of what event, with how many rows. Written once."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from liaison.accounts.models import User
from liaison.history import is_not_emptied
from liaison.scope import ScopedQuerySet


class ExportQuerySet(ScopedQuerySet["Export"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Coordinators of the event; an officer does not see who else has taken a list."""
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


class Export(models.Model):
    """A list that left the app. Append-only: once its rows are counted, the database refuses to change it; and ever to delete it."""

    class Kind(models.TextChoices):
        GUESTS = "guests", _("guest list")
        ASSIGNMENTS = "assignments", _("assignments")
        ARRIVALS = "arrivals", _("arrivals and departures")
        MANIFEST = "manifest", _("movement manifest")
        CONTACTS = "contacts", _("contacts")
        READINGS = "readings", _("log of private data read")
        TAKEN = "taken", _("log of lists taken away")
        ERASURES = "erasures", _("log of what was erased")

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="exports", verbose_name=_("event")
    )
    kind = models.CharField(_("list"), max_length=12, choices=Kind)
    format = models.CharField(_("format"), max_length=8)
    with_private = models.BooleanField(_("with private data"), default=False)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    taken_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("taken by"),
        help_text=_("Nobody: from the command line."),
    )
    taken_at = models.DateTimeField(_("taken"))

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("list taken away")
        verbose_name_plural = _("lists taken away")
        ordering = ["-taken_at", "-pk"]
        triggers = [
            pgtrigger.Protect(
                name="export_is_not_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__rows__isnull=False),
            ),
            pgtrigger.Protect(name="export_is_not_deleted", operation=pgtrigger.Delete),
            is_not_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.event}"
