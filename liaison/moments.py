"""Dates and times as they are typed: on the clocks of one zone, whatever the server's or the browser's."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from liaison.clock import zone

_TIME_FORMATS = ["%H:%M", "%H.%M", "%H:%M:%S", "%H%M"]


class DayInput(forms.DateInput):
    """The browser's own calendar, in its reader's language; sends 2027-05-13."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """Hours and minutes of the 24-hour clock: 14:20, or 14.20 as Indonesians write."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        typed = {"inputmode": "decimal", "placeholder": "14:20", "maxlength": 8, "autocomplete": "off"}
        super().__init__(typed | (attrs or {}), format="%H:%M")

    def format_value(self, value: Any) -> str | None:
        """Seconds only where there are some: saving a form as it stands must not cut them off."""
        if isinstance(value, time) and value.second:
            return value.strftime("%H:%M:%S")
        return super().format_value(value)


class MomentInput(forms.MultiWidget):
    """A day and a time beside one another."""

    supports_microseconds = False
    template_name = "django/forms/widgets/splitdatetime.html"
    use_fieldset = True

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        day: dict[str, Any] | None = None,
        clock: dict[str, Any] | None = None,
    ) -> None:
        super().__init__([DayInput(day), ClockInput(clock)], attrs)

    def decompress(self, value: datetime | None) -> list[Any]:
        """Split a moment that already stands on the right clock; see `MomentField.prepare_value`."""
        return [value.date(), value.time()] if value else [None, None]


class MomentField(forms.SplitDateTimeField):
    """A day and a time on the clocks of `zone_name`; cleans to a moment, and shows a moment on the same clocks.

    The form says whose clocks: `on_clock`. A time that the clocks of that zone skip or show twice is refused.
    """

    widget = MomentInput
    zone_name = "UTC"

    def __init__(self, *, label: Any = None, **kwargs: Any) -> None:
        self.plain_label = label
        super().__init__(label=label, input_time_formats=_TIME_FORMATS, **kwargs)

    def on_clock(self, zone_name: str, said_as: Any) -> None:
        """Read and show times in that zone, and say so beside the field."""
        self.zone_name = zone_name
        self.label = format_lazy("{} · {}", self.plain_label or "", said_as)
        for part, name in zip(self.widget.widgets, (_("day"), _("time")), strict=True):
            part.attrs["aria-label"] = format_lazy("{}: {}", self.label, name)

    def compress(self, data_list: Any) -> Any:
        with timezone.override(zone(self.zone_name)):
            return super().compress(data_list)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and timezone.is_aware(value):
            return timezone.make_naive(value, zone(self.zone_name))
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
