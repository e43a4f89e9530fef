"""Guests who are probably one person in two spellings. Only ever a question to a person: nothing is merged here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from liaison.sheets.comparing import words

_LIKELY = 88  # of 100: above it two names are one to most readers
_LIKELY_TOGETHER = 78  # where flight or organisation and country are the same as well
_MOST_OF_A_NAME = 400  # guests who share a part of the name; a part that more share tells nobody apart


@dataclass(frozen=True)
class Person:
    """What tells guests apart: the name without titles, where they are from, and what they travel on."""

    name: str
    native: str = ""
    country: str = ""
    organisation: str = ""
    flight: str = ""
    phone: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Person":
        """From the values of a row, or of what is stored."""

        def said(key: str) -> str:
            return words(str(values.get(key) or ""))

        return cls(
            name=" ".join(sorted(said("name").split())),
            native=said("native_name"),
            country=said("country"),
            organisation=said("organisation"),
            flight=said("arrival_flight").replace(" ", ""),
            phone=str(values.get("phones") or ""),
        )

    @cached_property
    def figures(self) -> str:
        """What numbers the name has: “Guest 12” is never “Guest 13”."""
        return "".join(char for char in self.name if char.isdigit())

    @property
    def parts(self) -> set[str]:
        """Under these another spelling is looked for: the first letters of each part of the name."""
        return {part[:3] for text in (self.name, self.native) for part in text.split()} - {""}


def likeness(one: Person, other: Person) -> float:
    """From 0 to 100, how surely the two are one; 0 where something speaks against it."""
    if one.country and other.country and one.country != other.country:
        return 0
    if one.figures != other.figures:
        return 0
    if one.native and one.native == other.native:
        return 100
    score = fuzz.ratio(one.name, other.name, score_cutoff=_LIKELY_TOGETHER)
    if score >= _LIKELY:
        return score
    together = (one.flight and _flights_meet(one, other)) or (one.phone and one.phone == other.phone)
    same_house = bool(one.organisation) and one.organisation == other.organisation
    return score if together or same_house else 0


def _flights_meet(one: Person, other: Person) -> bool:
    return bool(other.flight) and (one.flight in other.flight or other.flight in one.flight)


def like_earlier(people: Sequence[Person]) -> dict[int, int]:
    """For each person who is probably one higher up: the place of the most similar of these."""
    known = Directory()
    found: dict[int, int] = {}
    for place, person in enumerate(people):
        if (earlier := known.most_like(person)) is not None:
            found[place] = earlier
        known.add(place, person)
    return found


class Directory:
    """People by a key, among whom another spelling is found without comparing everybody with everybody."""

    def __init__(self, people: Iterable[tuple[int, Person]] = ()) -> None:
        self._people: dict[int, Person] = {}
        self._keys: dict[str, list[int]] = defaultdict(list)
        for key, person in people:
            self.add(key, person)

    def add(self, key: int, person: Person) -> None:
        self._people[key] = person
        for part in person.parts:
            self._keys[part].append(key)

    def most_like(self, person: Person) -> int | None:
        """The key of the most similar one; None where nobody is similar enough."""
        candidates = {
            key
            for part in person.parts
            if len(self._keys.get(part, ())) <= _MOST_OF_A_NAME
            for key in self._keys.get(part, ())
        }
        scores = [(likeness(person, self._people[key]), -key) for key in candidates]
        score, key = max(scores, default=(0, 0))
        return -key if score else None
