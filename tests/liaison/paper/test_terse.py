"""A page in fewer bytes looks, reads and sounds as it did."""

import re
from io import BytesIO

import pikepdf
import pytest
from PIL import ImageChops

from liaison.paper import tagging
from liaison.paper.terse import without_moves_by_nothing
from tests.liaison.paper.test_tagging import bound
from tests.paper import picture_of, text_of
from tests.paper_tags import ACCESSIBLE, faults_of, heard_in

_RULED = "<style>table { border-collapse: collapse } td, th { border-bottom: 1px solid #9aa3b2 } th { border-color: #10243e }</style>"
_ROWS = "".join(
    f"<tr><td>Row {number}</td><td>AVATAR</td><td>{number / 7:.3f}</td></tr>" for number in range(9)
)
_TABLE = f"{_RULED}<table><thead><tr><th>One</th><th>Two</th><th>Three</th></tr></thead>{_ROWS}</table>"
_PICTURE = '<svg viewBox="0 0 1 1" width="90" height="90" xmlns="http://www.w3.org/2000/svg"><path d="M.13 .17L.83 .91L.22 .78z"/></svg>'


def drawn(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return str(opened.pages[0].Contents.read_bytes().decode("latin-1"))


@pytest.fixture
def wordy(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The page as WeasyPrint writes it."""
    with monkeypatch.context() as patched:
        patched.setattr(tagging, "be_terse", lambda stream: None)
        return bound(_TABLE + _PICTURE).data


def test_it_looks_reads_and_sounds_the_same_and_keeps_the_standards(wordy: bytes) -> None:
    terse = bound(_TABLE + _PICTURE).data
    assert len(terse) < len(wordy)
    assert text_of(terse) == text_of(wordy)
    assert [one.text for one in heard_in(terse)] == [one.text for one in heard_in(wordy)]
    assert faults_of(terse, *ACCESSIBLE) == []
    # edges may be a shade lighter or darker
    unlike = ImageChops.difference(picture_of(terse, 1).convert("L"), picture_of(wordy, 1).convert("L"))
    assert unlike.point(lambda shade: 255 if shade > 90 else 0).getbbox() is None


def test_the_rule_below_a_row_is_one_line_in_its_own_colour(wordy: bytes) -> None:
    rules = re.compile(r"([\d. ]+ RG)\n[\d.]+ w\n([\d.]+) ([\d.]+) m\n([\d.]+) ([\d.]+) l\nS")
    lines, cells = rules.findall(drawn(bound(_TABLE).data)), rules.findall(drawn(wordy))
    assert (len(lines), len(cells)) == (10, 30)
    assert len({colour for colour, *_places in lines}) == 2
    for colour, left, top, right, end in lines:
        parts = [part for part in cells if float(part[2]) == pytest.approx(float(top), abs=0.06)]
        assert (top, len(parts)) == (end, 3), colour
        assert float(left) == pytest.approx(min(float(part[1]) for part in parts), abs=0.06)
        assert float(right) == pytest.approx(max(float(part[3]) for part in parts), abs=0.06)


def test_places_on_the_page_are_told_to_a_tenth_and_those_in_a_picture_as_they_were() -> None:
    text = drawn(bound(_TABLE + _PICTURE).data)
    places = re.findall(r"(\S+) (\S+) Tm", text)
    assert places
    assert not re.search(r"\.\d\d", " ".join(" ".join(place) for place in places))
    assert "0.13 0.17 m" in text
    assert "0.83 0.91 l" in text


@pytest.mark.parametrize(
    ("wordy", "terse"),
    [
        ("<0001>0<0002>14<0003>0", "<00010002>14<0003>"),
        ("<0001>-0<0002>-10<0003>", "<00010002>-10<0003>"),
        ("<0001>", "<0001>"),
        ("<0001>0", "<0001>"),
        ("-3<0001>100<0002>0.5<0003>", "-3<0001>100<0002>0.5<0003>"),
        ("", ""),
    ],
)
def test_letters_are_not_moved_by_nothing(wordy: str, terse: str) -> None:
    assert without_moves_by_nothing(wordy) == terse
