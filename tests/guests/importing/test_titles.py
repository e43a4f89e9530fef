"""Names taken apart, and two spellings of one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guests.importing.alike import Person, like_earlier, likeness
from guests.importing.officers import Listed, Officer, certain
from guests.importing.titles import Named, full_address, taken_apart


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("Dr. Amara Okonkwo", Named("Amara Okonkwo", "Dr.")),
        ("H.E. Sheikh Faisal bin Rashid", Named("Faisal bin Rashid", "H.E. Sheikh")),
        (
            "Prof. Ir. Hendra Wijayakusuma, M.Sc., Ph.D.",
            Named("Hendra Wijayakusuma", "Prof. Ir.", "M.Sc., Ph.D."),
        ),
        ("Dra. Hj. Ratna Kusumaningrum, M.M.", Named("Ratna Kusumaningrum", "Dra. Hj.", "M.M.")),
        ("Her Excellency Ana Lim", Named("Ana Lim", "Her Excellency")),
        ("王 丽华 (Wang Lihua)", Named("Wang Lihua", native="王 丽华")),
        ("Wang Lihua (王丽华)", Named("Wang Lihua", native="王丽华")),
        ("عبد الرحمن الكندي", Named("عبد الرحمن الكندي", native="عبد الرحمن الكندي")),
        ("Lim, Ana", Named("Lim, Ana")),
        ("Ratu Epeli", Named("Ratu Epeli")),
        ("Sri Mulyani", Named("Sri Mulyani")),
        ("Tan Wei", Named("Tan Wei")),
        ("H. Ahmad", Named("Ahmad", "H.")),
        ("H. G. Wells", Named("H. G. Wells")),
        ("Dr", Named("Dr")),
    ],
)
def test_titles_leave_the_name_and_what_may_be_a_name_stays(written: str, named: Named) -> None:
    assert taken_apart(written) == named


@given(
    st.lists(st.sampled_from(["Prof.", "Dr.", "H.E.", "Ir.", "Sheikh", "Dra."]), max_size=3),
    st.sampled_from(
        ["Ana Lim", "Haruto Minamoto", "I Gusti Ngurah Wirawan", "Élodie Brière-N’Diaye", "王丽华"]
    ),
    st.lists(st.sampled_from(["M.Sc.", "Ph.D.", "S.E.", "M.M.", "MBA"]), max_size=3),
)
def test_the_parts_joined_again_are_what_was_written(before: list[str], name: str, after: list[str]) -> None:
    written = ", ".join([" ".join([*before, name]), *after])
    named = taken_apart(written)
    assert named.name == name
    assert ", ".join(filter(None, [f"{named.before} {named.name}".strip(), named.after])) == written


@given(st.text(max_size=60).map(lambda text: " ".join(text.split())))
def test_no_text_is_lost_or_breaks_the_taking_apart(written: str) -> None:
    named = taken_apart(written)
    kept = "".join(named.before + named.name + named.after + named.native)
    assert {char for char in written if char.isalnum()} <= set(kept)
    assert bool(named.name) == bool(written)


words = st.sampled_from(
    [
        "H.E.",
        "Prof.",
        "Dr.",
        "Dra.",
        "H.",
        "Tan",
        "Sri",
        "Yang",
        "Mulia",
        "Ana",
        "Lim",
        "bin",
        "M.Sc.",
        ",",
        "Ph.D.",
    ]
)


@given(st.text(max_size=40) | st.lists(words, min_size=1, max_size=8).map(" ".join))
def test_a_name_taken_apart_has_no_more_to_take_and_every_letter_is_kept(text: str) -> None:
    written = " ".join(text.split())
    named = taken_apart(written)
    again = taken_apart(named.name)
    assert (again.name, again.before, again.after) == (named.name, "", "")
    kept = Counter(named.before + named.name + named.after)
    if named.native != named.name:
        kept += Counter(named.native)
    assert not Counter(filter(str.isalnum, written)) - kept


def test_a_mere_form_of_address_is_given_the_name() -> None:
    assert [full_address(said, "Ana Lim") for said in ("Ibu", "YM", "Your Excellency", "Ibu Ana")] == [
        "Ibu Ana Lim", "YM Ana Lim", "Your Excellency", "Ibu Ana",
    ]  # fmt: skip


def person(name: str, **more: str) -> Person:
    return Person.of({"name": name, **more})


def test_two_spellings_of_one_name_are_alike_and_two_names_are_not() -> None:
    assert likeness(person("Haruto Minamoto"), person("MINAMOTO Haruto")) == 100
    assert likeness(person("Lucia Fernandez"), person("Lucía Fernándes")) > 88
    assert likeness(person("Ana Lim", country="SG"), person("Ana Lim", country="MY")) == 0
    assert likeness(person("Guest 12"), person("Guest 13")) == 0
    assert not likeness(person("Muhamad Ilyas"), person("Mohammed Ilias"))
    assert likeness(
        person("Muhamad Ilyas", arrival_flight="GA 448"), person("Mohammed Ilyas", arrival_flight="GA448")
    )
    assert (
        likeness(person("Wang Lihua", native_name="王丽华"), person("Li Hua Wang", native_name="王丽华"))
        == 100
    )


def test_the_earlier_of_two_is_named() -> None:
    people = [person("Ana Lim"), person("Budi Santoso"), person("ana  LIM"), person("")]
    assert like_earlier(people) == {2: 0}


SARI, BAGUS = Officer(1, "Sari Wulandari", "+6281"), Officer(2, "Bagus Pratama", "+6282")
SECOND_SARI = Officer(3, "Sari Dewi")


@pytest.mark.parametrize(
    ("written", "team", "roster", "found"),
    [
        ("Sari", [SARI, BAGUS], [], SARI),
        ("wulandari SARI", [SARI, BAGUS], [], SARI),
        ("Sari", [SARI, SECOND_SARI], [], None),
        ("Sari?", [SARI], [], None),
        ("Putu", [SARI, BAGUS], [], None),
        ("Sari", [SARI, SECOND_SARI], [Listed("Sari Dewi")], SECOND_SARI),
        ("Sari", [SARI], [Listed("Sari Lestari")], None),
        ("Sari", [SARI, BAGUS], [Listed("Sari W.", "+6281")], SARI),
        ("Sari", [SARI], [Listed("Sari Wulandari"), Listed("Sari Dewi")], None),
    ],
)
def test_an_officer_is_certain_or_asked_about(
    written: str, team: list[Officer], roster: list[Listed], found: Officer | None
) -> None:
    assert certain(written, team, roster) == found
