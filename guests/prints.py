"""What is printed, in which version: the same data is the same version, of every kind of paper."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

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


def print_papers(kind: Print.Kind, wishes: Sequence[Wish], *, by: User, at: datetime) -> list[Print]:
    """The versions that hold at `at` of these papers, in the order of the wishes; of visits that are gone there is none.

    Identical data is the same version, whoever prints it; changed data, or a revoked code, makes the next one. Two at
    the same moment get the same. As many queries for many wishes as for one.
    """
    visits = {wish.visit for wish in wishes}
    with transaction.atomic():
        locked = Visit.objects.filter(pk__in=visits).order_by("pk").select_for_update(no_key=True)
        list(
            locked.values_list("pk", flat=True)
        )  # whoever prints the same guest waits, and then finds the version
        data = PAPERS[kind].tell(wishes, at)
        newest = Print.objects.filter(kind=kind, visit__in=visits).newest()
        known = {Wish.of(one): one for one in newest}
        prints = {
            wish: _version(known.get(wish), kind, wish, data[wish], by, at) for wish in wishes if wish in data
        }
        Print.objects.bulk_create([one for one in prints.values() if one.pk is None])
    return [prints[wish] for wish in wishes if wish in prints]


def _version(
    last: Print | None, kind: Print.Kind, wish: Wish, data: dict[str, Any], by: User, at: datetime
) -> Print:
    """The last version where it says the same under a code that still opens, else the next, not saved yet."""
    digest = digest_of(data)
    if last and last.digest == digest and last.revoked_at is None:
        return last
    return Print(
        kind=kind, version=last.version + 1 if last else 1, data=data, digest=digest, printed_by=by, printed_at=at,
        **_columns(wish),
    )  # fmt: skip


def _columns(wish: Wish) -> dict[str, Any]:
    return {"visit_id": wish.visit, "language": wish.language, "day": wish.day, "holder_id": wish.holder}


def digest_of(data: dict[str, Any]) -> str:
    """The same 64 signs for the same data."""
    written = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
