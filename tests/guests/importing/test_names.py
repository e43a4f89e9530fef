"""Names and phone numbers, whatever is written: nothing is lost, nothing is translated, nothing raises."""

from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from guests.importing.titles import full_address, is_latin, taken_apart
from liaison.phones import dialled, to_e164

titles = st.sampled_from(
    ["H.E.", "Prof.", "Dr.", "Ir.", "Hj.", "KH.", "Ratu", "Raja", "Tan Sri", "Yang Mulia", "Sr", "M."]
)
given_names = st.sampled_from(
    ["Ana", "Budi Santoso", "H", "O'Neil", "de la Cruz", "Sri", "Lim-Tan", "Ó Dálaigh"]
)
degrees = st.sampled_from([", S.H.", ", M.Sc., Ph.D.", ", Jr.", ", SE", ", of the North", ""])
native = st.sampled_from(["", " (王丽华)", " (عبد الرحمن)", " \uff08田中\uff09", " (Bob)"])
people = st.tuples(st.lists(titles, max_size=3), given_names, degrees, native).map(
    lambda parts: " ".join([*parts[0], parts[1]]) + parts[2] + parts[3]
)
written_names = people | st.text(max_size=40)


def letters(text: str) -> list[str]:
    """What cannot get lost: every letter and figure, whatever order the parts come in."""
    return sorted(char for char in text if char.isalnum())


@given(written_names)
@example("王丽华 (Wang Lihua)")
@example("H. Budi Santoso, S.H., M.H.")
@example("Ratu")
def test_a_name_taken_apart_keeps_every_letter_as_it_was_written(written: str) -> None:
    found = taken_apart(written)
    native = "" if found.native == written else found.native
    assert letters(found.before + found.name + found.after + native) == letters(written)
    for part in (found.before, found.name, found.native):
        assert part in written


@given(people)
def test_somebody_remains_when_the_titles_are_taken_off(written: str) -> None:
    assert letters(taken_apart(written).name)


@given(people)
def test_the_title_ratu_is_never_translated_nor_split_off(written: str) -> None:
    found = taken_apart(f"Ratu {written}")
    assert found.name.startswith("Ratu")


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_looked_at(one: str, other: str) -> None:
    assert is_latin(one) in {True, False, None}
    assert full_address(one, other) in {one, f"{one} {other}"}


figures = st.text(alphabet="0123456789 -+().", max_size=20)


@given(figures | st.text(max_size=20), st.sampled_from(["ID", "SG", "FJ", "GB", ""]))
@example("0812-3456-7890", "ID")
@example("62 812 3456 7890", "ID")
def test_a_phone_is_read_in_full_or_refused(written: str, country: str) -> None:
    try:
        number = to_e164(written, country=country)
    except ValidationError:
        return
    assert number.startswith("+")
    assert number[1:].isdecimal()
    assert to_e164(number, country="") == number
    assert dialled(number).replace(" ", "").replace("-", "") == number
