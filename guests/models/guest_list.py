"""A guest list as it was uploaded, how its columns are read, and whether it was applied."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.scope import ScopedQuerySet


class GuestListQuerySet(ScopedQuerySet["GuestList"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


class GuestList(models.Model):
    """An uploaded guest list on its way from file to visits."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        MAPPED = "mapped", _("columns chosen")
        APPLIED = "applied", _("applied")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="guest_lists", verbose_name=_("event")
    )
    file = models.FileField(_("file"), upload_to="guest-lists/")
    filename = models.CharField(_("name of the file"), max_length=200)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    summary = models.JSONField(_("what was done"), default=dict, blank=True)
    uploaded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    objects = GuestListQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest list")
        verbose_name_plural = _("guest lists")
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename

    def choose_columns(self, mapping: dict[str, Any]) -> bool:
        """Remember how the file's columns are read; False where the list was applied in the meantime."""
        waiting = GuestList.objects.filter(pk=self.pk).exclude(state=self.State.APPLIED)
        return bool(waiting.update(mapping=mapping, state=self.State.MAPPED))

    def mark_applied(self, summary: dict[str, Any], *, at: datetime) -> None:
        """Note what was written, and when."""
        self.summary, self.applied_at, self.state = summary, at, self.State.APPLIED
        self.save(update_fields=["summary", "applied_at", "state"])


class ListedVisitQuerySet(ScopedQuerySet["ListedVisit"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__event__in=events_of(user, Role.COORDINATOR))


class ListedVisit(models.Model):
    """What the lists have said of a visit until now; what is stored and differs was entered by a person."""

    visit = models.OneToOneField(
        Visit, on_delete=models.CASCADE, related_name="listed", verbose_name=_("visit")
    )
    guest_list = models.ForeignKey(
        GuestList,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("last named in"),
    )
    values = models.JSONField(_("as listed"), default=dict)

    objects = ListedVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit as listed")
        verbose_name_plural = _("visits as listed")

    def __str__(self) -> str:
        return str(self.visit)
