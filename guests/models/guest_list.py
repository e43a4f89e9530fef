"""A guest list as it was uploaded, how its columns are read, and whether it was applied."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.filed import FiledUpload
from liaison.scope import ScopedQuerySet


class GuestListQuerySet(ScopedQuerySet["GuestList"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


class GuestList(FiledUpload):
    """An uploaded guest list on its way from file to visits."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="guest_lists", verbose_name=_("event")
    )
    file = models.FileField(_("file"), upload_to="guest-lists/")

    objects = GuestListQuerySet.as_manager()

    class Meta(FiledUpload.Meta):
        verbose_name = _("guest list")
        verbose_name_plural = _("guest lists")


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
