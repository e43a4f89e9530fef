"""What is heard of a page: its words in order, as what they are, in their language; and not what only decorates it."""

from io import BytesIO

import pikepdf

from liaison.paper.booklet import imposed
from liaison.paper.pdf import Part, bind, lay_out, merge
from tests.paper_tags import ACCESSIBLE, FOR_ARCHIVES, Heard, faults_of, heard_in

_HEAD = "<head><title>Page</title></head>"
_MARGIN = """<style>@page { size: A6; margin: 10mm; @bottom-left { content: element(foot) }
@bottom-right { content: counter(page) } } .foot { position: running(foot) }</style>"""


def bound(*bodies: str, lang: str = "en", is_tagged: bool = True) -> Part:
    pages = [f'<html lang="{lang}">{_HEAD}<body>{body}</body></html>' for body in bodies]
    return bind([lay_out(f"Paper {place}", page) for place, page in enumerate(pages)], is_tagged=is_tagged)


def heard(body: str) -> list[tuple[str, str, str]]:
    """The innermost element, the language and the text of all that is heard of a page that breaks no rule."""
    pdf = bound(body).data
    assert faults_of(pdf, *ACCESSIBLE) == []
    return [(one.tags[-1], one.lang, one.text) for one in heard_in(pdf)]


def test_headings_lists_and_tables_are_what_they_are() -> None:
    rows = '<tr><th scope="row">Tue</th><td>Talks</td></tr>'
    body = f"<h1>Day</h1><ul style='list-style: none'><li>One</li></ul><table><thead><tr><th>When<th>What</tr></thead>{rows}</table>"
    pdf = bound(body).data
    assert faults_of(pdf, *ACCESSIBLE) == []
    assert [(one.tags[1:], one.text) for one in heard_in(pdf)] == [
        (("H1",), "Day"),
        (("L", "LI", "LBody"), "One"),
        (("Table", "THead", "TR", "TH"), "When"),
        (("Table", "THead", "TR", "TH"), "What"),
        (("Table", "TBody", "TR", "TH"), "Tue"),
        (("Table", "TBody", "TR", "TD"), "Talks"),
    ]
    with pikepdf.open(BytesIO(pdf)) as opened:
        heads = [
            one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TH"
        ]
        assert sorted(str(head.A.Scope) for head in heads) == ["/Column", "/Column", "/Row"]


def test_every_word_is_in_its_language_and_what_people_wrote_in_none_that_we_know() -> None:
    body = '<p>Name <span lang="ja">佐藤</span></p><p><bdi lang="">Anna</bdi></p><p><b>bold</b></p><h1 lang="id">Acara</h1>'
    assert heard(body) == [
        ("P", "en", "Name "), ("Span", "ja", "佐藤"), ("P", "und", "Anna"), ("P", "en", "bold"), ("H1", "id", "Acara"),
    ]  # fmt: skip


def test_letters_made_of_several_glyphs_are_said_as_they_are_written() -> None:
    """In our Arabic face the dots of a kha and of a nun are one glyph, so the glyphs alone cannot tell."""
    words = {"ar": "خالد بن ناصر", "hi": "नरेन्द्र कृष्णमूर्ति", "th": "สมชาย ใจดี"}
    body = "".join(f'<p lang="{lang}">{text}</p>' for lang, text in words.items())
    assert heard(body) == [("P", lang, text) for lang, text in words.items()]


def test_a_picture_says_what_it_shows_and_decoration_says_nothing() -> None:
    drawn = '<svg viewBox="0 0 9 9" width="20" height="20" xmlns="http://www.w3.org/2000/svg">{}<path d="M0 0h9v9z"/></svg>'
    body = f"{drawn.format('<title>A code</title>')}{drawn.format('')}<p aria-hidden='true'>Behind</p><p>Text</p>"
    assert heard(body) == [("Figure", "en", "A code"), ("P", "en", "Text")]


def test_what_stands_on_every_page_is_heard_once_and_a_page_number_never() -> None:
    rows = "".join(f"<tr><td>Row {number}</td></tr>" for number in range(60))
    body = f"{_MARGIN}<p class='foot'>Foot</p><table><thead><tr><th>Head</th></tr></thead>{rows}</table>"
    said = heard(body)
    assert [text for _tag, _lang, text in said if not text.startswith("Row")] == ["Head", "Foot"]
    assert [text for tag, _lang, text in said if tag == "TD"] == [f"Row {number}" for number in range(60)]
    with pikepdf.open(BytesIO(bound(body).data)) as opened:
        assert len(opened.pages) > 2
        elements = [one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
        assert len([one for one in elements if one.S == "/Table"]) == 1


def test_a_link_is_an_element_with_its_place_on_the_page() -> None:
    pdf = bound('<h1 id="top">Top</h1><p>Go <a href="#top">up</a></p>')
    for data in (pdf.data, merge([pdf, pdf], title="Both")):
        assert faults_of(data, *ACCESSIBLE) == []
        assert Heard(("Document", "P", "Link"), "en", "up") in heard_in(data)


def test_merged_papers_are_heard_one_after_the_other_each_in_its_language() -> None:
    one, two = bound("<h1>One</h1>", "<h1>Two</h1><p>More</p>"), bound("<h1>Tiga</h1>", lang="id")
    whole = merge([one, two], title="All <of> them & more")
    assert faults_of(whole, *ACCESSIBLE) == []
    assert heard_in(whole) == heard_in(one.data) + heard_in(two.data)
    assert {one.lang for one in heard_in(two.data)} == {"id"}
    assert merge([one, two], title="All <of> them & more") == whole
    with pikepdf.open(BytesIO(whole)) as opened, opened.open_metadata() as metadata:
        assert [str(document.T) for document in opened.Root.StructTreeRoot.K] == [
            "Paper 0",
            "Paper 1",
            "Paper 0",
        ]
        assert metadata["dc:title"] == "All <of> them & more"


def test_a_booklet_is_not_tagged_and_claims_no_more_than_an_archive_needs() -> None:
    small = bound(f"{_MARGIN}<h1>One</h1><p lang='ar'>خالد</p>", is_tagged=False)
    for pdf in (small.data, imposed(small).data, merge([imposed(small), imposed(small)], title="Both")):
        assert faults_of(pdf, *FOR_ARCHIVES) == []
        with pikepdf.open(BytesIO(pdf)) as opened:
            assert "/StructTreeRoot" not in opened.Root
            assert b"pdfuaid:part" not in opened.Root.Metadata.read_bytes()


def test_the_validator_would_notice() -> None:
    """The control: the same page as WeasyPrint tags it by itself, and one whose title is taken away."""
    table = "<table><thead><tr><th>When</tr></thead><tr><td>Now</tr></table>"
    paper = lay_out("Page", f'<html lang="en">{_HEAD}<body>{table}<img></body></html>')
    assert faults_of(paper.document.write_pdf(pdf_variant="pdf/ua-1"), *ACCESSIBLE) != []
    out = BytesIO()
    with pikepdf.open(BytesIO(bound("<h1>One</h1>").data)) as opened:
        del opened.Root.Metadata
        opened.save(out)
    assert any("TITLE" in fault for fault in faults_of(out.getvalue(), *ACCESSIBLE))
