"""Small pages set out on big sheets, so that a printer, one cut and a fold make a booklet of them.

Printed on both sides and turned over the long edge, a sheet of A4 carries eight pages of A6. Cut across the middle, each
half is folded once; the upper half goes around the lower one, and each sheet around the next. A folio, half a sheet with
four pages, is never turned round, so that nothing stands on its head while it is read on a screen.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from liaison.paper.pdf import Part

if TYPE_CHECKING:
    import pikepdf

Face = tuple[int | None, ...]  # four places: above left, above right, below left, below right
_PAGES_OF_A_FOLIO = 4
_A4 = (595.276, 841.89)  # points; twice A6 is 1 mm lower, as its sides are whole millimetres


def faces(pages: int, *, right_to_left: bool = False) -> Iterator[Face]:
    """Which page stands where on each side of each sheet, counted from 0; None where nothing does.

    A booklet that is read from right to left is bound at its right.
    """
    folios = -(-pages // _PAGES_OF_A_FOLIO)
    last = folios * _PAGES_OF_A_FOLIO - 1
    for upper in range(0, folios, 2):
        for is_back in (False, True):
            places: list[int | None] = []
            for folio in (upper, upper + 1):
                inner, outer = 2 * folio + is_back, last - 2 * folio - is_back
                pair = (inner, outer) if is_back != right_to_left else (outer, inner)
                places += [page if folio < folios and page < pages else None for page in pair]
            yield tuple(places)


def imposed(part: Part, *, right_to_left: bool = False) -> Part:
    """The pages of one paper, all of them A6, four to each side of sheets of A4.

    A side holds pages that do not follow one another, so it has no order to be heard in and is not tagged: whoever
    listens takes the same paper on another sheet. It is for archives (PDF/A-3u).
    """
    import pikepdf  # noqa: PLC0415 (only who prints needs it)

    from liaison.paper.merging import describe, saved, take_on  # noqa: PLC0415 (as above)

    with pikepdf.open(BytesIO(part.data)) as small, pikepdf.new() as sheets:
        height = float(small.pages[0].mediabox[3])
        forms = [sheets.copy_foreign(page.as_form_xobject()) for page in small.pages]
        sides = list(faces(len(forms), right_to_left=right_to_left))
        for face in sides:
            _set_out(sheets, face, forms, height)
        take_on(sheets, small)
        describe(sheets, str(small.docinfo.get("/Title", part.chapters[0][0])), is_tagged=False)
        data = saved(sheets)
    return Part(data, tuple((title, len(sides)) for title, _pages in part.chapters))


def _set_out(sheets: "pikepdf.Pdf", face: Face, forms: Sequence[Any], height: float) -> None:
    """A side of a sheet: the pages of its upper half stand on the cut, those of the lower one hang from it."""
    import pikepdf  # noqa: PLC0415 (as above)

    page = sheets.add_blank_page(page_size=_A4)
    middle, cut = _A4[0] / 2, _A4[1] / 2
    drawn, resources = [], pikepdf.Dictionary()
    for place, number in enumerate(face):
        if number is not None:
            x, y = middle * (place % 2), cut - height * (place // 2)
            drawn.append(f"q 1 0 0 1 {x:.4f} {y:.4f} cm /P{place} Do Q")
            resources[f"/P{place}"] = forms[number]
    drawn.append(_cutting_marks())
    page.obj.Resources = pikepdf.Dictionary(XObject=resources)
    page.obj.Contents = sheets.make_stream("\n".join(drawn).encode())


def _cutting_marks() -> str:
    """Hairlines of 4 mm at both edges, where the sheet is cut."""
    mark, (width, cut) = 11.34, (_A4[0], _A4[1] / 2)
    return f"q 0.4 G 0.3 w 0 {cut} m {mark} {cut} l S {width - mark} {cut} m {width} {cut} l S Q"
