"""The timeline of duties: where everything stands, what is a gap and what a collision, and who may look."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Membership, Role, Shift
from guests.models import Assignment, Movement, Visit
from guests.timeline import Asked, Down, Only, Timeline, draw, drawing
from guests.timeline.axis import Axis, Extent, lanes
from guests.timeline.rows import MOST_SENTENCES, Bar, Gap
from liaison.clock import zone
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_delegation,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_venue,
    make_visit,
)
from tests.guests.desk import day_and_time, fields_of, signed_in, words_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2027, 5, 13)
LEAD, DEPUTY = Assignment.Role.LEAD, Assignment.Role.DEPUTY


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def local(hour: int, minute: int = 0, day: int = 13) -> datetime:
    """A moment of May on the event's clocks."""
    return datetime(2027, 5, day, hour, minute, tzinfo=zone("Asia/Makassar"))


def drawn(cast: Cast, down: Down = Down.GUESTS, day: date | None = TODAY, **asked: Any) -> Timeline:
    return draw(cast.event, Asked(down=down, day=day, **asked), at=NOW)


def bars_of(cast: Cast, name: str, down: Down = Down.GUESTS, day: date | None = TODAY) -> list[Bar | Gap]:
    (row,) = [row for row in drawn(cast, down, day).rows if row.name == name]
    return list(row.bars)


def gaps_of(cast: Cast, name: str, day: date | None = TODAY) -> list[tuple[str, bool]]:
    return [(bar.span, bar.is_over) for bar in bars_of(cast, name, day=day) if isinstance(bar, Gap)]


def names(timeline: Timeline) -> list[str]:
    return [row.name for row in timeline.rows]


def shared(extent: Extent) -> tuple[float, float, bool, bool]:
    return round(extent.begins, 2), round(extent.ends, 2), extent.comes_from_before, extent.goes_on


# --- hours ------------------------------------------------------------------------------------------------------------


def test_a_duty_over_midnight_stands_on_both_days_of_the_events_zone(cast: Cast) -> None:
    """From 23.00 to 01.00 WITA is one afternoon in UTC."""
    guest = make_visit(cast.event, make_guest("Night Owl"), arrives_at=local(22), departs_at=local(4, day=14))
    make_assignment(guest, cast.bagus_officer, starts_at=local(23), ends_at=local(1, day=14))
    assert local(23).astimezone(UTC).date() == local(1, day=14).astimezone(UTC).date()
    gap, today = bars_of(cast, "Night Owl")
    assert (gap.span, gap.extent.goes_on) == ("22:00–23:00 WITA", False)
    assert shared(today.extent) == (95.83, 100.0, False, True)
    assert today.span == "Thu, 13 May 23:00 – Fri, 14 May 01:00 WITA"
    tomorrow, gap = bars_of(cast, "Night Owl", day=TODAY + DAY)
    assert shared(tomorrow.extent) == (0.0, 4.17, True, False)
    assert gap.span == "01:00–04:00 WITA"
    assert bars_of(cast, "Night Owl", day=TODAY - DAY) == []


def test_what_ends_at_midnight_is_not_of_the_next_day(cast: Cast) -> None:
    guest = make_visit(cast.event, make_guest("Early"), arrives_at=local(0), departs_at=local(0, day=14))
    make_assignment(guest, cast.bagus_officer, starts_at=local(0), ends_at=local(0, day=14))
    (bar,) = bars_of(cast, "Early")
    assert (shared(bar.extent), bar.span) == ((0.0, 100.0, False, False), "00:00–00:00 WITA")
    assert bars_of(cast, "Early", day=TODAY + DAY) == []


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    axis = Axis(date(2027, 3, 28), date(2027, 3, 28), "Europe/Berlin")
    assert axis.columns == 23
    four = datetime(2027, 3, 28, 4, tzinfo=zone("Europe/Berlin"))
    assert shared(axis.place(four, four + HOUR)) == (13.04, 17.39, False, False)  # three hours after midnight
    assert [tick.word for tick in axis.ticks()][:3] == ["00:00", "03:00", "05:00"]


def test_the_whole_event_reaches_from_the_first_to_the_last_thing_that_is_on(cast: Cast) -> None:
    make_visit(cast.event, arrives_at=local(20, day=10), departs_at=local(9, day=17))
    axis = drawn(cast, day=None).axis
    assert (axis.first, axis.last) == (date(2027, 5, 10), date(2027, 5, 17))
    assert [tick.word for tick in axis.ticks()][:2] == ["Mon 10", "Tue 11"]
    assert axis.columns == 8
    Visit.objects.filter(pk=cast.lim.pk).update(arrives_at=local(9).replace(year=2007))  # mistyped
    assert drawn(cast, day=None).axis.first == date(2027, 4, 28)


@pytest.mark.parametrize(
    ("extents", "expected"),
    [
        ([(0, 50), (50, 100)], [0, 0]),
        ([(0, 50), (40, 60), (50, 100)], [0, 1, 0]),
        ([(0, 100), (0, 100), (0, 100)], [0, 1, 2]),
        ([(50, 50.1), (52, 60)], [0, 1]),  # drawn wide enough for a thumb, they would cover one another
        ([(99, 100), (94, 96)], [1, 0]),  # what is drawn wider at the end reaches back
    ],
)
def test_no_bar_covers_another(extents: Sequence[tuple[float, float]], expected: list[int]) -> None:
    assert lanes([Extent(*pair) for pair in extents], least_px=704) == expected


# --- gaps -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def guest(cast: Cast) -> Visit:
    """Here from nine in the morning, now, to eight in the evening."""
    return make_visit(cast.event, make_guest("Haru Mori"), arrives_at=local(9), departs_at=local(20), rank=1)


def test_a_stay_without_anybody_is_one_gap(cast: Cast, guest: Visit) -> None:
    assert gaps_of(cast, "Haru Mori") == [("09:00–20:00 WITA", False)]


def test_gaps_stand_before_between_and_after_leads(cast: Cast, guest: Visit) -> None:
    make_assignment(guest, cast.sari_officer, starts_at=local(10), ends_at=local(12))
    make_assignment(guest, cast.bagus_officer, starts_at=local(13), ends_at=local(18))
    assert gaps_of(cast, "Haru Mori") == [
        ("09:00–10:00 WITA", False), ("12:00–13:00 WITA", False), ("18:00–20:00 WITA", False),
    ]  # fmt: skip
    spans = [bar.span for bar in bars_of(cast, "Haru Mori")]
    assert spans == sorted(spans)


def test_leads_that_follow_one_another_leave_no_gap_and_the_next_may_be_there_before(
    cast: Cast, guest: Visit
) -> None:
    make_assignment(guest, cast.sari_officer, starts_at=local(6), ends_at=local(14))
    make_assignment(guest, cast.bagus_officer, starts_at=local(13), ends_at=local(14), role=DEPUTY)
    make_assignment(guest, cast.bagus_officer, starts_at=local(14), ends_at=local(23))
    assert gaps_of(cast, "Haru Mori") == []
    found = [(bar.span, bar.lane) for bar in bars_of(cast, "Haru Mori")]
    assert found == [("06:00–14:00 WITA", 0), ("13:00–14:00 WITA", 1), ("14:00–23:00 WITA", 0)]


def test_a_deputy_or_somebody_withdrawn_leads_nobody(cast: Cast, guest: Visit) -> None:
    make_assignment(guest, cast.sari_officer, starts_at=local(9), ends_at=local(20), role=DEPUTY)
    make_assignment(guest, cast.bagus_officer, starts_at=local(9), ends_at=local(20)).withdraw()
    assert gaps_of(cast, "Haru Mori") == [("09:00–20:00 WITA", False)]


def test_it_is_too_late_for_a_gap_that_is_over_and_nobody_counts_it(cast: Cast, guest: Visit) -> None:
    Visit.objects.filter(pk=guest.pk).update(arrives_at=local(6))
    make_assignment(guest, cast.sari_officer, starts_at=local(9), ends_at=local(20))
    assert gaps_of(cast, "Haru Mori") == [("06:00–09:00 WITA", True)]
    assert drawn(cast).unled == 0
    assert names(drawn(cast, only=Only.UNLED)) == []
    Visit.objects.filter(pk=guest.pk).update(departs_at=local(21))
    assert drawn(cast).unled == 1
    assert names(drawn(cast, only=Only.UNLED)) == ["Haru Mori"]


def test_nobody_can_be_sent_on_a_day_that_is_over(cast: Cast, guest: Visit) -> None:
    Visit.objects.filter(pk=guest.pk).update(arrives_at=local(6, day=12))
    assert gaps_of(cast, "Haru Mori", day=TODAY - DAY) == [
        ("Wed, 12 May 06:00 – Thu, 13 May 20:00 WITA", False)
    ]
    assert [drawn(cast, day=day).unled for day in (TODAY - DAY, TODAY, TODAY + DAY)] == [0, 1, 0]


def test_a_gap_under_way_is_filled_from_now_on(cast: Cast, guest: Visit) -> None:
    Visit.objects.filter(pk=guest.pk).update(arrives_at=local(6))
    (gap,) = bars_of(cast, "Haru Mori")
    assert isinstance(gap, Gap)
    assert (gap.span, gap.starts_at, gap.ends_at) == ("06:00–20:00 WITA", NOW, local(20))


def test_whoever_has_departed_needs_nobody(cast: Cast, guest: Visit) -> None:
    Visit.objects.filter(pk=guest.pk).update(status=Movement.DEPARTED)
    assert gaps_of(cast, "Haru Mori") == []


def test_a_stay_that_nobody_knows_is_the_events(cast: Cast) -> None:
    make_visit(cast.event, make_guest("Unknown"))
    assert gaps_of(cast, "Unknown", day=None) == [("Wed, 12 May 00:00 – Sat, 15 May 00:00 WITA", False)]


# --- collisions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def tono(cast: Cast) -> Membership:
    return make_member(make_user("Tono"), cast.event, capacity=9)


def talks(cast: Cast, officer: Membership, name: str, hour: int = 10, **fields: Any) -> Assignment:
    """A guest whom the officer leads, with an hour at a place of the guest's own."""
    visit = make_visit(cast.event, make_guest(name))
    starts_at = local(hour)
    make_item(visit, "Talks", starts_at=starts_at, venue=make_venue(cast.event, f"{name} Hall"))
    return make_assignment(visit, officer, **fields)


def tono_row(cast: Cast, day: date | None = TODAY) -> Any:
    (row,) = [row for row in drawn(cast, Down.OFFICERS, day).rows if row.name == "Tono"]
    return row


def test_a_collision_is_a_word_on_its_bar_and_a_sentence_in_its_row(cast: Cast, tono: Membership) -> None:
    talks(cast, tono, "One")
    talks(cast, tono, "Other")
    row = tono_row(cast)
    assert [(bar.other, bar.troubles) for bar in row.bars] == [("One", ()), ("Other", ("two places",))]
    (mark,) = row.marks
    assert (mark.word, mark.is_meant) == ("two places", False)
    assert mark.sentence.startswith("Other: at Other Hall for “Talks” (Thu, 13 May 10:00")
    assert [shared(spot)[0] for spot in row.spots] == [41.67]  # ten in the morning
    assert row.note == "2 guests, room for 9"


def test_what_is_meant_is_said_and_alarms_nobody(cast: Cast, tono: Membership) -> None:
    talks(cast, tono, "One")
    talks(cast, tono, "Other", override_reason="The halls are next to one another")
    row = tono_row(cast)
    assert [bar.troubles for bar in row.bars] == [(), ()]
    assert [mark.is_meant for mark in row.marks] == [True]
    assert (row.collisions, row.spots) == (0, ())
    assert names(drawn(cast, Down.OFFICERS, only=Only.TROUBLE)) == []
    assert drawn(cast, Down.OFFICERS).collisions == 0


def test_a_collision_of_tomorrow_is_not_of_today(cast: Cast, tono: Membership) -> None:
    talks(cast, tono, "One", hour=10)
    other = talks(cast, tono, "Other", hour=10)
    other.visit.items.update(starts_at=local(10, day=14), ends_at=local(11, day=14))
    other.visit.event.visits.get(guest__name="One").items.update(
        starts_at=local(10, day=14), ends_at=local(11, day=14)
    )
    assert tono_row(cast).marks == ()
    assert len(tono_row(cast, TODAY + DAY).marks) == 1
    assert len(tono_row(cast, None).marks) == 1
    assert drawn(cast).collisions == 0
    assert drawn(cast, day=TODAY + DAY).collisions == 1


def test_a_row_says_no_more_than_can_be_read_and_counts_the_rest(cast: Cast) -> None:
    full = make_member(make_user("Tono"), cast.event, capacity=1)
    for number in range(12):
        make_assignment(make_visit(cast.event, make_guest(f"Guest {number:02}")), full)
    row = tono_row(cast)
    assert (len(row.marks), row.more_marks, row.collisions) == (MOST_SENTENCES, 11 - MOST_SENTENCES, 11)


def test_shifts_and_stays_lie_behind_the_bars(cast: Cast, tono: Membership, guest: Visit) -> None:
    Shift.objects.create(membership=tono, starts_at=local(22, day=12), ends_at=local(6))
    Shift.objects.create(membership=tono, starts_at=local(6, day=14), ends_at=local(14, day=14))
    (ground,) = tono_row(cast).grounds
    assert shared(ground.extent) == (0.0, 25.0, True, False)
    (row,) = [row for row in drawn(cast).rows if row.name == "Haru Mori"]
    assert [ground.span for ground in row.grounds] == ["09:00–20:00 WITA"]


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_rows_are_asked_for_by_trouble_delegation_and_name(
    cast: Cast, tono: Membership, guest: Visit
) -> None:
    japan = make_delegation(cast.event, "Jepang")
    talks(cast, tono, "One")
    other = talks(cast, tono, "Other")
    Visit.objects.filter(pk=other.visit_id).update(delegation=japan)
    officers, guests = Down.OFFICERS, Down.GUESTS
    assert names(drawn(cast, officers)) == ["Bagus Pratama", "Dewi Lestari", "Sari Wulandari", "Tono"]
    assert names(drawn(cast, officers, only=Only.TROUBLE)) == ["Tono"]
    assert names(drawn(cast, officers, only=Only.FREE)) == ["Dewi Lestari"]
    assert names(drawn(cast, officers, delegation=japan.pk)) == ["Tono"]
    assert names(drawn(cast, officers, words="SÁTO kenji")) == ["Sari Wulandari"]
    assert names(drawn(cast, officers, words="\0sato\0kenji tono")) == []  # each word, of one row
    assert names(drawn(cast)) == ["Haru Mori", "Ana Lim", "Kenji Sato", "One", "Other"]
    assert names(drawn(cast, only=Only.TROUBLE)) == ["Haru Mori", "Other"]
    assert names(drawn(cast, only=Only.UNLED)) == ["Haru Mori"]
    assert names(drawn(cast, delegation=japan.pk)) == ["Other"]
    assert names(drawn(cast, words="tono")) == ["One", "Other"]
    assert names(drawn(cast, words="jepang")) == ["Other"]
    assert names(drawn(cast, officers, words="jepang")) == ["Tono"]
    assert names(drawn(cast, words="nobody of that name")) == []
    assert [name for _key, name in drawn(cast, guests).delegations] == ["Jepang"]


def test_among_too_many_delegations_nobody_chooses_but_a_link_still_does(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    japan, france = make_delegation(cast.event, "jepang"), make_delegation(cast.event, "Prancis")
    make_delegation(cast.event, "Nobody came")
    for visit, delegation in ((cast.sato, japan), (cast.lim, france)):
        Visit.objects.filter(pk=visit.pk).update(delegation=delegation)
    assert drawn(cast).delegations == ((japan.pk, "jepang"), (france.pk, "Prancis"))
    monkeypatch.setattr(drawing, "MOST_DELEGATIONS", 1)
    assert drawn(cast).delegations == ()
    assert drawn(cast, delegation=france.pk).delegations == ((france.pk, "Prancis"),)


def test_a_press_officer_is_not_down_and_whoever_was_an_officer_is_while_on_duty(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.bagus_officer.pk).update(role=Role.COORDINATOR)
    assert names(drawn(cast, Down.OFFICERS)) == ["Bagus Pratama", "Dewi Lestari", "Sari Wulandari"]


def test_what_goes_between_the_questions_breaks_nothing(cast: Cast) -> None:
    """An officer who is gone after the page's officers were chosen, and a guest after the duties were read."""

    def meddle(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if "officer" not in gone and 'FROM "events_membership"' in sql and "LIMIT" in sql:
            gone.append("officer")
            Assignment.objects.filter(officer=cast.bagus_officer).delete()
            Membership.objects.filter(pk=cast.bagus_officer.pk).delete()
        elif gone == ["officer"] and 'FROM "guests_assignment"' in sql and '"officer_id" IN' in sql:
            gone.append("guest")
            Visit.objects.filter(pk=cast.sato.pk).delete()
        return answer

    assert names(drawn(cast, Down.OFFICERS)) == ["Bagus Pratama", "Dewi Lestari", "Sari Wulandari"]
    gone: list[str] = []
    with connection.execute_wrapper(meddle):
        timeline = drawn(cast, Down.OFFICERS)
    assert gone == ["officer", "guest"]
    assert [(row.name, row.bars) for row in timeline.rows] == [("Dewi Lestari", ()), ("Sari Wulandari", ())]


def test_many_rows_come_by_pages_and_the_numbers_are_of_all(cast: Cast) -> None:
    for number in range(23):
        make_member(make_user(f"Zul {number:02}"), cast.event)
    first, last = drawn(cast, Down.OFFICERS), drawn(cast, Down.OFFICERS, page="2")
    assert (first.total, first.pages, len(first.rows), len(last.rows)) == (26, 2, 25, 1)
    assert names(last) == ["Zul 22"]
    assert names(drawn(cast, Down.OFFICERS, page="99")) == names(last)
    assert names(drawn(cast, Down.OFFICERS, page="one")) == names(first)


# --- the page ---------------------------------------------------------------------------------------------------------


def page(cast: Cast, query: str = "", user: Any = None) -> Any:
    return signed_in(user or cast.ratna).get(reverse("timeline", args=[cast.event.slug]) + query)


def test_the_page_says_who_when_as_what_and_how_sure(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(state="confirmed", is_locked=True)
    said = words_of(page(cast))
    assert "Thu, 13 May (WITA): ✓ no collision · ✓ every guest is led" in said
    assert (
        "Sari Wulandari 1 guest, room for 2 \u2039 Kenji Sato \u203a lead · locked · Wed, 12 May 09:00 – Sat, 15 May 09:00 WITA"
        in said
    )
    assert "Bagus Pratama 1 guest, room for 2 \u2039 Ana Lim \u203a lead · not confirmed ·" in said
    assert "Dewi Lestari 0 guests, room for 2 no guest" in said


def test_a_bar_leads_to_its_assignment_and_a_gap_to_whom_to_assign(cast: Cast, guest: Visit) -> None:
    answer = page(cast, "?by=guests").content.decode()
    assert reverse("admin:guests_assignment_change", args=[cast.sari_leads.pk]) in answer
    assert reverse("fill_gap", args=[cast.event.slug, guest.pk]) in answer


@pytest.mark.parametrize(
    ("query", "day"),
    [
        ("", "Thu, 13 May"), ("?day=2027-05-14", "Fri, 14 May"), ("?day=all", "Tue, 11 May – Sat, 15 May"),
        ("?day=tomorrow", "Thu, 13 May"), ("?day=9999-12-31", "Thu, 13 May"), ("?day=0001-01-01", "Thu, 13 May"),
    ],
)  # fmt: skip
def test_the_day_is_todays_unless_another_is_asked_for(cast: Cast, query: str, day: str) -> None:
    assert f"{day} (WITA)" in words_of(page(cast, query))


def test_before_an_event_its_first_day_is_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW - 30 * DAY)
    assert "Wed, 12 May (WITA)" in words_of(page(cast))


@pytest.mark.parametrize(
    "query", ["?by=cars", "?only=unled", "?only=x", "?delegation=x", "?page=x", "?delegation=9"]
)
def test_what_cannot_be_read_is_no_error(cast: Cast, query: str) -> None:
    assert page(cast, query).status_code == 200


@pytest.mark.parametrize(("by", "queries_needed"), [("officers", 17), ("guests", 16)])  # an officer's shifts
@pytest.mark.parametrize("number", [1, 3])
def test_as_many_queries_for_any_number_of_guests_and_officers(
    cast: Cast, by: str, queries_needed: int, number: int
) -> None:
    for each in range(number):
        officer = make_member(make_user(), cast.event)
        Shift.objects.create(
            membership=officer, starts_at=NOW, ends_at=NOW + HOUR
        )  # over when the talks begin
        talks(cast, officer, f"Guest {each}")
        talks(cast, officer, f"Other {each}")
        make_visit(
            cast.event, make_guest(f"Alone {each}"), delegation=make_delegation(cast.event, f"D{each}")
        )
    client, address = signed_in(cast.ratna), reverse("timeline", args=[cast.event.slug]) + f"?by={by}"
    asked = []
    for _visit in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).context["timeline"].collisions == 3 * number
        asked.append(len(queries))
    assert asked == [queries_needed + 14, queries_needed]  # what bears on it, and judging anew


def test_without_a_cache_the_page_is_the_same(
    cast: Cast, tono: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks(cast, tono, "One")
    talks(cast, tono, "Other")
    before = words_of(page(cast))
    monkeypatch.setattr(cache, "get", lambda key: None)
    monkeypatch.setattr(cache, "set", lambda key, value, timeout: None)
    assert words_of(page(cast)) == before
    assert "two places" in before


# --- who may look -----------------------------------------------------------------------------------------------------


def test_it_is_for_the_events_coordinators(cast: Cast) -> None:
    answers = {
        name: page(cast, user=getattr(cast, name)).status_code
        for name in ("sari", "dewi", "putri", "hendra", "ratna")
    }
    assert answers == {"sari": 403, "dewi": 403, "putri": 403, "hendra": 404, "ratna": 200}


def test_a_coordinator_sees_only_the_event_that_was_asked_for(cast: Cast) -> None:
    """Ratna runs both, and one officer works at both."""
    make_member(cast.ratna, cast.other_event, Role.COORDINATOR)
    both = make_member(cast.sari, cast.other_event)
    make_assignment(cast.okafor, both)
    there = words_of(signed_in(cast.ratna).get(reverse("timeline", args=[cast.other_event.slug])))
    assert "Sari Wulandari 1 guest, room for 2 \u2039 Chidi Okafor \u203a" in there
    assert "Sato" not in there
    assert "Okafor" not in words_of(page(cast))
    assert "(WIB)" in there


def test_the_way_there_is_straight_for_whoever_runs_one_event(cast: Cast) -> None:
    address = reverse("timelines")
    assert signed_in(cast.ratna).get(address).headers["Location"] == reverse(
        "timeline", args=[cast.event.slug]
    )
    make_member(cast.ratna, make_event("Second", slug="second"), Role.COORDINATOR)
    assert "Forum Nusantara Second" in words_of(signed_in(cast.ratna).get(address)).replace(
        "All my events", ""
    )
    client = signed_in(cast.ratna)
    client.post(reverse("choose_event"), {"desk_event": cast.event.pk})
    assert client.get(address).headers["Location"] == reverse("timeline", args=[cast.event.slug])


# --- filling a gap ----------------------------------------------------------------------------------------------------


def filling(cast: Cast, visit: Visit, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return reverse("fill_gap", args=[cast.event.slug, visit.pk]) + f"?{query}"


def test_a_gap_is_filled_as_it_is_and_one_is_back_where_one_was(cast: Cast, guest: Visit) -> None:
    make_assignment(guest, cast.sari_officer, starts_at=local(9), ends_at=local(13))
    (_bar, gap) = bars_of(cast, "Haru Mori")
    assert isinstance(gap, Gap)
    client, back = signed_in(cast.ratna), reverse("timeline", args=[cast.event.slug]) + "?by=guests"
    address = f"{filling(cast, guest, next=back)}&{gap.query}"
    assert "Haru Mori Thu, 13 May 13:00–20:00 WITA" in words_of(client.get(address))
    fields = fields_of(client, address)
    assert {name: fields[name] for name in fields if name.startswith(("starts", "ends"))} == (
        day_and_time("starts_at", "2027-05-13", "13:00") | day_and_time("ends_at", "2027-05-13", "20:00")
    )
    answer = client.post(address, fields | {"officer": cast.bagus_officer.pk, "role": "lead", "assign": "1"})
    assert answer.headers["Location"] == back
    made = Assignment.objects.get(visit=guest, officer=cast.bagus_officer)
    assert (made.starts_at, made.ends_at, made.role) == (local(13), local(20), LEAD)
    assert gaps_of(cast, "Haru Mori") == []


def test_only_a_guest_of_the_event_is_assigned_and_by_post_alone(cast: Cast, guest: Visit) -> None:
    client = signed_in(cast.ratna)
    assert client.get(filling(cast, cast.okafor)).status_code == 404
    assert signed_in(cast.hendra).get(filling(cast, guest)).status_code == 404
    assert signed_in(cast.hendra).post(filling(cast, guest), {"assign": "1"}).status_code == 404
    query = {"officer": str(cast.bagus_officer.pk), "role": "lead", "assign": "1"}
    assert client.get(filling(cast, guest, **query)).status_code == 200
    assert not guest.assignments.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"starts_at": "x", "ends_at": "y"},
        {"starts_at": "2027-05-13T01:00", "ends_at": "2027-05-13T02:00"},  # on whose clocks?
        {"starts_at": "2027-05-13T02:00Z", "ends_at": "2027-05-13T01:00Z"},
        {"starts_at": "0001-01-01T00:00Z", "ends_at": "9999-12-31T23:59Z"},
    ],
)
def test_a_span_that_cannot_be_is_the_usual_one(cast: Cast, guest: Visit, asked: dict[str, str]) -> None:
    fields = fields_of(signed_in(cast.ratna), filling(cast, guest, **asked))
    assert (fields["ends_at_0"], fields["ends_at_1"]) == ("2027-05-13", "23:00")


def test_it_leads_back_to_no_foreign_place(cast: Cast, guest: Visit) -> None:
    answer = signed_in(cast.ratna).get(filling(cast, guest, next="https://elsewhere.example/"))
    assert answer.context["back"] == reverse("timeline", args=[cast.event.slug])


def test_the_page_has_nothing_to_drag_and_no_script_of_its_own(cast: Cast, guest: Visit) -> None:
    answer = page(cast, "?by=guests").content.decode()
    inner = answer[answer.index('class="timeline-page"') :]
    for word in ("draggable", "ondrag", "onmouse", "onclick"):
        assert word not in inner
