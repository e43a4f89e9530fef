"""Whatever the programme: importing it twice is importing it once, and a moved session alone moves."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from events.models import Session
from events.programme.diffing import Kind
from events.programme.listed import Kind as FileKind
from events.programme.listed import ListedSession
from tests.events.programme.listings import HOUR, applied, diff_for, everything, row
from tests.factories import NOW, make_event

titles = st.sampled_from(["Opening", "opening ", "Coffee", "Coffee", "Straße", "STRASSE", "الافتتاح", ""])
places = st.sampled_from(["", "Ballroom", "BALLROOM", "Pier", "Room 1", "room 1"])
moments = st.sampled_from([None, *(NOW + hours * HOUR for hours in (0, 1, 2, 24, 25))])
sessions = st.builds(
    ListedSession,
    place=st.just("1"),
    key=st.sampled_from(["", "", "A", "B", "C"]),
    title=titles,
    starts_at=moments,
    ends_at=moments,
    venue=places,
    point=places,
    dress=st.sampled_from(["", "Batik"]),
    is_cancelled=st.booleans(),
    sequence=st.integers(0, 2),
)
programmes = st.lists(sessions, min_size=1, max_size=6)
kinds = st.sampled_from(list(FileKind))
thorough = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _coffee(starts: int, ends: int | None) -> ListedSession:
    moment = NOW + starts * HOUR
    return ListedSession(
        place="1", key="", title="Coffee", starts_at=moment, ends_at=NOW + ends * HOUR if ends else None
    )


@pytest.mark.django_db
@thorough
@given(programmes, programmes, kinds)
@example([_coffee(1, 2)], [_coffee(0, None), _coffee(0, 1)], FileKind.TABLE)
def test_importing_twice_is_importing_once(
    earlier: list[ListedSession], programme: list[ListedSession], kind: FileKind
) -> None:
    """A row that was left out may be understood once the others are there."""
    event = make_event()
    applied(event, *earlier, kind=kind, leave_out_errors=True)
    before = diff_for(event, *programme, kind=kind)
    applied(event, *programme, kind=kind, leave_out_errors=True)
    once = everything(event)
    diff = diff_for(event, *programme, kind=kind)
    left_out = [was.kind is Kind.FAULTY for was in before.rows]
    told = [one.kind for one, was_left_out in zip(diff.rows, left_out, strict=True) if not was_left_out]
    assert set(told) <= {Kind.UNCHANGED, Kind.FAULTY}
    if not any(left_out):
        assert (diff.venues, diff.points) == ((), ())
        applied(event, *programme, kind=kind)
        assert everything(event) == once


@pytest.mark.django_db
@thorough
@given(st.lists(st.integers(1, 60), min_size=2, max_size=8, unique=True), st.data(), st.booleans())
def test_a_moved_session_moves_alone(hours: list[int], data: st.DataObject, with_keys: bool) -> None:
    event = make_event()
    rows = [
        row(f"Session {one}", f"K{one}" if with_keys else "", one, venue=f"Venue {one % 2}") for one in hours
    ]
    applied(event, *rows)
    chosen = data.draw(st.integers(0, len(rows) - 1))
    assert rows[chosen].starts_at
    moved = replace(rows[chosen], starts_at=NOW + 80 * HOUR, ends_at=NOW + 81 * HOUR)
    before = dict(Session.objects.filter(event=event).values_list("title", "starts_at"))
    applied(event, *(moved if place == chosen else one for place, one in enumerate(rows)))
    after = dict(Session.objects.filter(event=event).values_list("title", "starts_at"))
    assert after == before | {moved.title: NOW + 80 * HOUR}
