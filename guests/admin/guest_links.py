"""Links to guests' own screens at the desk: whose they are, whether they are opened, and how to end them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.admin.base import EventReadOnlyAdmin, moment_column
from guests.admin.words import guest_of
from guests.models import GuestLink
from liaison.admin import column, flag
from liaison.searching import Said

_MOMENTS = tuple(
    moment_column(GuestLink, name) for name in ("expires_at", "opened_at", "made_at", "revoked_at")
)


@admin.register(GuestLink)
class GuestLinkAdmin(EventReadOnlyAdmin):
    """The links of one's events; their secrets are nowhere to be seen."""

    event_path = "visit__event"
    list_display = ("whose", "state", *_MOMENTS[:2], "openings", _MOMENTS[2], "made_by")
    list_select_related = ("visit__event", "visit__guest", "made_by")
    search_fields = (*guest_of("visit"), "made_by__name", "expires_at", "opened_at", "made_at", "openings")
    said = (
        Said(gettext_lazy("open"), Q(revoked_at=None, expires_at__gt=Now())),
        Said(gettext_lazy("revoked"), Q(revoked_at__isnull=False)),
        Said(gettext_lazy("over"), Q(revoked_at=None, expires_at__lte=Now())),
    )
    fields = readonly_fields = ("visit", "made_by", *_MOMENTS, "openings")
    actions = ("revoke",)

    @column(gettext_lazy("guest"), ordering="visit__guest__name")
    def whose(self, link: GuestLink) -> str:
        return str(link)

    @column(gettext_lazy("state"), ordering="expires_at")
    def state(self, link: GuestLink) -> str:
        if link.is_open(timezone.now()):
            return flag(gettext_lazy("open"), "green")
        return str(_("revoked") if link.revoked_at else _("over"))

    @admin.action(description=gettext_lazy("Revoke the chosen links"), permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[GuestLink]) -> None:
        links: Any = list(chosen.filter(revoked_at=None))
        for link in links:
            link.revoke(at=timezone.now())
        said = ngettext("%(number)s link revoked.", "%(number)s links revoked.", len(links))
        messages.success(request, said % {"number": len(links)})
