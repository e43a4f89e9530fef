"""Cars and drivers at the desk."""

from django.contrib import admin

from events.admin.base import EventAdmin
from events.models import Driver, Vehicle
from liaison.filters import UsedDropdownFilter


@admin.register(Driver)
class DriverAdmin(EventAdmin):
    """Who drives."""

    list_display = ("name", "phone", "event")
    list_select_related = ("event",)
    list_filter = (("event", UsedDropdownFilter),)
    search_fields = ("name", "phone", "vehicles__plate")


@admin.register(Vehicle)
class VehicleAdmin(EventAdmin):
    """Which cars there are, by plate."""

    list_display = ("plate", "kind", "seats", "driver", "event")
    list_select_related = ("event", "driver")
    list_filter = (("event", UsedDropdownFilter),)
    search_fields = ("plate", "kind", "driver__name")
    autocomplete_fields = ("driver",)
