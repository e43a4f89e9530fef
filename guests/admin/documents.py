"""Files for a guest's officers at the desk."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventAdmin, EventForm, EventTabularInline
from events.admin.searched import SearchedFilter
from guests.admin.words import guest_of
from guests.documents import MOST_BYTES, DocumentError, judged
from guests.models import Document
from liaison.admin import column


class DocumentForm(EventForm):
    """A title and a file, which is judged by its content; a new file takes the old one's place."""

    anchor = "visit"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = self.instance.file.name

    def clean_file(self) -> Any:
        """The file as it is stored; that there is one, and that it is not empty, was asked before."""
        given = self.cleaned_data["file"]
        if not isinstance(given, UploadedFile):
            return given
        try:
            sound = judged(given.read(MOST_BYTES + 1))
        except DocumentError as error:
            raise ValidationError(str(error)) from error
        self.instance.kind, self.instance.size = sound.kind, len(sound.data)
        return sound.sealed()

    def save(self, commit: bool = True) -> Any:
        before, storage = self._before, self.instance.file.storage
        if before and "file" in self.changed_data:
            transaction.on_commit(lambda: storage.delete(before))
        return super().save(commit=commit)


class DocumentInline(EventTabularInline):
    model = Document
    form = DocumentForm
    fields = ("title", "file", "is_private")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        rows: QuerySet[Document] = super().get_queryset(request)
        return rows.select_related("visit__event")


def sign_documents(request: HttpRequest, formset: Any) -> None:
    """Note who added the rows that are new."""
    for form in formset.forms:
        if form.instance.pk is None:
            form.instance.added_by = request.user


@admin.register(Document)
class DocumentAdmin(EventAdmin):
    """Invitations, passes, seating plans: what officers find in their guest's dossier."""

    event_path = "visit__event"
    form = DocumentForm
    list_display = ("title", "visit", "kind", "weight", "is_private", "added_by", "opened")
    list_select_related = ("visit__guest", "visit__event", "added_by")
    list_filter = (("visit", SearchedFilter), "is_private")
    search_fields = ("title", "kind", *guest_of("visit"), "added_by__name")
    autocomplete_fields = ("visit",)
    fields = ("visit", "title", "file", "is_private")

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        if not change:
            obj.added_by = request.user  # type: ignore[assignment]  # signed in
        super().save_model(request, obj, form, change)

    @column(_("size"), ordering="size")
    def weight(self, document: Document) -> str:
        return filesizeformat(document.size)

    @column(_("file"))
    def opened(self, document: Document) -> str:
        """A private one is opened where its reading is written down: in the dossier."""
        if document.is_private:
            return format_html(
                '<a href="{}">{}</a>', reverse("visit", args=[document.visit_id]), _("Dossier")
            )
        return format_html('<a href="{}">{}</a>', reverse("document", args=[document.pk]), _("Open"))
