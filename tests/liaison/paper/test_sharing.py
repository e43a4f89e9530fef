"""Many papers in one file share their fonts, and look, read and sound as they did."""

import re
from io import BytesIO

import pikepdf
import pytest
from PIL import ImageChops

from liaison.paper import sharing
from liaison.paper.pdf import Part, bind, lay_out, merge
from tests.paper import picture_of, text_of
from tests.paper_tags import ACCESSIBLE, faults_of, heard_in

STYLE = "css/handout.css"
NAMES = ["王小明", "김서연", "عبد الله", "राज", "สมชาย", "高橋", "Ana", "Zoë", "Łukasz", "Юрий"]


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    """As many as are worth sharing, each with letters of its own and the name before it."""
    pages = [
        f'<html lang="en"><p>{one} <i>{name}</i> <bdi lang="">{name} {NAMES[one - 1]}</bdi></p></html>'
        for one, name in enumerate(NAMES)
    ]
    return [bind([lay_out(str(number), page, STYLE)]) for number, page in enumerate(pages)]


def _files(pdf: bytes) -> list[str]:
    """The names of the fonts whose files are in it, one for each file."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return sorted(str(one.FontName) for one in opened.objects if isinstance(one, pikepdf.Dictionary) and "/FontName" in one)  # fmt: skip


def test_a_face_of_many_papers_is_there_once_and_every_page_looks_as_it_did(parts: list[Part]) -> None:
    whole = merge(parts, title="Names")
    few, all_of_them = _files(merge(parts[:3], title="Names")), _files(whole)
    [regular] = {name for name in few if name.endswith("Liaison-Serif")}
    assert (few.count(regular), all_of_them.count(regular)) == (3, 1)  # three are not worth it
    for number, part in enumerate(parts, 1):
        difference = ImageChops.difference(picture_of(part.data, 1), picture_of(whole, number))
        assert difference.getbbox() is None, number


def test_it_reads_and_sounds_as_its_parts_and_keeps_the_standards(parts: list[Part]) -> None:
    whole = merge(parts, title="Names")
    assert text_of(whole) == " ".join(text_of(part.data) for part in parts)
    assert [one.text for one in heard_in(whole)] == [
        one.text for part in parts for one in heard_in(part.data)
    ]
    assert faults_of(whole, *ACCESSIBLE) == []
    assert whole == merge(parts, title="Names")


def test_where_no_letter_were_kept_the_pages_would_look_otherwise(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the pictures tell."""
    monkeypatch.setattr(sharing, "_widths", lambda array: [(0, 500)])
    monkeypatch.setattr(sharing, "_cmap", lambda letters: b"")
    monkeypatch.setattr(sharing, "_LETTER", re.compile(rb"<(0001)> <(0041)>"))
    whole = merge(parts, title="Names")
    assert ImageChops.difference(picture_of(parts[6].data, 1), picture_of(whole, 7)).getbbox() is not None
