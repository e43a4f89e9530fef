"""Phone numbers."""

import pytest
from django.core.exceptions import ValidationError

from liaison.phones import dialled, to_e164, validate_phone


@pytest.mark.parametrize(
    ("written", "country", "stored"),
    [
        ("0812-3456-7890", "ID", "+6281234567890"),
        ("+62 812 3456 7890", "SG", "+6281234567890"),
        ("6221 5550 123", "ID", "+62215550123"),
        ("(02) 1234 5678", "AU", "+61212345678"),
    ],
)
def test_a_number_is_read_as_from_the_country_unless_it_says_otherwise(
    written: str, country: str, stored: str
) -> None:
    assert to_e164(written, country=country) == stored


@pytest.mark.parametrize("written", ["", "menyusul", "12", "<script>", "+62"])
def test_what_is_no_number_is_refused_by_name(written: str) -> None:
    with pytest.raises(ValidationError, match="not a phone number"):
        to_e164(written, country="ID")


def test_only_international_numbers_are_stored() -> None:
    validate_phone("+6281234567890")
    with pytest.raises(ValidationError):
        validate_phone("081234567890")


def test_a_number_is_shown_in_groups() -> None:
    assert dialled("+6281234567890") == "+62 812-3456-7890"
    assert dialled("") == ""
