"""What a reader of the screen hears of a paper: headings, paragraphs, tables and pictures, in order and in their languages.

WeasyPrint can tag by itself; ours is written because a paper in many languages also says which words are in which
(PDF/UA-1, ISO 14289-1, 7.2), because what stands on every page is heard once, and because a table that goes on overleaf
stays one table. Beside the classes of boxes it leans on `Stream.marked`, by which
WeasyPrint writes text and pictures, and on the empty tree that it makes of pages without boxes.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pydyf
from weasyprint.document import Page
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from liaison.paper.terse import be_terse

_SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {
    "section": "Sect", "article": "Art", "blockquote": "BlockQuote", "p": "P", "ul": "L", "ol": "L", "li": "LI",
    "table": "Table", "thead": "THead", "tbody": "TBody", "tfoot": "TFoot", "tr": "TR", "th": "TH", "td": "TD",
    "caption": "Caption", "img": "Figure", f"{_SVG}svg": "Figure", "a": "Link",
} | {f"h{level}": f"H{level}" for level in range(1, 7)}  # fmt: skip
_UNKNOWN = "und"  # BCP 47 for what HTML writes as lang=""
_POINTS = 0.75  # to a pixel
_SHAPED = re.compile(
    "[\u0590-\u109f\u1780-\u17ff\ufb1d-\ufefc]"
)  # scripts from Hebrew to Burmese, Khmer, Arabic's forms
_SILENT = "\u200b"  # what a glyph says that is part of a letter already said


@dataclass(eq=False, slots=True)
class Node:
    """An element of the structure; what is empty is not written."""

    tag: str
    lang: str = ""
    title: str = ""
    alt: str = ""
    layout: dict[str, Any] = field(default_factory=dict)
    kids: list["Node | Leaf"] = field(default_factory=list)
    links: list[Any] = field(default_factory=list)
    page: int = -1


@dataclass(eq=False, slots=True)
class Leaf:
    """A text or picture on a page; without a number until it is painted."""

    page: int
    number: int = -1


class Sheet(Page):  # type: ignore[misc]
    """A page that is painted as it is, while its texts and pictures are numbered; all else on it is decoration.

    Where several glyphs make a letter, each text also says its letters, since the glyphs would not tell.
    """

    def __init__(self, page: Page, leaves: dict[Any, tuple[Node, Leaf]] | None = None) -> None:
        self.__dict__.update(vars(page))
        self._page, self._leaves = page, leaves
        self._page_box = page._page_box.copy_with_children([])  # noqa: SLF001 (so that WeasyPrint makes no tree of it)
        self._painted = 0

    def paint(self, stream: Any, scale: float = 1) -> None:
        def marked(box: Any, _tag: str) -> AbstractContextManager[None]:
            return self._marked(stream, box)

        stream.marked = marked
        be_terse(stream)
        self._page.paint(stream, scale)
        for font in stream._fonts.values():  # noqa: SLF001 (they are written next, and an empty text is malformed)
            silent = [glyph for glyph, text in font.to_unicode.items() if not text]
            font.to_unicode.update(dict.fromkeys(silent, _SILENT))

    @contextmanager
    def _marked(self, stream: Any, box: Any) -> Iterator[None]:
        if self._leaves is not None and box not in self._leaves:
            with stream.artifact():
                yield
            return
        tag, said = "Span", pydyf.Dictionary()
        if self._leaves is not None:
            node, leaf = self._leaves[box]
            leaf.number, self._painted = self._painted, self._painted + 1
            tag, said["MCID"] = node.tag, leaf.number
        if isinstance(box, boxes.TextBox) and _SHAPED.search(box.text):
            said["ActualText"] = pydyf.String(box.text)
        if said:
            stream.begin_marked_content(tag, said)
        yield
        if said:
            stream.end_marked_content()


class Reading:
    """One paper's structure, while its pages are read one after the other."""

    def __init__(self, title: str, lang: str) -> None:
        self.root = Node("Document", lang=lang, title=title)
        self._nodes: dict[Any, Node] = {}

    def sheet(self, page: Page, number: int) -> Sheet:
        """The page as it is to be painted, `number` in its file."""
        on_page = _OnPage(number, page.height)
        self._read(page._page_box, self.root, on_page)  # noqa: SLF001 (a page has no other way to its boxes)
        return Sheet(page, on_page.leaves)

    def _read(
        self,
        box: Any,
        parent: Node,
        on_page: "_OnPage",
        *,
        is_in_margin: bool = False,
        link: Node | None = None,
    ) -> None:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box  # noqa: SLF001 (nothing else leads from the placeholder to its box)
        node: Node | None = parent
        if box.element is not None and not isinstance(box, boxes.TextBox):
            node = self._node(box, parent, on_page, is_in_margin)
        if node is None:
            return
        link = node if node.tag == "Link" else link
        if link:
            link.links.append(box)  # each box in a link is a place to tap
        if isinstance(box, boxes.TextBox | boxes.ReplacedBox):
            leaf = Leaf(on_page.number)
            node.kids.append(leaf)
            on_page.leaves[box] = node, leaf
            return
        is_margin = isinstance(box, boxes.MarginBox)
        for child in getattr(box, "children", ()):
            if not is_margin or child.element is not None:  # a page's number is not read
                self._read(child, node, on_page, is_in_margin=is_in_margin or is_margin, link=link)

    def _node(self, box: Any, parent: Node, on_page: "_OnPage", is_in_margin: bool) -> Node | None:
        """Where the box's element belongs; None where it is decoration, or was said on an earlier page."""
        element = box.element
        if node := self._nodes.get(element):
            return None if (is_in_margin or node.tag == "THead") and node.page != on_page.number else node
        tag, attributes = _TAGS.get(element.tag, ""), element.attrib
        if attributes.get("aria-hidden") == "true" or (tag == "Figure" and not _alternative(element)):
            return None
        lang = attributes.get("lang")
        if not tag and lang is None:
            return parent
        node = Node(tag or "Span", lang="" if lang is None else lang or _UNKNOWN, page=on_page.number)
        parent.kids.append(node)
        _describe(node, box, on_page.height)
        if tag == "LI":
            body = Node("LBody", page=on_page.number)
            node.kids.append(body)
            node = body
        self._nodes[element] = node
        return node


@dataclass(frozen=True)
class _OnPage:
    """A page that is being read."""

    number: int
    height: float
    leaves: dict[Any, tuple[Node, Leaf]] = field(default_factory=dict)


def _describe(node: Node, box: Any, height: float) -> None:
    """What a table's cell or a picture says beside its text."""
    if node.tag == "Figure":
        node.alt = _alternative(box.element)
        left, top = box.content_box_x(), height - box.content_box_y()
        sides = (left, top - box.height, left + box.width, top)
        node.layout = {"O": "/Layout", "BBox": pydyf.Array([round(side * _POINTS, 2) for side in sides])}
    elif node.tag in {"TH", "TD"}:
        spans = {"ColSpan": box.colspan, "RowSpan": box.rowspan}
        node.layout = {name: number for name, number in spans.items() if number > 1}
        if node.tag == "TH":
            is_of_row = str(box.element.attrib.get("scope", "")).startswith("row")
            node.layout["Scope"] = "/Row" if is_of_row else "/Column"
        if node.layout:
            node.layout["O"] = "/Table"


def _alternative(element: Any) -> str:
    title = element.findtext(f"{_SVG}title") if element.tag.startswith(_SVG) else element.attrib.get("alt")
    return str(title or "").strip()


def write_tree(pdf: pydyf.PDF, readings: Sequence[Reading]) -> None:
    """Put the structure of these papers in place of WeasyPrint's, which is empty."""
    root = _found(pdf, pdf.catalog["StructTreeRoot"])
    numbers = _found(pdf, root["ParentTree"])["Nums"]
    scribe = _Scribe(pdf)
    first = _found(pdf, root["K"][0])
    written: list[bytes] = []
    for reading in readings:
        _prune(reading.root, "")
        document = first if not written else scribe.added({})
        scribe.write(reading.root, document, root)
        written.append(document.reference)
    root["K"] = pydyf.Array(written)
    for page, owners in scribe.owners.items():
        numbers[2 * page + 1].extend(owner for _number, owner in sorted(owners.items()))
    for annotation, reference in scribe.annotations:
        annotation["StructParent"] = len(numbers) // 2
        numbers.extend((annotation["StructParent"], reference))


def _found(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _prune(node: Node, spoken: str) -> bool:
    """Leave out what is not painted or says nothing new; answers whether anything is left."""
    lang = node.lang or spoken
    kept: list[Node | Leaf] = []
    for kid in node.kids:
        if isinstance(kid, Leaf):
            kept += [kid] if kid.number >= 0 else []
        elif _prune(kid, lang) or kid.tag in {"TD", "TH"}:
            kept += [kid] if kid.lang or kid.tag != "Span" else kid.kids
    if len(kept) == 1 and isinstance(only := kept[0], Node) and only.tag == "Span":
        node.lang, kept = only.lang, only.kids  # the whole of it is in that language
    node.kids = kept
    if node.lang == spoken:
        node.lang = ""
    return bool(kept)


class _Scribe:
    """Writes nodes as objects of a PDF."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self._pdf = pdf
        self._pages = pdf.page_references
        self.owners: defaultdict[int, dict[int, bytes]] = defaultdict(
            dict
        )  # of each page's texts and pictures
        self.annotations: list[tuple[Any, bytes]] = []

    def added(self, entries: dict[str, Any]) -> Any:
        written = pydyf.Dictionary(entries)
        self._pdf.add_object(written)
        return written

    def write(self, node: Node, into: Any, parent: Any) -> None:
        """The node and all below it, its own entries into an object that is already there."""
        into.update({"S": f"/{node.tag}", "P": parent.reference})
        texts = {"Lang": node.lang, "T": node.title, "Alt": node.alt}
        into.update({name: pydyf.String(text) for name, text in texts.items() if text})
        if node.layout:
            into["A"] = pydyf.Dictionary(node.layout)
        page = next((kid.page for kid in node.kids if isinstance(kid, Leaf)), None)
        if page is not None:
            into["Pg"] = self._pages[page]
        kids = [self._kid(kid, page, into) for kid in node.kids]
        kids += [self._link(box, into) for box in node.links if box.link_annotation]
        into["K"] = kids[0] if len(kids) == 1 else pydyf.Array(kids)

    def _kid(self, kid: Node | Leaf, page: int | None, parent: Any) -> Any:
        if isinstance(kid, Node):
            child = self.added({})
            self.write(kid, child, parent)
            return child.reference
        self.owners[kid.page][kid.number] = parent.reference
        if kid.page == page:
            return kid.number
        there = {"Type": "/MCR", "Pg": self._pages[kid.page], "MCID": kid.number}
        return pydyf.Dictionary(there)

    def _link(self, box: Any, parent: Any) -> Any:
        annotation = box.link_annotation
        self.annotations.append((annotation, parent.reference))
        return pydyf.Dictionary({"Type": "/OBJR", "Obj": annotation.reference})
