"""The report of the day: what an officer says of a guest's day, signed."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import is_not_emptied
from liaison.scope import ScopedQuerySet


class DayReportQuerySet(ScopedQuerySet["DayReport"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))


class DayReport(models.Model):
    """One officer's report of one guest's day. It exists once it is signed; then the database refuses to change or delete it."""

    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="reports", verbose_name=_("visit")
    )
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("signed by"))
    day = models.DateField(_("day"))
    text = models.TextField(_("text"), max_length=5000)
    signed_at = models.DateTimeField(_("signed"))

    objects = DayReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of the day")
        verbose_name_plural = _("reports of the day")
        ordering = ["-day", "-signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "visit", "day"],
                name="one_report_per_officer_guest_and_day",
                violation_error_message=_("This day is already signed."),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="report_is_not_rewritten", operation=pgtrigger.Update),
            pgtrigger.Protect(name="report_is_not_deleted", operation=pgtrigger.Delete),
            is_not_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.visit}, {self.day:%Y-%m-%d}"
