"""What a guest's paper says otherwise than what holds now, in the words a guest reads; pure.

It compares two itineraries, which hold nothing private, so nothing private can be said. An item is known again by its
title, else by its kind and hour: the data of a paper carry no keys, and a plan that was imported anew is no other plan.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from guests.itinerary import Item, Itinerary
from guests.models import Visit
from guests.wording import TENTATIVE, UNSURE, WORDS, full_date, hours_of, when
from liaison.clock import zone_label
from liaison.paper.scripts import written

Planned = tuple[str, Item]  # an item and its day, as an ISO date


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as printed. `now` or `before` is empty where there is none."""

    what: str
    title: SafeString
    now: SafeString
    before: SafeString


def changes_since(printed: Itinerary, now: Itinerary, *, at: datetime) -> tuple[Change, ...]:
    """What changed, the plan first, in the active language. Officers whose duty is over at `at` are no change."""
    told = _Teller(now.event.country, now.event.time_zone)
    changes = [told.item(before, after) for before, after in _pairs(printed, now)]
    names = [
        (WORDS["officer"], told.officers(printed, at), told.officers(now, at)),
        (WORDS["hotel"], told.hotel(printed), told.hotel(now)),
        (WORDS["prepared_for"], told.guest(printed), told.guest(now)),
    ]
    changes += [
        told.change(SafeString(word), before, after) for word, before, after in names if before != after
    ]
    if (before := told.event(printed)) != (after := told.event(now)):
        changes.append(told.change(told.here(now.event.name), before, after))
    return tuple(changes)


def _pairs(printed: Itinerary, now: Itinerary) -> Iterator[tuple[Planned | None, Planned | None]]:
    """What was printed beside what it is now, where they differ, by the day and hour of what holds."""
    before, after = list(_planned(printed)), list(_planned(now))
    _taken(before, after, lambda planned: planned)
    pairs: list[tuple[Planned | None, Planned | None]] = []
    pairs += _taken(before, after, lambda planned: planned[1].title)
    pairs += _taken(before, after, lambda planned: (planned[1].kind, planned[1].starts_at))
    pairs += [(one, None) for one in before] + [(None, one) for one in after]
    yield from sorted(pairs, key=_hour)


def _taken(
    before: list[Planned], after: list[Planned], key: Callable[[Planned], Hashable]
) -> list[tuple[Planned, Planned]]:
    """Take out of both lists what is alike by the key, and answer it in pairs."""
    pairs = []
    for one in list(before):
        same = next((other for other in after if key(other) == key(one)), None)
        if same:
            before.remove(one)
            after.remove(same)
            pairs.append((one, same))
    return pairs


def _planned(itinerary: Itinerary) -> Iterator[Planned]:
    for day in itinerary.days:
        yield from ((day.date, item) for item in day.items)


def _hour(pair: tuple[Planned | None, Planned | None]) -> str:
    planned = pair[1] or pair[0]
    return planned[1].starts_at or "9" if planned else ""


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says plain values in the active language."""

    country: str
    zone: str

    def here(self, text: str) -> SafeString:
        return written(text, self.country)

    def change(self, title: SafeString, before: SafeString, after: SafeString) -> Change:
        return Change(str(WORDS["was_changed"]), title, after, _before(before))

    def item(self, before: Planned | None, after: Planned | None) -> Change:
        word = "was_changed" if before and after else "was_added" if after else "was_removed"
        shown = after or before
        title = self.here(shown[1].title) if shown else SafeString()
        said, said_before = self._said(after, title), self._said(before, title)
        return Change(str(WORDS[word]), title, said, _before(said_before) if after else said_before)

    def _said(self, planned: Planned | None, title: SafeString) -> SafeString:
        """All that a paper says of the item, but for a title that stands above."""
        if planned is None:
            return SafeString()
        on, item = planned
        own = self.here(item.title)
        parts = [*([own] if own != title else []), *self._when(on, item), *self._where(item)]
        return format_html_join(" · ", "{}", ([part] for part in parts))

    def _when(self, on: str, item: Item) -> Iterator[str]:
        yield full_date(date.fromisoformat(on)) if on else str(WORDS["open"])
        hours, until = hours_of(item, self.zone, on)
        if hours:
            zone = zone_label(datetime.fromisoformat(item.starts_at), self.zone)
            yield format_html('<bdi dir="ltr">{} {}</bdi>', hours, zone)
        if until:
            yield until
        if item.is_tentative:
            yield str(TENTATIVE)
        if (unsure := UNSURE.get(Visit.Precision(item.precision))) and hours:
            yield str(unsure)

    def _where(self, item: Item) -> Iterator[str]:
        if item.flight_number:
            yield format_html('{} <bdi dir="ltr">{}</bdi>', WORDS["flight"], item.flight_number)
        if item.origin:
            yield format_html("{}: {}", WORDS["from"], self.here(item.origin.name))
        if item.place:
            place = item.place
            told = (item.point, place.name, place.local_name, place.address, place.local_address)
            yield self.here(", ".join(dict.fromkeys(text for text in told if text)))
        elif item.point:
            yield self.here(item.point)
        if item.dress:
            yield format_html("{}: {}", WORDS["dress"], self.here(item.dress))

    def officers(self, itinerary: Itinerary, at: datetime) -> SafeString:
        ahead = [one for one in itinerary.officers if datetime.fromisoformat(one.ends_at) > at]
        alone = len(ahead) == 1
        return format_html_join(
            " · ", '{} <bdi dir="ltr">{}</bdi>{}',
            ((self.here(one.name), one.phone, "" if alone else self._from(one.starts_at)) for one in ahead),
        )  # fmt: skip

    def _from(self, starts_at: str) -> SafeString:
        return format_html(" ({})", when(datetime.fromisoformat(starts_at), self.zone))

    def hotel(self, itinerary: Itinerary) -> SafeString:
        place = itinerary.hotel
        told = (place.name, place.local_name, place.address, place.local_address) if place else ()
        return self.here(", ".join(text for text in told if text))

    def guest(self, itinerary: Itinerary) -> SafeString:
        guest = itinerary.guest
        told = (
            guest.honorific_before, guest.name, guest.honorific_after, guest.native_name, guest.office, guest.organisation,
        )  # fmt: skip
        return written(" · ".join(text for text in told if text), guest.country)

    def event(self, itinerary: Itinerary) -> SafeString:
        event = itinerary.event
        days = (full_date(date.fromisoformat(on)) for on in (event.starts_on, event.ends_on))
        return format_html("{} · {} – {}", self.here(f"{event.name}, {event.city}"), *days)


def _before(said: SafeString) -> SafeString:
    return format_html(str(WORDS["before"]), text=said) if said else said
