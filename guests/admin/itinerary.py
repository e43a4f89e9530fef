"""What fills the guests' days, at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events.admin.base import EventAdmin, EventForm, EventTabularInline, shown
from events.admin.places import point_in_venue
from events.admin.searched import SearchedFilter
from guests.admin.filters import TimesFilter
from guests.admin.words import guest_of
from guests.models import ItineraryItem, Visit
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter


class ItemForm(EventForm):
    """An item whose times stand in order and whose places belong together."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        point_in_venue(self, cleaned)
        starts_at, ends_at, leave_by = (cleaned.get(name) for name in ("starts_at", "ends_at", "leave_by_at"))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the start."))
        if starts_at and leave_by and leave_by > starts_at:
            self.add_error("leave_by_at", _("“Leave by” must not come after the start."))
        return cleaned


class ItemInline(EventTabularInline):
    """The guest's days on the visit's page, in short; the rest of an item is on its own page."""

    model = ItineraryItem
    form = ItemForm
    fields = ("kind", "title", "starts_at", "ends_at", "venue", "vehicle", "state")
    autocomplete_fields = (
        "venue",
        "vehicle",
    )  # a list of all in each of twenty lines was a page of a megabyte
    show_change_link = True
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[ItineraryItem]:
        rows: QuerySet[ItineraryItem] = super().get_queryset(request)
        return rows.select_related("visit__event", "visit__guest", "venue", "vehicle")


@admin.register(ItineraryItem)
class ItineraryItemAdmin(EventAdmin):
    """All that happens, over all guests."""

    event_path = "visit__event"
    list_before_template = "admin/desk/papers.html"
    form = ItemForm
    list_display = ("title", "visit", "kind", "starts", "place", "vehicle", "state_shown", "visibility")
    list_select_related = ("visit__guest", "visit__event", "venue", "point__venue", "vehicle")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("venue", SearchedFilter),
        ("vehicle", SearchedFilter),
        ("visibility", ChoicesDropdownFilter),
        ("press", ChoicesDropdownFilter),
        TimesFilter,
    )
    search_fields = (
        "title",
        "kind",
        "state",
        "visibility",
        "precision",
        *guest_of("visit"),
        "starts_at",
        "ends_at",
        "flight_number",
        "vehicle__plate",
        "driver__name",
        "vehicle__driver__name",
        "venue__name",
        "point__name",
        "point__venue__name",
        "origin__name",
        "greeter",
        "interpreter",
        "dress",
        "seat",
        "gift",
        "note",
    )
    autocomplete_fields = ("visit", "venue", "origin", "point", "session", "vehicle", "driver")
    fieldsets = (
        (None, {"fields": ("visit", ("kind", "state"), "title", ("visibility", "press"))}),
        (
            _("When"),
            {
                "fields": (
                    ("starts_at", "ends_at"),
                    ("leave_by_at", "precision"),
                    ("estimate_by", "estimate_at"),
                )
            },
        ),
        (_("Where"), {"fields": (("origin", "venue"), ("point", "session"))}),
        (_("By what"), {"fields": (("vehicle", "driver"), ("car_at_door_at", "flight_number"))}),
        (
            _("How"),
            {"fields": (("greeter", "seat"), ("interpreter", "dress"), ("gift", "note"), "external_key")},
        ),
    )

    def save_model(self, request: HttpRequest, obj: ItineraryItem, form: Any, change: bool) -> None:
        """Who sets when to leave is named beside it."""
        if "leave_by_at" in form.changed_data:
            obj.leave_by_from = str(request.user)[:200] if obj.leave_by_at else ""
        super().save_model(request, obj, form, change)

    @column(_("starts"), ordering="starts_at")
    def starts(self, item: ItineraryItem) -> str:
        """An approximate time carries a tilde; one to be confirmed says so."""
        if item.precision == Visit.Precision.TO_BE_CONFIRMED:
            return format_html(
                "{} ({})", shown(item.starts_at, item.visit.event), item.get_precision_display()
            )
        is_about = item.precision == Visit.Precision.APPROXIMATE
        return shown(item.starts_at, item.visit.event, mark="~" if is_about else "")

    @column(_("place"), ordering="venue__name")
    def place(self, item: ItineraryItem) -> str:
        return str(item.point or item.venue or "")

    @column(
        _("state"),
        ordering="state",
        label={"tentative": "warning", "confirmed": "success", "cancelled": "danger"},
    )
    def state_shown(self, item: ItineraryItem) -> tuple[str, str]:
        return item.state, item.get_state_display()
