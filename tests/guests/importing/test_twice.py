"""Whatever the list: importing it twice is importing it once, a person's word stays, and a newer list changes its own."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from guests.importing.applying import apply_guest_list
from guests.importing.diffing import Kind
from guests.models import GuestPrivate, ItineraryItem, Visit
from liaison.accounts.models import User
from tests.factories import NOW, make_event, make_user
from tests.guests.importing.lists import HEADINGS, diff_for, everything, uploaded
from tests.liaison.sheets import files

texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
keys = st.sampled_from(["", "A1", "a1", "B2", " B2 ", "=1+1"]) | texts
names = (
    st.sampled_from(["Ana Lim", "  ana  LIM ", "王 丽华", "عبد الرحمن", "x" * 300, "-", "Straße", "STRASSE"])
    | texts
)
countries = st.sampled_from(["SG", "Jepang", "Kalemba", "kalemba", ""]) | texts
moments = (
    st.sampled_from(["12/05/2027 10:00", "2027-05-12T10:00:00+02:00", "besok", "TBC", "14/05/2027", ""])
    | texts
)
hotels = st.sampled_from(["Bay Hotel", "BAY  hotel", "tidak menginap", ""]) | texts
rows = st.tuples(
    keys, names, texts, countries, hotels, st.sampled_from(["VIP", "xvip", ""]), moments, hotels, texts
)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows, min_size=1, max_size=6), st.booleans())
def test_importing_twice_is_importing_once(table: list[tuple[str, ...]], with_keys: bool) -> None:
    event, by = make_event(), make_user("Ratna Kusuma")
    headings = HEADINGS if with_keys else ["Shoe size", *HEADINGS[1:]]
    data = files.csv_text([headings, *table]).encode()
    first = apply_guest_list(guest_list=uploaded(event, by, data), by=by, at=NOW, leave_out_errors=True)
    once = everything(event)
    assert len(once) == first.summary["new"]
    again = uploaded(event, by, data)
    diff = diff_for(again)
    assert {one.kind for one in diff.rows} <= {Kind.UNCHANGED, Kind.FAULTY}
    assert (diff.delegations, diff.hotels) == ((), ())
    second = apply_guest_list(guest_list=again, by=by, at=NOW, leave_out_errors=True)
    assert second.summary["unchanged"] == first.summary["new"]
    assert everything(event) == once


WHOLE = ["Key", "Name", "Office", "Country", "Arrival", "Arrival flight", "Hotel", "Phones", "Level"]
titled = st.sampled_from(["", "H.E. ", "Prof. Dr. ", "Dra. Hj. ", "Sheikh ", "Tan Sri "])
degrees = st.sampled_from(["", ", Ph.D.", ", M.Sc., MBA", " (王丽华)"])
called = (
    st.sampled_from(["Ana Lim", "I Gusti Ngurah Wirawan", "عبد الرحمن", "Élodie N’Diaye", "H. G. Wells"])
    | texts
)
dates = st.sampled_from(
    [
        "12/05/2027 10:00", "2027-05-13 07.30", "13 Mei 2027 pukul 14.00", "May 14, 2027 3 PM", "~2027-05-12 09:00",
        "20270513T0900Z", "46154.5", "12 mei", "besok", "tbc", "",
    ]
)  # fmt: skip
flights = st.sampled_from(["GA 7026", "ga7026", "SQ-946 / 12.40", "private jet", "JL 729/GA 448", ""]) | texts
phones = st.sampled_from(["0812 345 6789", "+62 812-3456-789; +81 3 1234 5678", "ext. 12", ""]) | texts
people = st.tuples(
    st.tuples(titled, called, degrees).map("".join),
    texts, countries, dates, flights, hotels, phones, st.sampled_from(["VIP", "VVIP", "tamu", ""]),
)  # fmt: skip
whole_lists = st.lists(people, min_size=1, max_size=4).map(
    lambda found: [[f"K{number}", *cells] for number, cells in enumerate(found)]
)


def beside(event: Event) -> list[Any]:
    """What a list says that does not stand in the visit itself."""
    flown = ItineraryItem.objects.filter(visit__event=event).order_by("visit", "external_key", "pk")
    rung = GuestPrivate.objects.filter(guest__visits__event=event).order_by("guest")
    return [
        *flown.values_list("visit", "external_key", "flight_number", "starts_at"),
        *((one.guest_id, one.phones) for one in rung),
    ]


def take(event: Event, by: User, rows: list[list[str]]) -> None:
    data = files.csv_text([WHOLE, *rows]).encode()
    apply_guest_list(guest_list=uploaded(event, by, data), by=by, at=NOW, leave_out_errors=True)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(whole_lists, st.data())
def test_a_persons_word_stays_and_a_newer_list_changes_only_its_own(
    rows: list[list[str]], data: st.DataObject
) -> None:
    event, by = make_event(), make_user("Ratna Kusuma")
    take(event, by, rows)
    once, more = everything(event), beside(event)
    take(event, by, rows)
    assert (everything(event), beside(event)) == (once, more)
    if not once:
        return
    edited = data.draw(st.sampled_from(sorted(once)))
    Visit.objects.filter(event=event, external_key=edited).update(note="by hand", rank=7)
    visit = Visit.objects.select_related("guest").get(event=event, external_key=edited)
    visit.guest.office = "Said by a person"
    visit.guest.save()
    by_hand = everything(event)
    take(event, by, rows)
    assert (everything(event), beside(event)) == (by_hand, more)
    newer = data.draw(st.sampled_from(sorted(once)))
    changed = [[*row[:8], "guest"] if row[0] == newer else row for row in rows]
    take(event, by, changed)
    after = everything(event)
    assert {key: values for key, values in after.items() if key != newer} == {
        key: values for key, values in by_hand.items() if key != newer
    }
    assert after[newer] == by_hand[newer] | {"level": "guest"}
    assert beside(event) == more
