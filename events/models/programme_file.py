"""A programme as it was uploaded, and what such files have said of each session."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.programme import Session
from events.models.staff import Role, events_of
from liaison.accounts.models import User
from liaison.filed import FiledUpload
from liaison.scope import ScopedQuerySet


class ProgrammeFileQuerySet(ScopedQuerySet["ProgrammeFile"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


class ProgrammeFile(FiledUpload):
    """An uploaded programme on its way from file to sessions. Only a table has columns to choose."""

    class Kind(models.TextChoices):
        TABLE = "table", _("table")
        SCHEDULE = "schedule", _("schedule of a conference tool")
        CALENDAR = "calendar", _("calendar")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="programme_files", verbose_name=_("event")
    )
    file = models.FileField(_("file"), upload_to="programmes/")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TABLE)

    objects = ProgrammeFileQuerySet.as_manager()

    class Meta(FiledUpload.Meta):
        verbose_name = _("programme file")
        verbose_name_plural = _("programme files")


class SessionAsListedQuerySet(ScopedQuerySet["SessionAsListed"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(session__event__in=events_of(user, Role.COORDINATOR))


class SessionAsListed(models.Model):
    """What files have said of a session until now; what is stored and differs was entered by a person.

    `said` is a fingerprint of the last file's row alone, by which the same row is known again without a key; `sequence`
    is the newest version of the session that a calendar has brought.
    """

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, related_name="listed", verbose_name=_("session")
    )
    programme_file = models.ForeignKey(
        ProgrammeFile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("last named in"),
    )
    values = models.JSONField(_("as listed"), default=dict)
    said = models.CharField(max_length=64, blank=True, editable=False)
    sequence = models.PositiveBigIntegerField(default=0, editable=False)

    objects = SessionAsListedQuerySet.as_manager()

    class Meta:
        verbose_name = _("session as listed")
        verbose_name_plural = _("sessions as listed")

    def __str__(self) -> str:
        return str(self.session)
