"""Cars and drivers at the desk."""

from django.contrib import admin

from events.admin.base import EventAdmin
from events.models import Driver, Vehicle


@admin.register(Driver)
class DriverAdmin(EventAdmin):
    """Who drives."""

    list_display = ("name", "phone", "event")
    list_select_related = ("event",)
    search_fields = (
        "name",
        "phone",
        "vehicles__plate",
        "event__name",
    )


@admin.register(Vehicle)
class VehicleAdmin(EventAdmin):
    """Which cars there are, by plate."""

    list_before_template = "admin/desk/papers.html"
    list_display = ("plate", "kind", "seats", "driver", "event")
    list_select_related = ("event", "driver")
    search_fields = (
        "plate",
        "kind",
        "seats",
        "driver__name",
        "event__name",
    )
    autocomplete_fields = ("driver",)
