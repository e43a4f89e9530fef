"""Several PDFs of ours as one that is as accessible and as fit for archives as they are."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf

from liaison.paper.archiving import CREATOR, described
from liaison.paper.sharing import share_fonts


class Whole:
    """A PDF that grows by others; their structures stand side by side in one tree, as their papers do."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._documents: list[pikepdf.Object] = []
        self._owners: list[pikepdf.Object] = []  # by key, what the texts of a page and each link belong to
        self._is_tagged = True

    def append(self, more: pikepdf.Pdf) -> None:
        """Add the pages of another, and what is said of them."""
        begins = len(self._pdf.pages)
        self._pdf.add_pages_from(more, outlines="ignore")
        if not begins:
            take_on(self._pdf, more)
        self._is_tagged = self._is_tagged and "/StructTreeRoot" in more.Root
        if self._is_tagged:
            self._read(more, begins)

    def finish(self, title: str, chapters: Iterable[tuple[str, int]]) -> None:
        """Write the outline of chapters, each so many pages long, the structure, and the title."""
        with self._pdf.open_outline() as outline:
            page = 0
            for name, pages in chapters:
                outline.root.append(pikepdf.OutlineItem(name, page))
                page += pages
        if self._is_tagged:
            self._write_structure()
        share_fonts(self._pdf)
        describe(self._pdf, title, is_tagged=self._is_tagged)

    def _read(self, more: pikepdf.Pdf, begins: int) -> None:
        """Take the tree over; the keys by which pages and links find their owners go on from those before."""
        moved = len(self._owners)
        copied = self._pdf.copy_foreign(more.make_indirect(more.Root.StructTreeRoot))
        self._documents += list(copied.K)
        self._owners += list(copied.ParentTree.Nums)[1::2]
        for page in self._pdf.pages[begins:]:
            for holder, name in [
                (page.obj, "/StructParents"),
                *((one, "/StructParent") for one in page.obj.get("/Annots", [])),
            ]:
                holder[name] = holder[name] + moved

    def _write_structure(self) -> None:
        numbers = pikepdf.Array()
        for key, owner in enumerate(self._owners):
            numbers.append(key)
            numbers.append(owner)
        root = self._pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructTreeRoot,
                K=pikepdf.Array(self._documents),
                ParentTree=self._pdf.make_indirect(pikepdf.Dictionary(Nums=numbers)),
                ParentTreeNextKey=len(self._owners),
            )
        )
        for document in self._documents:
            document.P = root
        self._pdf.Root.StructTreeRoot = root


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The file; the same bytes for the same content, and every stream ends as PDF/A wants it, which only a job can do."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "whole.pdf"
        options = {
            "outputFile": str(path),
            "objectStreams": "generate",
            "deterministicId": "",
            "newlineBeforeEndstream": "",
        }
        pikepdf.Job({"inputFile": str(path), **options}).write_pdf(pdf)
        return path.read_bytes()


def take_on(pdf: pikepdf.Pdf, first: pikepdf.Pdf) -> None:
    """The language of another, and what its colours mean."""
    pdf.Root.Lang = str(first.Root.Lang)
    pdf.Root.OutputIntents = pdf.copy_foreign(first.make_indirect(first.Root.OutputIntents))


def describe(pdf: pikepdf.Pdf, title: str, *, is_tagged: bool) -> None:
    """Say of a PDF what it is called and which standards it keeps."""
    metadata = pdf.make_stream(described(title, is_tagged=is_tagged))
    metadata.Type, metadata.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    pdf.Root.Metadata = metadata
    pdf.docinfo["/Title"], pdf.docinfo["/Creator"] = title, CREATOR
    if is_tagged:
        pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
