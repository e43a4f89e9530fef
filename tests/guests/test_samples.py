"""Sample pages for those who design paper: every language, much and nothing, without a look into the database."""

from pathlib import Path

from django.core.management import call_command

from guests.samples import sample_days, sample_itineraries
from guests.wording import LANGUAGES
from tests.paper import size_of, text_of


def test_samples_are_written_without_a_database(tmp_path: Path) -> None:
    """This test may not use one: asking would be an error."""
    call_command("sample_paper", str(tmp_path / "new"), only="-th-a", verbosity=0)
    call_command("sample_paper", str(tmp_path / "new"), only="day-sheet-none", verbosity=0)
    sizes = {path.stem: size_of(path.read_bytes()) for path in (tmp_path / "new").iterdir()}
    assert sizes == {
        "handout-th-a5": (420, 595), "handout-th-a4": (595, 842), "handout-th-a6": (595, 842), "day-sheet-none": (595, 842),
    }  # fmt: skip
    assert "สมชาย" in text_of((tmp_path / "new" / "handout-th-a4.pdf").read_bytes())


def test_there_is_every_language_a_long_name_forty_items_and_none() -> None:
    samples = {name: itinerary for name, _language, itinerary in sample_itineraries()}
    assert {language for _name, language, _itinerary in sample_itineraries()} == set(LANGUAGES)
    assert len(samples["long"].guest.name) > 90
    assert sum(len(day.items) for day in samples["forty"].days) == 40
    assert not samples["none"].days
    assert {"id", "en", "scripts", "forty", "none"} == {name for name, _language, _day in sample_days()}
