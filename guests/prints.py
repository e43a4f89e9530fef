"""What is printed, in which version: the same data is the same version, of every kind of paper."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from events.models import Event
from guests.models import Print, Visit
from guests.papers import PAPERS, Wish
from guests.wording import language_of
from liaison.accounts.models import User


def print_handout(*, visit: Visit, by: User, at: datetime, language: str = "") -> Print:
    """The version of the guest's handout that holds at `at`, in the language or else the guest's own."""
    [handout] = print_handouts(visits=[visit.pk], by=by, at=at, language=language)
    return handout


def print_handouts(*, visits: Sequence[int], by: User, at: datetime, language: str = "") -> list[Print]:
    """The same for many visits, given by their keys and answered in their order; as many queries as for one."""
    own = {}
    if not language:
        spoken = Visit.objects.filter(pk__in=visits).values_list("pk", "guest__languages")
        own = {key: language_of(languages) for key, languages in spoken}
    wishes = [Wish(key, language or own[key]) for key in visits if language or key in own]
    return print_papers(Print.Kind.HANDOUT, wishes, by=by, at=at)


def print_day_sheet(*, visit: Visit, day: date, holder: User, by: User, at: datetime) -> Print:
    """The version of the officer's day sheet about the guest that holds at `at`, in the officer's language."""
    wish = Wish(visit.pk, holder.language, day, holder.pk)
    [sheet] = print_papers(Print.Kind.DAY_SHEET, [wish], by=by, at=at)
    return sheet


def preview(kind: Print.Kind, wish: Wish, *, at: datetime) -> Print:
    """What `print_papers` would make of a wish, stored nowhere."""
    data = PAPERS[kind].tell([wish], at)[wish]
    return Print(kind=kind, version=0, data=data, printed_at=at, **_columns(wish))


def print_event_paper(
    kind: Print.Kind, *, event: Event, by: User, at: datetime, language: str, day: date | None = None
) -> Print:
    """The version that holds at `at` of a paper about a whole event, or about one day of it."""
    [paper] = print_papers(kind, [Wish(None, language, day, event=event.pk)], by=by, at=at)
    return paper


def print_papers(kind: Print.Kind, wishes: Sequence[Wish], *, by: User, at: datetime) -> list[Print]:
    """The versions that hold at `at` of these papers, in the order of the wishes; of visits that are gone there is none.

    Identical data is the same version, whoever prints it; changed data, or a revoked code, makes the next one. Two at
    the same moment get the same. As many queries for many wishes as for one.
    """
    with transaction.atomic():
        events = _lock(wishes)
        data = PAPERS[kind].tell(wishes, at)
        newest = _newest(kind, wishes)
        known = {Wish.of(one): one for one in newest}
        prints = {
            wish: _version(known.get(wish), Print(**{"kind": kind, "event_id": events[wish]} | _columns(wish)), data[wish], by, at)
            for wish in wishes
            if wish in data
        }  # fmt: skip
        Print.objects.bulk_create([one for one in prints.values() if one.pk is None])
    return [prints[wish] for wish in wishes if wish in prints]


def _lock(wishes: Sequence[Wish]) -> dict[Wish, int]:
    """The event of each wish. Whoever prints about the same guest or event waits, and then finds the version."""
    visits = {wish.visit for wish in wishes if wish.visit}
    events = {wish.event for wish in wishes if wish.event}
    of_visits: dict[int | None, int] = {}
    if visits:
        rows = Visit.objects.filter(pk__in=visits).order_by("pk").select_for_update(no_key=True)
        of_visits = dict(rows.values_list("pk", "event_id"))
    if events:
        held = Event.objects.filter(pk__in=events).order_by("pk").select_for_update(no_key=True)
        list(held.values_list("pk", flat=True))
    found = {wish: wish.event or of_visits.get(wish.visit) for wish in wishes}
    return {wish: event for wish, event in found.items() if event}


def _newest(kind: Print.Kind, wishes: Sequence[Wish]) -> QuerySet[Print]:
    """The last versions of the papers of that kind about the same guests or events."""
    prints = Print.objects.filter(kind=kind)
    events = {wish.event for wish in wishes if wish.event}
    if events:
        return prints.filter(event__in=events, visit=None).newest()
    return prints.filter(visit__in={wish.visit for wish in wishes}).newest()


def _version(last: Print | None, fresh: Print, data: dict[str, Any], by: User, at: datetime) -> Print:
    """The last version where it says the same under a code that still opens, else the fresh one, not saved yet."""
    digest = digest_of(data)
    if last and last.digest == digest and last.revoked_at is None:
        return last
    fresh.version = last.version + 1 if last else 1
    fresh.data, fresh.digest, fresh.printed_by, fresh.printed_at = data, digest, by, at
    return fresh


def _columns(wish: Wish) -> dict[str, Any]:
    named = {"event_id": wish.event} if wish.event else {}
    return {
        "visit_id": wish.visit,
        "language": wish.language,
        "day": wish.day,
        "holder_id": wish.holder,
    } | named


def digest_of(data: dict[str, Any]) -> str:
    """The same 64 signs for the same data."""
    written = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
