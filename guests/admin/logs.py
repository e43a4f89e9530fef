"""What happened, at the desk: read, never rewritten."""

from django.contrib import admin

from events.admin.base import EventReadOnlyAdmin, moment_column
from events.admin.searched import SearchedFilter
from guests.admin.words import guest_of
from guests.models import DayReport, LogbookEntry
from liaison.filters import ChoicesDropdownFilter


@admin.register(LogbookEntry)
class LogbookEntryAdmin(EventReadOnlyAdmin):
    """The logbook of all guests."""

    event_path = "visit__event"
    list_display = (moment_column(LogbookEntry, "happened_at"), "visit", "kind", "status", "text", "author")
    list_select_related = ("visit__guest", "visit__event", "author")
    list_filter = (("kind", ChoicesDropdownFilter), ("author", SearchedFilter))
    search_fields = (
        "text",
        "kind",
        "status",
        *guest_of("visit"),
        "author__name",
        "happened_at",
    )
    fields = readonly_fields = (
        moment_column(LogbookEntry, "happened_at"),
        "visit",
        "kind",
        "status",
        "text",
        "author",
    )


@admin.register(DayReport)
class DayReportAdmin(EventReadOnlyAdmin):
    """What officers signed of their guests' days."""

    event_path = "visit__event"
    list_display = ("day", "visit", "officer", moment_column(DayReport, "signed_at"))
    list_select_related = ("visit__guest", "visit__event", "officer")
    list_filter = (("officer", SearchedFilter),)
    search_fields = (
        "text",
        "day",
        *guest_of("visit"),
        "officer__name",
        "signed_at",
    )
    date_hierarchy = "day"
    fields = readonly_fields = ("visit", "officer", "day", "text", moment_column(DayReport, "signed_at"))
