"""Changes of a plan in templates: `{% for line in change|lines:zone %}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from guests.change_words import lines_of, subject_of

register = template.Library()


@register.filter
def lines(change: Mapping[str, Any], zone: str) -> list[str]:
    """The change in sentences, from what to what."""
    return lines_of(change, zone)


@register.filter
def in_short(guests: Sequence[Mapping[str, Any]], zone: str) -> str:
    """The only change in full; of more, how many, and whose."""
    return subject_of(guests, zone)
