"""Papers that belong to a guest's stay: an invitation, a pass, a seating plan."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.encryption import deciphered
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class DocumentQuerySet(ScopedQuerySet["Document"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(visit__in=Visit.objects.visible_to(user, at=at))


@tracked()
class Document(models.Model):
    """A file for those who look after the guest, encrypted where it lies; a private one is read by one more tap."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "JPEG"
        PNG = "png", "PNG"

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="documents", verbose_name=_("visit")
    )
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to="documents/", help_text=_("PDF, JPEG or PNG, at most 8 MB."))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, editable=False)
    size = models.PositiveIntegerField(_("bytes"), editable=False)
    is_private = models.BooleanField(
        _("private"), default=False, help_text=_("Read by one more tap, and each reading is written down.")
    )
    added_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("added by")
    )  # fmt: skip
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def content(self) -> bytes:
        """The file as it was checked when it came in. Raises FileNotFoundError, or UndecipherableError."""
        with self.file.open("rb") as stored:
            return deciphered(stored.read())


@receiver(models.signals.post_delete, sender=Document)
def erase_file(instance: Document, **_kwargs: Any) -> None:
    """The file goes with its row: a visit that is deleted takes its documents along and asks no method of theirs."""
    transaction.on_commit(lambda: instance.file.delete(save=False))
