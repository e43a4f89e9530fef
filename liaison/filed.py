"""A file that a coordinator uploaded, on its way through the steps: columns, check, done."""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.sheets.reading import UnreadableFileError


class FiledUpload(models.Model):
    """What every such file has; the table itself adds the event and the file."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", gettext_lazy("uploaded")
        MAPPED = "mapped", gettext_lazy("columns chosen")
        APPLIED = "applied", gettext_lazy("applied")

    filename = models.CharField(gettext_lazy("name of the file"), max_length=200)
    mapping = models.JSONField(gettext_lazy("columns"), default=dict, blank=True)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State, default=State.UPLOADED)
    summary = models.JSONField(gettext_lazy("what was done"), default=dict, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=gettext_lazy("uploaded by"),
    )
    uploaded_at = models.DateTimeField(gettext_lazy("uploaded"))
    applied_at = models.DateTimeField(gettext_lazy("applied"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename

    def keep(self, data: bytes) -> None:
        """Store the row, and the file under a random name, unseen from outside; both or neither."""
        file = self._file
        file.save(secrets.token_hex(16), ContentFile(data), save=False)
        try:
            self.save()
        except BaseException:
            file.delete(save=False)
            raise

    def content(self) -> bytes:
        """The stored file. Raises UnreadableFileError where it is gone."""
        try:
            with self._file.open("rb") as stored:
                data: bytes = stored.read()
        except OSError as error:
            raise UnreadableFileError(_("The file is no longer kept here. Upload it again.")) from error
        return data

    def choose_columns(self, mapping: dict[str, Any]) -> bool:
        """Remember how the file's columns are read; False where the list was applied in the meantime."""
        rows = type(self)._default_manager.filter(pk=self.pk)  # noqa: SLF001 (Django's own API)
        waiting = rows.exclude(state=self.State.APPLIED)
        return bool(waiting.update(mapping=mapping, state=self.State.MAPPED))

    def mark_applied(self, summary: dict[str, Any], *, at: datetime) -> None:
        """Note what was written, and when."""
        self.summary, self.applied_at, self.state = summary, at, self.State.APPLIED
        self.save(update_fields=["summary", "applied_at", "state"])

    @property
    def _file(self) -> Any:
        return getattr(self, "file")  # noqa: B009 (each table has its own, in a folder of its own)
