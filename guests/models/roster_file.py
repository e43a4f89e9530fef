"""A list of officers as it was uploaded, how its columns are read, and whether it was applied."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from liaison.accounts.models import User
from liaison.filed import FiledUpload
from liaison.scope import ScopedQuerySet


class RosterFileQuerySet(ScopedQuerySet["RosterFile"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


class RosterFile(FiledUpload):
    """An uploaded list of officers on its way from file to team."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="roster_files", verbose_name=_("event")
    )
    file = models.FileField(_("file"), upload_to="rosters/")

    objects = RosterFileQuerySet.as_manager()

    class Meta(FiledUpload.Meta):
        verbose_name = _("list of officers")
        verbose_name_plural = _("lists of officers")
