"""One font file for all parts of a PDF, each of which brings the same faces with other letters.

WeasyPrint leaves the numbers of glyphs as they are in the bundled file, so that a text finds its letters in any file made
of that face, as long as all of them are in it. In East Asian faces a few letters cost as much as hundreds.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import pikepdf
from fontTools import subset

from liaison.paper.letters import face_of

WORTH = 5
"""From how many files of a face on: to make one out of them takes up to a quarter of a second."""
_LETTER = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")
_AT_ONCE = 100  # letters in a list of a CMap, at most (PDF 32000-1, 9.7.5)
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{lists}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def share_fonts(pdf: pikepdf.Pdf) -> None:
    """Let fonts of one name have one file with the letters of them all, where that is worth it.

    The same bytes for the same fonts. Raises FileNotFoundError where a face is none of the bundled ones.
    """
    by_name: defaultdict[str, list[Any]] = defaultdict(list)
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Subtype") == "/Type0":
            by_name[str(one.BaseFont)].append(one)
    for name, fonts in by_name.items():
        if len(fonts) >= WORTH:
            _share(pdf, name, fonts)


def _share(pdf: pikepdf.Pdf, name: str, fonts: Sequence[Any]) -> None:
    first = fonts[0]
    widths = {glyph: width for font in fonts for glyph, width in _widths(font.DescendantFonts[0].W)}
    letters = {glyph: text for font in fonts for glyph, text in _LETTER.findall(font.ToUnicode.read_bytes())}
    descendant = first.DescendantFonts[0]
    descendant.W = _written(widths)
    descriptor = descendant.FontDescriptor
    place = "/FontFile3" if "/FontFile3" in descriptor else "/FontFile2"
    descriptor[place].write(_file(name, {*widths, *(int(glyph, 16) for glyph in letters)}))
    if place == "/FontFile2":
        descriptor[place].Length1 = len(descriptor[place].read_bytes())
    descriptor.FontBBox = _around(font.DescendantFonts[0].FontDescriptor.FontBBox for font in fonts)
    first.ToUnicode.write(_cmap(letters))
    for font in fonts[1:]:
        font.DescendantFonts, font.ToUnicode = first.DescendantFonts, first.ToUnicode


def _widths(array: Any) -> Iterable[tuple[int, Any]]:
    """Each glyph's width, from lists of neighbours that stand behind the number of the first."""
    for first, widths in zip(array[::2], array[1::2], strict=True):
        yield from enumerate(widths, int(first))


def _written(widths: Mapping[int, Any]) -> pikepdf.Array:
    array: list[Any] = []
    for glyph in sorted(widths):
        if glyph - 1 not in widths:
            array += [glyph, []]
        array[-1].append(widths[glyph])
    return pikepdf.Array(array)


def _cmap(letters: Mapping[bytes, bytes]) -> bytes:
    lines = [f"<{glyph.decode()}> <{text.decode()}>" for glyph, text in sorted(letters.items())]
    lists = [lines[begin : begin + _AT_ONCE] for begin in range(0, len(lines), _AT_ONCE)]
    told = [f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in lists]
    return _CMAP.format(lists="\n".join(told)).encode()


def _file(name: str, glyphs: set[int]) -> bytes:
    """The bundled face with these glyphs only, each under its own number."""
    options = subset.Options(
        retain_gids=True,
        hinting=False,
        desubroutinize=True,
        layout_features=[],
        name_IDs=[],
        notdef_outline=True,
    )
    options.drop_tables += ["BASE", "GPOS", "GSUB", "STAT", "VORG", "vhea", "vmtx"]
    with subset.load_font(face_of(name), options) as font:
        making = subset.Subsetter(options)
        making.populate(gids=glyphs)
        making.subset(font)
        out = BytesIO()
        subset.save_font(font, out, options)
    return out.getvalue()


def _around(boxes: Iterable[Any]) -> pikepdf.Array:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return pikepdf.Array([min(lefts), min(bottoms), max(rights), max(tops)])
