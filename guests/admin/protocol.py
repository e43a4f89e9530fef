"""Rules of courtesy at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventAdmin, EventForm
from guests.admin.words import guest_at
from guests.models import ProtocolNote
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter
from liaison.searching import Said

RED_LINE_LENGTH = 120


class NoteForm(EventForm):
    """A note that says about whom it is, and is short where it is a red line."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("guest") and cleaned.get("country"):
            self.add_error("country", _("A note is about a guest or a country, not both."))
        if cleaned.get("is_red_line") and len(cleaned.get("text", "")) > RED_LINE_LENGTH:
            self.add_error("text", _("A red line has at most 120 characters."))
        return cleaned


@admin.register(ProtocolNote)
class ProtocolNoteAdmin(EventAdmin):
    """How to address, greet, seat, dine, dress and give."""

    form = NoteForm
    list_display = ("text", "about", "topic", "is_red_line", "source", "event")
    list_select_related = ("guest", "event")
    list_filter = (
        ("topic", ChoicesDropdownFilter),
        "is_red_line",
    )
    search_fields = (
        "text",
        "topic",
        "source",
        *guest_at("guest"),
        "country",
        "event__name",
    )
    autocomplete_fields = ("guest",)
    said = (Said(_("everybody"), Q(guest=None, country="")),)
    fieldsets = (
        (None, {"fields": ("event", ("guest", "country"), ("topic", "is_red_line"), "text", "source")}),
    )

    @column(_("about"))
    def about(self, note: ProtocolNote) -> str:
        return str(note.guest or note.country or _("everybody"))
