"""Whatever the list: importing it twice is importing it once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guests.importing.applying import apply_guest_list
from guests.importing.diffing import Kind
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
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
