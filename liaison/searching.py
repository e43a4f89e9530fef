"""Searching a list of the desk: every word a person types must stand somewhere in what the row shows.

A word may be part of a text, a choice as it is called on screens, a number, a day, a month or a clock time in the row's
zone, a language or a country by name, a phone number or a plate however it is grouped. What hangs on a row in many rows
is asked by a subquery, so that no row repeats and two words may stand in two of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from babel import Locale
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Replace
from django.db.models.lookups import IContains, In
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import get_language

from liaison.clock import zone_label

_AROUND = " ,;:()[]{}“”‘’\"'…~→×▲◆●–—-/|•\u2009"
_BETWEEN = str.maketrans("–→×\u2009\0", "     ")
_MOST_WORDS = 40
_LEAST_DIGITS = 3
_GROUPED = {"plate", "flight_number"}
_NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class Said:
    """Words a list shows of certain rows: “no lead”. `needs` is the annotation the condition asks about."""

    words: Any
    condition: Q
    needs: str = ""

    def has(self, word: str) -> bool:
        """Whether the typed word is one of the words, whole: “li” means Ms Lim and no red line."""
        said = str(self.words).casefold()
        return word == said or word in words_in(said)


@dataclass(frozen=True)
class Clock:
    """On which clock a row's moments are shown, as an expression over the row; and the zones that can be."""

    zone: Any
    zones: Collection[str] = field(default=())


def words_in(typed: str) -> list[str]:
    """What was typed, word by word, without the signs around; what stands in quotation marks is one word."""
    words = []
    for bit in smart_split(typed.translate(_BETWEEN)):
        is_quoted = bit[0] in "\"'" and bit[-1] == bit[0] and len(bit) > 1
        word = (unescape_string_literal(bit) if is_quoted else bit).strip(_AROUND)
        words += [word] if word else []
    return words[:_MOST_WORDS]


def matching(
    rows: models.QuerySet[Any], typed: str, paths: Sequence[str], *, said: Iterable[Said] = (), clock: Clock
) -> models.QuerySet[Any]:
    """Of the rows, those in which every typed word is found; all where nothing was typed."""
    told = [one for one in said if not one.needs or one.needs in rows.query.annotations]
    for word in words_in(typed):
        found = _found(rows.model, word, _known(paths, rows), clock, rows.query.annotations)
        found |= _any(one.condition for one in told if one.has(word.casefold()))
        rows = rows.filter(found)
    return rows


def _known(paths: Sequence[str], rows: models.QuerySet[Any]) -> list[str]:
    """Without columns that are only counted where a list shows them."""
    fields = {one.name for one in rows.model._meta.get_fields()}  # noqa: SLF001 (Django's own API)
    return [path for path in paths if path.split("__")[0] in fields or path in rows.query.annotations]


def _found(
    model: type[models.Model],
    word: str,
    paths: Iterable[str],
    clock: Clock | None,
    annotations: Collection[str] = (),
) -> Q:
    """Whether the word stands in one of the row's columns, or in one of the rows that hang on it."""
    asked: list[Q] = []
    beyond: defaultdict[tuple[str, Any], list[str]] = defaultdict(list)
    for path in paths:
        if path in annotations:
            asked += _number(path, word)
            continue
        prefix, relation, rest = _first_of_many(model, path)
        if relation is None:
            asked += _in_field(_field_at(model, path), path, word, clock)
        else:
            beyond[(prefix, relation)].append(rest)
    for (prefix, relation), rests in beyond.items():
        asked.append(_in_many(prefix, relation, rests, word))
    if clock:
        asked += _zone(word, clock)
    return _any(asked)


def _in_many(prefix: str, relation: Any, rests: Sequence[str], word: str) -> Q:
    rows: Any = relation.related_model._default_manager  # noqa: SLF001 (Django's own API)
    back = relation.field.name
    keys = rows.filter(_found(relation.related_model, word, rests, None)).order_by().values(back)
    return Q(**{f"{prefix}pk__in": keys})


def _any(asked: Iterable[Q]) -> Q:
    return reduce(or_, asked, _NOTHING)


def _first_of_many(model: type[models.Model], path: str) -> tuple[str, Any, str]:
    """Where the path first leads from one row to many: what is before, the relation, what is behind."""
    parts, walked = path.split("__"), model
    for place, name in enumerate(parts):
        step: Any = walked._meta.get_field(name)  # noqa: SLF001 (Django's own API)
        if step.one_to_many:
            return "".join(f"{part}__" for part in parts[:place]), step, "__".join(parts[place + 1 :])
        if step.is_relation:
            walked = step.related_model
    return "", None, ""


def _field_at(model: type[models.Model], path: str) -> Any:
    *before, last = path.split("__")
    for name in before:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]  # noqa: SLF001 (Django's own API)
    return model._meta.get_field(last)  # noqa: SLF001 (Django's own API)


def _in_field(column: Any, path: str, word: str, clock: Clock | None) -> Iterator[Q]:
    """The ways in which the word can stand in the column, by what the column is."""
    if column.flatchoices:
        yield Q(**{f"{path}__in": _keys_of(column.flatchoices, word)})
    elif isinstance(column, models.DateTimeField):
        yield from _moment(Func(clock.zone, F(path), function="TIMEZONE"), word) if clock else ()
    elif isinstance(column, models.DateField):
        yield from _moment(F(path), word)
    elif isinstance(column, models.IntegerField):
        yield from _number(path, word)
    elif isinstance(column, ArrayField):
        yield Q(**{f"{path}__icontains": word}) | Q(**{f"{path}__overlap": _codes("languages", word)})
    elif not isinstance(column, models.BooleanField):
        yield from _text(column, path, word)


def _text(column: Any, path: str, word: str) -> Iterator[Q]:
    yield Q(**{f"{path}__icontains": word})
    if column.name in _GROUPED:
        whole = Replace(F(path), Value(" "), Value(""))
        yield Q(IContains(whole, word.replace(" ", "")))
    elif column.name == "phone":
        digits = "".join(filter(str.isdecimal, word)).lstrip("0")
        is_number = len(digits) >= _LEAST_DIGITS and not any(map(str.isalpha, word))
        yield Q(**{f"{path}__contains": digits}) if is_number else _NOTHING
    elif column.name in {"language", "country"}:
        kind = {"language": "languages", "country": "territories"}[column.name]
        yield Q(**{f"{path}__in": _codes(kind, word)})


def _number(path: str, word: str) -> Iterator[Q]:
    if word.isdecimal() and len(word) < 9:
        yield Q(**{path: int(word)})


def _keys_of(choices: Iterable[tuple[Any, Any]], word: str) -> list[Any]:
    return [key for key, label in choices if word.casefold() in str(label).casefold()]


def _codes(kind: str, word: str) -> list[str]:
    """Codes of the languages or countries in whose name, as the reader knows it, the word begins a word."""
    return list(_codes_in(kind, word.casefold(), get_language() or "en"))


@lru_cache(maxsize=500)
def _codes_in(kind: str, word: str, language: str) -> tuple[str, ...]:
    names = getattr(Locale.parse(language, sep="-"), kind)
    found = (code for code, name in names.items() if f" {name.casefold()}".find(f" {word}") >= 0)
    return tuple(code.replace("_", "-") for code in found)


# --- moments -------------------------------------------------------------------------------------------------------


def _moment(local: Any, word: str) -> Iterator[Q]:
    """A year, a day of the month, a whole date, a clock time, a month or a weekday by name."""
    text, language = word.casefold().replace(".", ":"), get_language() or "en"
    if word.isdecimal():
        yield _shown_as(local, "FMDD", word.lstrip("0")) | _shown_as(local, "YYYY", word)
    elif word[:1].isdecimal():
        yield _shown_as(local, "HH24:MI", text) | _shown_as(local, "FMHH24:MI", text)
        yield _shown_as(local, "YYYY-MM-DD", word)
        yield _shown_as(local, "DD/MM/YYYY", word) | _shown_as(local, "FMDD/FMMM/YYYY", word)
    if months := _places("months", word.casefold(), language):
        yield _shown_as(local, "FMMM", *months)
    if days := _places("days", word.casefold(), language):
        yield _shown_as(local, "ID", *(str(int(day) + 1) for day in days))


def _shown_as(local: Any, pattern: str, *texts: str) -> Q:
    shown = Func(local, Value(pattern), function="TO_CHAR", output_field=models.TextField())
    return Q(In(shown, list(texts)))


@lru_cache(maxsize=500)
def _places(kind: str, word: str, language: str) -> tuple[str, ...]:
    """Which months or weekdays (Monday is 0) the word names, in full or cut short."""
    names = getattr(Locale.parse(language, sep="-"), kind)["format"]
    lists = (names["abbreviated"], names["wide"])
    return tuple(
        sorted({str(place) for named in lists for place, name in named.items() if name.casefold() == word})
    )


def _zone(word: str, clock: Clock) -> Iterator[Q]:
    """“WITA” stands beside every moment of a row on that clock."""
    year = datetime.now(UTC).year
    moments = [datetime(year, month, 1, tzinfo=UTC) for month in (1, 7)]
    names = [name for name in clock.zones if word in {zone_label(moment, name) for moment in moments}]
    if names:
        yield Q(In(clock.zone, names))
