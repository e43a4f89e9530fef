"""What happened, written down once and never rewritten."""

import uuid
from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Movement
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import is_not_emptied
from liaison.scope import ScopedQuerySet


class LogbookEntryQuerySet(ScopedQuerySet["LogbookEntry"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))


class LogbookEntry(models.Model):
    """One thing that happened around a guest. Append-only: the database refuses to change or delete it."""

    class Kind(models.TextChoices):
        STATUS = "status", _("movement")
        UNDO = "undo", _("movement taken back")
        REQUEST = "request", _("request")
        INCIDENT = "incident", _("incident")
        LATE = "late", _("delay")
        HANDOVER = "handover", _("handover")
        NOTE = "note", _("note")

    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="logbook", verbose_name=_("visit")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NOTE)
    status = models.CharField(_("where"), max_length=12, choices=Movement, blank=True)
    text = models.CharField(_("text"), max_length=1000, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by"))
    happened_at = models.DateTimeField(_("when"))
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = LogbookEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("logbook entry")
        verbose_name_plural = _("logbook")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["visit", "-happened_at"], name="logbook_of_a_visit")]
        triggers = [
            pgtrigger.Protect(name="logbook_is_not_rewritten", operation=pgtrigger.Update),
            pgtrigger.Protect(name="logbook_is_not_torn_out", operation=pgtrigger.Delete),
            is_not_emptied(),
        ]

    def __str__(self) -> str:
        return self.text or self.get_status_display() or self.get_kind_display()
