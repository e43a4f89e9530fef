"""Booklets: which page stands where, so that what is printed, cut and folded reads in order."""

from io import BytesIO

import pikepdf
import pytest

from liaison.paper.booklet import Face, faces, imposed
from liaison.paper.pdf import Part, bind, lay_out
from tests.paper import pages_of, text_of, words_of

A4 = (595, 842)


def folded(sides: list[Face], *, right_to_left: bool = False) -> list[int]:
    """The pages in the order in which one who turns the leaves sees them: cut, folded, the halves put into one another.

    Written from the paper's side, not from how the pages were set out: a leaf's front and back lie on one another.
    """
    halves = []
    for front, back in zip(sides[::2], sides[1::2], strict=True):
        for row in (0, 2):
            left, right = front[row : row + 2]
            back_left, back_right = back[row : row + 2]
            # turned over the long edge, what is left on the back lies behind what is right on the front
            halves.append(((right, back_left), (back_right, left)))
    if right_to_left:
        halves = [((last[1], last[0]), (first[1], first[0])) for first, last in halves]
    leaves = [first for first, _last in halves] + [last for _first, last in reversed(halves)]
    return [page for leaf in leaves for page in leaf if page is not None]


@pytest.mark.parametrize("right_to_left", [False, True])
@pytest.mark.parametrize("pages", [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 23, 40])
def test_every_page_stands_once_and_in_order(pages: int, right_to_left: bool) -> None:
    sides = list(faces(pages, right_to_left=right_to_left))
    assert len(sides) == 2 * -(-pages // 8)  # eight pages to a sheet, which has two sides
    assert folded(sides, right_to_left=right_to_left) == list(range(pages))


def test_a_booklet_of_eight_pages_as_it_lies_on_the_table() -> None:
    assert list(faces(8)) == [(7, 0, 5, 2), (1, 6, 3, 4)]
    assert list(faces(8, right_to_left=True)) == [(0, 7, 2, 5), (6, 1, 4, 3)]


def part(pages: int) -> Part:
    body = "".join(f'<p style="break-after: page">Page{number}</p>' for number in range(pages))
    page = f"<style>@page {{ size: A6; margin: 5mm }}</style>{body}"
    return bind([lay_out("Small", f'<html lang="en"><body>{page}</body></html>')])


def test_the_small_pages_are_drawn_at_their_places_and_stay_text() -> None:
    small = part(8)
    whole = imposed(small)
    assert [(round(width), round(height)) for width, height in pages_of(whole.data)] == [A4, A4]
    assert whole.chapters == (("Small", 2),)
    places = {
        word: (page, left > 297, top > 421)
        for page, word, (left, top, _right, _bottom) in words_of(whole.data)
    }
    assert places == {
        "Page7": (0, False, False), "Page0": (0, True, False), "Page5": (0, False, True), "Page2": (0, True, True),
        "Page1": (1, False, False), "Page6": (1, True, False), "Page3": (1, False, True), "Page4": (1, True, True),
    }  # fmt: skip
    assert text_of(whole.data).count("Page") == 8


def test_the_bytes_are_the_same_and_each_font_is_there_once() -> None:
    small = part(5)
    whole = imposed(small)
    assert whole.data == imposed(small).data
    with pikepdf.open(BytesIO(whole.data)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        fonts = [
            one
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
    assert len(fonts) == len({str(font.FontName) for font in fonts})
