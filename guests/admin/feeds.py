"""Calendar addresses at the desk: whose they are, whether they are fetched, and how to end them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.models import CalendarFeed
from liaison.admin import column, flag


@admin.register(CalendarFeed)
class CalendarFeedAdmin(EventReadOnlyAdmin):
    """The addresses of one's events; their secrets are nowhere to be seen."""

    list_display = (
        "whose",
        "state",
        moment_column(CalendarFeed, "fetched_at"),
        "fetches",
        moment_column(CalendarFeed, "made_at"),
        "made_by",
        "event",
    )
    list_select_related = ("event", "officer__user", "visit__guest", "made_by")
    search_fields = ("officer__user__name", "visit__guest__name", "made_by__name")
    fields = readonly_fields = (
        "event",
        "officer",
        "visit",
        "made_by",
        *(moment_column(CalendarFeed, name) for name in ("made_at", "revoked_at", "fetched_at")),
        "fetches",
    )
    actions = ("revoke",)

    @column(gettext_lazy("calendar of"))
    def whose(self, feed: CalendarFeed) -> str:
        return str(feed)

    @column(gettext_lazy("state"), ordering="revoked_at")
    def state(self, feed: CalendarFeed) -> str:
        if feed.is_open(timezone.now()):
            return flag(gettext_lazy("open"), "green")
        return str(_("revoked") if feed.revoked_at else _("over"))

    @admin.action(description=gettext_lazy("Revoke the chosen addresses"), permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[CalendarFeed]) -> None:
        feeds: Any = list(chosen.filter(revoked_at=None))
        for feed in feeds:
            feed.revoke(at=timezone.now())
        said = ngettext("%(number)s address revoked.", "%(number)s addresses revoked.", len(feeds))
        messages.success(request, said % {"number": len(feeds)})
