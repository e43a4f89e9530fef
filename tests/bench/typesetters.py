"""The words of a handout set by others, plainly: what a typesetter costs that has no stylesheet to obey and tags nothing."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from liaison.paper.letters import FOLDER


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """An item's time and what it says; a day's items follow one another."""
    for day in data["days"]:
        for item in day["items"]:
            place = item["place"]["name"] if item["place"] else ""
            yield item["starts_at"][11:16], f"{item['title']} {place}"


def typst(data: dict[str, Any]) -> bytes:
    """By Typst, in our fonts."""
    import typst as compiler  # noqa: PLC0415 (of the group `bench`)

    cells = "".join(f"[#{_quoted(hours)}], [#{_quoted(text)}],\n" for hours, text in _rows(data))
    page = (
        '#set page(paper: "a5")\n#set text(font: "Liaison Serif", size: 10.5pt)\n'
        f"= #{_quoted(data['guest']['name'])}\n#pagebreak()\n#table(columns: (24mm, 1fr), stroke: none,\n{cells})\n"
    )
    setter: Any = compiler.compile  # its hints cannot tell what is wanted
    pdf: bytes = setter(page.encode(), font_paths=[str(FOLDER)], ignore_system_fonts=True)
    return pdf


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def reportlab(data: dict[str, Any]) -> bytes:
    """By ReportLab, in the font that every reader has."""
    from reportlab.lib.pagesizes import A5  # noqa: PLC0415 (of the group `bench`)
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415 (as above)
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table  # noqa: PLC0415 (as above)

    out, styles = BytesIO(), getSampleStyleSheet()
    cells = [[hours, Paragraph(text, styles["Normal"])] for hours, text in _rows(data)]
    story = [
        Paragraph(data["guest"]["name"], styles["Title"]),
        PageBreak(),
        Table(cells, colWidths=[60, 270]),
    ]
    SimpleDocTemplate(out, pagesize=A5).build(story)
    return out.getvalue()
