"""What the desk's theme asks for: the way through the tables in the users' words, and our own stylesheet."""

from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_GROUPS = (
    (
        gettext_lazy("Guests"),
        (
            ("guests.visit", "luggage"),
            ("guests.guest", "person"),
            ("guests.delegation", "groups"),
            ("guests.itineraryitem", "event_note"),
            ("guests.request", "room_service"),
            ("guests.incident", "emergency_home"),
            ("guests.protocolnote", "handshake"),
            ("guests.guestlink", "qr_code_2"),
            ("guests.guestlist", "upload_file"),
        ),
    ),
    (
        gettext_lazy("Team"),
        (
            ("guests.assignment", "assignment_ind"),
            ("timelines", "view_timeline", gettext_lazy("Timeline")),
            ("guests.proposalrun", "balance"),
            ("events.membership", "badge"),
            ("guests.rosterfile", "upload_file"),
            ("events.shift", "schedule"),
            ("guests.handover", "swap_horiz"),
            ("guests.calendarfeed", "calendar_add_on"),
            ("accounts.user", "contacts"),
        ),
    ),
    (
        gettext_lazy("Event"),
        (
            ("events.event", "flag"),
            ("events.session", "calendar_month"),
            ("events.programmefile", "upload_file"),
            ("events.venue", "location_on"),
            ("events.vehicle", "directions_car"),
            ("events.driver", "airline_seat_recline_normal"),
            ("guests.reminderrule", "alarm"),
            ("guests.requestdeadline", "timer"),
        ),
    ),
    (
        gettext_lazy("On paper and by mail"),
        (
            ("event_papers_of", "menu_book", gettext_lazy("Papers of the event")),
            ("guests.print", "description"),
            ("guests.printrun", "print"),
            ("notices.notice", "notifications"),
            ("notices.delivery", "forward_to_inbox"),
        ),
    ),
    (
        gettext_lazy("On record"),
        (
            ("guests.logbookentry", "history_edu"),
            ("guests.dayreport", "task"),
            ("guests.guestprivate", "lock"),
            ("guests.privatereading", "visibility"),
            ("guests.export", "download"),
            ("guests.erasure", "auto_delete"),
        ),
    ),
    (gettext_lazy("Installation"), (("status", "monitor_heart", gettext_lazy("How it runs")),)),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of tables at the side of every page."""
    home = {"title": _("Desk"), "icon": "space_dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"title": None, "items": [home]}]
    for title, tables in _GROUPS:
        items = [item for table in tables if (item := _item(*table))]
        groups.append({"title": title, "separator": True, "collapsible": False, "items": items})
    words = {"title": _("Help"), "icon": "help", "link": reverse("desk_help")}
    groups.append({"title": None, "separator": True, "items": [words]})
    return groups


def _item(label: str, icon: str, title: Any = "") -> dict[str, Any] | None:
    """A table by its model, unless it is not at the desk; any other page by its route, with a title."""
    if title:
        return {"title": title, "icon": icon, "link": reverse(label)}
    model = apps.get_model(label)
    if not site.is_registered(model):
        return None
    opts = model._meta  # noqa: SLF001 (Django's own API)
    link = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return {"title": capfirst(str(opts.verbose_name_plural)), "icon": icon, "link": link}


def stylesheet(request: HttpRequest) -> str:
    """The address of the desk's own stylesheet."""
    return static("css/desk.css")


def choosers(request: HttpRequest) -> str:
    """The address of what names the theme's boxes to choose from."""
    return static("js/choosers.js")


def icon(request: HttpRequest) -> str:
    """The address of the app's mark."""
    return static("icons/app.svg")
