"""Days as lists write them: in figures in any order, with the month's name, with or without the year."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import cache

from babel import Locale

YEARS = range(1990, 2101)
"""Outside these a year is a slip of the hand."""

_SPOKEN = ("en", "id", "ms", "fr", "es", "pt", "de", "nl", "it")
_EXTRA_MONTHS = {"sept": 9, "agt": 8, "agst": 8, "ags": 8, "nop": 11, "pebruari": 2, "okt": 10, "des": 12}
_EXTRA_WEEKDAYS = ("jum'at", "jumaat", "ahad", "tues", "thur", "thurs")


class Order(StrEnum):
    """Which figure of 05/06/2027 is the day."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@cache
def _months() -> dict[str, int]:
    found = dict(_EXTRA_MONTHS)
    for language in _SPOKEN:
        for width in ("wide", "abbreviated"):
            for number, name in Locale(language).months["format"][width].items():
                found.setdefault(name.casefold().strip("."), number)
    return {name: number for name, number in found.items() if len(name) > 2}


@cache
def _weekdays() -> tuple[str, ...]:
    names = {
        name.casefold().strip(".")
        for language in ("en", "id")
        for width in ("wide", "abbreviated")
        for name in Locale(language).days["format"][width].values()
    }
    return tuple(names.union(_EXTRA_WEEKDAYS))


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<name>{_any_of(_months())})(?![^\W\d_])\.?"
    day = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    return tuple(
        re.compile(shape)
        for shape in (
            r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)",
            r"(?<!\d)(?P<one>\d{1,2}) ?(?P<sep>[-/.]) ?(?P<two>\d{1,2}) ?(?P=sep) ?(?P<year>\d{4}|\d{2})(?!\d)",
            rf"{day}[ .-]*(?:of )?{month}[ ,/-]*(?:'?(?P<year>\d{{4}}|\d{{2}})(?![\d:.]))?",
            rf"{month} *(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.])(?:[ ,]+(?P<year>\d{{4}})(?!\d))?",
            r"(?<!\d)(?P<one>\d{1,2})(?P<sep>/)(?P<two>\d{1,2})(?![\d/])",
        )
    )


@cache
def _weekday() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any_of(_weekdays())})\b[.,]? *")


def without_weekday(text: str) -> str:
    """The text (in lower case) without the name of a day of the week at its start."""
    return _weekday().sub("", text)


def day_in(text: str, order: Order, near: date) -> tuple[date, str] | None:
    """The day named in the text (in lower case), and what else the text says; a year left out is the one that brings
    the day nearest to `near`. None where no day is named, or one that no calendar has.
    """
    for shape in _shapes():
        if found := shape.search(text):
            day = _day(found.groupdict(), order, near)
            return (day, f"{text[: found.start()]} {text[found.end() :]}") if day else None
    return None


def _day(parts: dict[str, str | None], order: Order, near: date) -> date | None:
    one, two = parts.get("one"), parts.get("two")
    if one and two:
        day, month = _sorted(int(one), int(two), parts.get("sep") or "", order)
    else:
        day = int(parts.get("day") or 0)
        month = _months().get(parts.get("name") or "") or int(parts.get("month") or 0)
    year = parts.get("year")
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [near.year + n for n in (0, 1, -1)]
    days = [found for one_year in years if (found := _calendar_day(one_year, month, day))]
    return min(days, key=lambda found: abs(found - near), default=None)


def _sorted(one: int, two: int, separator: str, order: Order) -> tuple[int, int]:
    """Day and month: as asked, but the other way where only that can be; with dots the day always comes first."""
    month_first = order is Order.MONTH_FIRST and separator != "."
    if month_first and one > 12:
        month_first = False
    elif not month_first and two > 12 and separator != ".":
        month_first = True
    return (two, one) if month_first else (one, two)


def _calendar_day(year: int, month: int, day: int) -> date | None:
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def order_of(texts: Iterable[str], first: date, last: date) -> Order | None:
    """The order in which a file writes its days, as far as the file itself proves it; None where it must be asked.

    Proof is a figure above twelve; failing that, one order under which all days lie between `first` and `last` and
    the other under which none does. A file without such days needs no order: the day comes first.
    """
    doubtful = []
    proven = set()
    for one, two, text in _figures(texts):
        if one > 12 or two > 12:
            proven.add(Order.DAY_FIRST if one > 12 else Order.MONTH_FIRST)
        elif one != two:
            doubtful.append(text)
    if len(proven) == 1:
        return proven.pop()
    if not doubtful and not proven:
        return Order.DAY_FIRST
    return None if proven else _fitting(doubtful, first, last)


def _fitting(texts: list[str], first: date, last: date) -> Order | None:
    fits = {
        order: [found is not None and first <= found[0] <= last for found in _days(texts, order, first)]
        for order in Order
    }
    for order, other in ((Order.DAY_FIRST, Order.MONTH_FIRST), (Order.MONTH_FIRST, Order.DAY_FIRST)):
        if all(fits[order]) and not any(fits[other]):
            return order
    return None


def _days(texts: list[str], order: Order, near: date) -> Iterator[tuple[date, str] | None]:
    return (day_in(text, order, near) for text in texts)


def _figures(texts: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """The first two figures of each day that is written in figures and not with dots."""
    for text in texts:
        lowered = text.casefold()
        for shape in _shapes():
            if found := shape.search(lowered):
                parts = found.groupdict()
                if parts.get("one") and parts.get("sep") != ".":
                    yield int(parts["one"]), int(parts["two"]), lowered
                break
