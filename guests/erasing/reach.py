"""Whose rows an erasing takes: conditions that hold on a table and on its history alike, deleted rows included."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from events.models import Event
from guests.erasing.rules import Rule, Stage, all_rows
from guests.erasing.table import BY_LABEL
from guests.models import Visit
from liaison.clock import zone


@dataclass(frozen=True)
class Reach:
    """The rows of some events; or, with `person`, those of one person at them.

    `whole` are the guests of whom nothing is needed any more, at whatever event: only of them what belongs to the
    person and not to a stay is erased.
    """

    events: Collection[int]
    whole: Collection[int]
    person: int | None = None

    def takes(self, rule: Rule) -> bool:
        """Whether such an erasing touches that table at all."""
        return self.person is None or rule.names_many or _root(rule).label in _OF_A_PERSON

    def condition(self, rule: Rule) -> Q:
        """What a row of the table, or a line of its history, must fulfil to be reached."""
        if not rule.of:
            return Q(id__in=self.whole) if rule.label == "guests.Guest" else self._root_condition(rule)
        if rule.of == "event":
            return Q(event__in=self.events)
        parent = BY_LABEL[_parent(rule)]
        if parent.label == "guests.Guest":
            return Q(guest__in=self.whole)
        above = self.condition(parent)
        ids = [all_rows(table).filter(above).values("id") for table in parent.tables]
        found = reduce(or_, (Q(**{f"{rule.of}__in": keys}) for keys in ids))
        if rule.also_of:
            found |= Q(**{rule.of: None, f"{rule.also_of}__in": self.events})
        return found

    def _root_condition(self, rule: Rule) -> Q:
        of_events = Q(event__in=self.events)
        if rule.label == "guests.ProtocolNote":
            return of_events & Q(guest__in=[self.person]) if self.person else of_events
        if self.person is None:
            return of_events
        if rule.label == "guests.Visit":
            return of_events & Q(guest=self.person)
        visits = self.visits()
        if rule.label == "guests.CalendarFeed":
            return Q(visit__in=visits)
        return of_events & _told_of(visits)

    def visits(self) -> list[int]:
        """The keys of the visits, deleted ones included."""
        rule = BY_LABEL["guests.Visit"]
        above = self._root_condition(rule)
        return sorted(
            {
                key
                for table in rule.tables
                for key in all_rows(table).filter(above).values_list("id", flat=True)
            }
        )


_DAYS = {Stage.PRIVATE: "retention_days", Stage.ANONYMOUS: "anonymise_days"}
_OF_A_PERSON = {
    "guests.Guest",
    "guests.Visit",
    "guests.ProtocolNote",
    "guests.CalendarFeed",
    "notices.Notice",
}


def _root(rule: Rule) -> Rule:
    while rule.of not in {"", "event"}:
        rule = BY_LABEL[_parent(rule)]
    return rule


def _parent(rule: Rule) -> str:
    field: Any = rule.model._meta.get_field(rule.of)  # noqa: SLF001 (Django's own API)
    return str(field.related_model._meta.label)  # noqa: SLF001 (the same)


def _told_of(visits: Collection[int]) -> Q:
    """The notices that are about one of the visits, alone or among others."""
    about = Q(pk=None)
    for key in visits:
        about |= Q(subject_ref=f"visit:{key}") | Q(plan_key=f"visit:{key}") | Q(payload__visit_id=key)
        for part in ("gained", "changed", "lost"):
            about |= Q(**{f"payload__{part}__contains": [[key]]})
    return about


def of_event(event: int, stage: Stage, *, at: datetime) -> Reach:
    """All of an event, and the guests whose last event was this or another whose days are over as well."""
    return Reach([event], sorted(_guests_of(event=event) - _kept_for_others(stage, at)))


def of_nobodys(stage: Stage, *, at: datetime) -> Reach:
    """Guests who are at no event, deleted ones included, and about whom nothing was written as long as is usual."""
    days: int = getattr(Event(), _DAYS[stage])
    lines = BY_LABEL["guests.Guest"].history.objects
    recent = lines.filter(pgh_created_at__gt=at - timedelta(days=days)).values("id")
    ever = set(lines.exclude(id__in=recent).values_list("id", flat=True))
    visited = set(Visit.objects.values_list("guest", flat=True))
    return Reach([], sorted(ever - visited - _kept_for_others(stage, at)))


def _guests_of(**asked: Any) -> set[int]:
    tables: tuple[Any, ...] = (Visit, BY_LABEL["guests.Visit"].history)
    return {key for table in tables for key in table.objects.filter(**asked).values_list("guest", flat=True)}


def _kept_for_others(stage: Stage, at: datetime) -> set[int]:
    """The guests who have a visit at an event whose days are not over."""
    rows = Visit.objects.exclude(event__in=past_events(stage, at=at))
    return set(rows.values_list("guest", flat=True))


def of_person(guest: int, events: Collection[int] | None = None) -> Reach:
    """One person at these events, or at all; the person goes wholly where no other event has them."""
    history: Any = BY_LABEL["guests.Visit"].history
    tables = (Visit.objects.all(), history.objects.all())
    all_events = {key for rows in tables for key in rows.filter(guest=guest).values_list("event", flat=True)}
    own = all_events if events is None else all_events & set(events)
    others = Visit.objects.filter(guest=guest).exclude(event__in=own)
    return Reach(sorted(own), [] if others.exists() else [guest], person=guest)


def past_events(stage: Stage, *, at: datetime) -> list[int]:
    """The events whose days of keeping are over, counted in their own zone; deleted ones from their last line of history."""
    rows = list(Event.objects.all())
    history: Any = Event.pgh_event_model  # type: ignore[attr-defined]  # put there by @tracked
    lines = history.objects.exclude(id__in=[row.pk for row in rows]).order_by("id", "-pgh_id").distinct("id")
    return [
        row.id for row in [*rows, *lines] if at.astimezone(zone(row.time_zone)).date() > last_day(row, stage)
    ]


def last_day(event: Any, stage: Stage) -> date:
    """The last day on which what the stage erases is kept."""
    days = max(getattr(event, _DAYS[stage]), event.retention_days)  # never the rest before what is private
    last: date = event.ends_on + timedelta(days=days)
    return last
