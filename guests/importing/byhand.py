"""What a person entered since the last list: told from what lists have said, and kept unless the list has news."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from guests.importing.cells import Value
from guests.importing.fields import GUEST_KEYS, model_field
from guests.importing.stored import VISIT_KEYS, StoredVisit, as_listed

_TOGETHER = (
    ("arrives_at", "arrival_precision", "arrival_note"),
    ("departs_at", "departure_precision", "departure_note"),
)


class Policy(StrEnum):
    """What becomes of values entered by hand that the list has otherwise; empty: the list's where it has news."""

    KEEP = "keep"
    LIST = "list"


@dataclass(frozen=True)
class Change:
    """One field of one guest, from what is stored to what the list says; `by_hand`: a person entered what is stored."""

    key: str
    before: Value
    after: Value
    by_hand: bool = False


def sorted_out(
    known: StoredVisit, changes: Iterable[Change], policy: str, officer: Value = None
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The changes to be written, and those left alone because a person entered what is stored.

    A value that a person changed and of which the list says the same as ever stays the person's. Where both are new
    the list's is written, marked as going over a person's. `officer` is the name in the list's own spelling.
    """
    written, kept = [], []
    for change in changes:
        said = officer if change.key == "officer" else change.after
        is_old_news = known.listed is not None and known.listed.get(change.key) == as_listed(change.key, said)
        by_hand = change.key != "external_key" and _is_by_hand(known, change, is_old_news=is_old_news)
        if by_hand and (policy == Policy.KEEP or (is_old_news and policy != Policy.LIST)):
            kept.append(replace(change, by_hand=True))
        else:
            written.append(replace(change, by_hand=by_hand))
    return _without_parts_of_kept(written, kept), tuple(kept)


def _is_by_hand(known: StoredVisit, change: Change, *, is_old_news: bool) -> bool:
    """Whether what is stored is not what a list said, nor what a row has from the start."""
    listed = known.listed or {}
    if change.key in listed:
        return bool(listed[change.key] != as_listed(change.key, change.before))
    return not is_old_news and change.before not in (None, "", (), _default(change.key))


def _default(key: str) -> Value:
    if key not in GUEST_KEYS and key not in VISIT_KEYS:
        return None
    value: Value = model_field(key).get_default()
    return value


def _without_parts_of_kept(written: list[Change], kept: list[Change]) -> tuple[Change, ...]:
    """A time that stays keeps its precision and its note as well."""
    staying = {part for change in kept for group in _TOGETHER if change.key == group[0] for part in group}
    return tuple(change for change in written if change.key not in staying)
