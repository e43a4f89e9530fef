"""One value of a guest list as people read it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_datetime
from django.utils.translation import get_language

from guests.importing.cells import Value
from guests.importing.fields import BESIDE, model_field
from liaison.clock import clock_time, zone, zone_label

if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(key: str, value: Value, time_zone: str) -> str:
    """A value as people read it; empty for nothing."""
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, datetime):
        return _moment(value, time_zone)
    if isinstance(value, tuple):
        return ", ".join(value)
    if key in BESIDE:
        return " · ".join(str(value).splitlines())
    if key == "country":
        return str(_locale().territories.get(str(value), value))
    choices: Iterable[tuple[Any, Any]] = model_field(key).flatchoices
    return str(dict(choices).get(value, value))


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")


def _moment(moment: datetime, time_zone: str) -> str:
    day = format_datetime(moment, "EEE d MMM y", tzinfo=zone(time_zone), locale=_locale())
    return f"{day}, {clock_time(moment, time_zone)} {zone_label(moment, time_zone)}"
