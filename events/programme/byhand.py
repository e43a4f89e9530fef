"""What a person entered at the desk since the last file: kept while the file only repeats itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.programme.stored import PLACES, TIMES, StoredSession, Value, as_listed

_TOGETHER = (TIMES, PLACES)


@dataclass(frozen=True)
class Change:
    """One field of one session, from what is stored to what the file says; `by_hand`: a person entered what is stored."""

    key: str
    before: Value
    after: Value
    by_hand: bool = False


def sorted_out(
    known: StoredSession, given: Mapping[str, Value]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The changes to be written, and those left alone because a person entered what is stored.

    Start and end are judged together, and so are venue and room: half of a person's time with half of the file's would
    be nobody's.
    """
    written: list[Change] = []
    kept: list[Change] = []
    for key, after in given.items():
        before = known.values[key]
        if as_listed(key, before) == as_listed(key, after):
            continue
        by_hand = _is_by_hand(known, key)
        repeats = not _is_news(known, key, given)
        (kept if repeats else written).append(Change(key, before, after, by_hand))
    return tuple(written), tuple(kept)


def _is_news(known: StoredSession, key: str, given: Mapping[str, Value]) -> bool:
    """Whether the file says something else than files said before, of the field or of what goes with it."""
    listed = known.listed or {}
    group = next((group for group in _TOGETHER if key in group), (key,))
    return any(listed.get(one, "") != as_listed(one, given[one]) for one in group if given.get(one))


def _is_by_hand(known: StoredSession, key: str) -> bool:
    listed = known.listed or {}
    before = as_listed(key, known.values[key])
    return before != listed[key] if key in listed else bool(before) and key != "state"
