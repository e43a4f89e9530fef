"""Calendar addresses at the desk: whose they are, whether they are fetched, and how to end them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.admin.words import guest_of
from guests.models import CalendarFeed
from liaison.admin import column, flag
from liaison.searching import Said


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
    search_fields = (
        "officer__user__name",
        *guest_of("visit"),
        "made_by__name",
        "made_at",
        "fetched_at",
        "fetches",
        "event__name",
    )
    fields = readonly_fields = (
        "event",
        "officer",
        "visit",
        "made_by",
        *(moment_column(CalendarFeed, name) for name in ("made_at", "revoked_at", "fetched_at")),
        "fetches",
    )
    actions = ("revoke",)
    said = (
        Said(gettext_lazy("open"), Q(revoked_at=None)),
        Said(gettext_lazy("revoked"), Q(revoked_at__isnull=False)),
        Said(gettext_lazy("over"), Q(revoked_at=None)),
    )

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
