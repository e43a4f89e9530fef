"""What went wrong around a guest, and cries for help."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))

    def alarms(self) -> Self:
        """Cries for help that no coordinator has taken note of."""
        return self.filter(severity=Incident.Severity.SOS, acknowledged_at=None)


@tracked()
class Incident(models.Model):
    """An incident, a complaint or an alarm; a coordinator acknowledges it."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("complaint")
        MEDICAL = "medical", _("medical")
        SECURITY = "security", _("security")
        TRANSPORT = "transport", _("transport")
        PROTOCOL = "protocol", _("protocol")
        LOSS = "loss", _("lost or damaged")
        OTHER = "other", _("other")

    class Severity(models.TextChoices):
        MINOR = "minor", _("for the record")
        SERIOUS = "serious", _("needs a decision")
        SOS = "sos", _("SOS")

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="incidents", verbose_name=_("visit")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, default=Severity.MINOR)
    text = models.CharField(_("what happened"), max_length=500, blank=True)
    place = models.CharField(_("where"), max_length=200, blank=True)
    raised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by")
    )
    raised_at = models.DateTimeField(_("reported"))
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acknowledged by")
    )  # fmt: skip
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-raised_at", "-pk"]
        indexes = [
            models.Index(
                fields=["visit"],
                condition=models.Q(severity="sos", acknowledged_at=None),
                name="alarms_that_wait",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(acknowledged_at=None, acknowledged_by=None)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="incident_is_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="other", text=""),
                name="incident_says_what_happened",
                violation_error_message=_("Say what happened."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_severity_display()}: {self.text or self.get_kind_display()}"
