"""HTML to PDF: our fonts, our files, the same bytes; and a clear error for all else."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from weasyprint.urls import URLFetcher

from liaison.checks import print_fonts, print_libraries
from liaison.paper import letters
from liaison.paper.pdf import (
    BrokenImageError,
    ForbiddenAddressError,
    MissingFontError,
    PaperError,
    bind,
    lay_out,
    merge,
)
from liaison.paper.pictures import MOST_BYTES, SET_AT, picture
from tests.paper import fonts_of, text_of

STYLE = "css/handout.css"


def printed(body: str, **options: bool) -> bytes:
    return bind([lay_out("Page", f'<html lang="en"><body>{body}</body></html>', STYLE)], **options).data


def drawn(size: tuple[int, int] = (40, 30), kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "navy").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def stored() -> Iterator[Any]:
    """Puts content into the media storage, and takes it out again afterwards."""
    names: list[str] = []

    def store(content: bytes, name: str = "people/photo.jpg") -> str:
        names.append(default_storage.save(name, ContentFile(content)))
        return names[-1]

    yield store
    for name in names:
        default_storage.delete(name)


# --- fonts -------------------------------------------------------------------------------------------------------------


def test_every_script_is_set_in_a_font_of_ours() -> None:
    names = {
        "": "Ana Ștefan Nguyễn Пётр",
        "ar": "عبد الرحمن",
        "zh": "王小明",
        "ja": "髙橋 サトウ",
        "ko": "한덕수",
        "hi": "नरेन्द्र",
        "th": "สมชาย",
    }
    pdf = printed("".join(f'<p lang="{lang}">{name}</p>' for lang, name in names.items()))
    families = {"Serif", "Sans", "Arabic", "SC", "JP", "KR", "Devanagari", "Thai"}
    assert fonts_of(pdf) == {f"Liaison-{family}" for family in families}
    assert "王小明" in text_of(pdf)


def test_a_stylesheet_cannot_call_for_a_font_of_the_system() -> None:
    assert fonts_of(printed('<p style="font-family: DejaVu Sans, monospace">Ana</p>')) <= {
        f"Liaison-{family}" for family in ("Serif", "Sans", "Display")
    }


def test_a_letter_that_no_font_has_is_an_error_not_a_box() -> None:
    with pytest.raises(MissingFontError, match=r"no letter for “ქ” \(U\+10E5\)"):
        printed("<p>ქ</p>")


def test_a_missing_font_stops_printing_and_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert print_fonts(None) == []
    fewer = tmp_path / "print"
    shutil.copytree(letters.FOLDER, fewer)
    (fewer / "LiaisonArabic-Bold.ttf").unlink()
    monkeypatch.setattr(letters, "FOLDER", fewer)
    with pytest.raises(MissingFontError, match="missing from the installation: Liaison Arabic Bold"):
        printed("<p>Ana</p>")
    [error] = print_fonts(None)
    assert (error.id, error.msg) == ("liaison.E004", "Print fonts are missing: Liaison Arabic Bold.")


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ("pango-1.0", [("liaison.E003", "Pango is missing: no PDF can be made.")]),
        ("harfbuzz-subset", [("liaison.W001", "HarfBuzz's subsetter is missing: PDFs are slow.")]),
        ("", []),
    ],
)
def test_a_missing_library_is_said_at_the_start(
    absent: str, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "liaison.checks.find_library", lambda name: None if name == absent else f"lib{name}.so"
    )
    assert [(found.id, found.msg) for found in print_libraries(None)] == said


# --- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.png",
        "file:///etc/passwd",
        "x.png",
        "static:../liaison/settings.py",
        "static:css/absent.css",
        "ftp://example.org/x.png",
    ],
)
def test_nothing_is_fetched_but_what_is_ours(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError(f"{address} was opened")

    monkeypatch.setattr("socket.create_connection", refuse)
    with pytest.raises(ForbiddenAddressError):
        printed(f'<img src="{address}">')
    with pytest.raises(ForbiddenAddressError):
        printed(f'<p style="background: url({address})">Ana</p>')


def test_weasyprint_would_have_opened_the_file() -> None:
    """The control: its own fetcher reads any file, which is why it is not used."""
    assert b"root:" in URLFetcher().fetch("file:///etc/passwd").read()


def test_a_script_does_nothing() -> None:
    assert "evil" not in text_of(printed("<script>document.write('evil')</script><p>Ana</p>"))


# --- pictures ----------------------------------------------------------------------------------------------------------


def test_a_picture_of_ours_is_printed(stored: Any) -> None:
    name = stored(drawn(), "people/Sari 50% ä.jpg")
    with pikepdf.open(BytesIO(printed(f'<img src="media:{name.replace("%", "%25")}">'))) as pdf:
        assert len(list(pdf.pages[0].get_images())) == 1


def test_a_picture_is_brought_to_size_and_forgets_where_it_was_taken(stored: Any) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # turned by a quarter, described
    small = picture(stored(drawn((4000, 3000), exif=exif)))
    with Image.open(BytesIO(small)) as image:
        assert (image.width, image.height) == (480, 640)
        assert not image.getexif()
    assert SET_AT == (640, 640)
    assert b"taken at home" not in small


def test_a_transparent_logo_stays_transparent(stored: Any) -> None:
    with Image.open(BytesIO(picture(stored(drawn(kind="PNG", mode="RGBA"), "events/logo.png")))) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is no picture", "damaged or no picture"),
        (b"", "damaged or no picture"),
        (drawn((400, 300))[:-700], "damaged or no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><text>x</text></svg>", "damaged or no picture"),
        (drawn((9000, 9000), "PNG"), "more than 40 megapixels"),
        (b"\xff\xd8" + bytes(MOST_BYTES), "larger than 12 MB"),
    ],
    ids=["text", "empty", "truncated", "svg", "huge", "heavy"],
)
def test_a_broken_picture_is_an_error_that_names_it(stored: Any, content: bytes, reason: str) -> None:
    name = stored(content, "people/broken.jpg")
    with pytest.raises(BrokenImageError, match=reason) as caught:
        printed(f'<img src="media:{name}">')
    assert caught.value.name == name
    assert str(caught.value.called("the photo of Sari")).startswith("The photo of Sari cannot be printed: ")


@pytest.mark.parametrize("name", ["people/absent.jpg", "../../secrets", "people"])
def test_an_absent_picture_is_an_error(name: str) -> None:
    with pytest.raises(PaperError):
        printed(f'<img src="media:{name}">')


# --- bytes -------------------------------------------------------------------------------------------------------------

_ALONE = """
import django, hashlib, sys
django.setup()
from liaison.paper.pdf import bind, lay_out, merge
part = bind([lay_out("Page", sys.argv[1], "css/handout.css")])
print(hashlib.sha256(merge([part, part], title="Both")).hexdigest())
"""
_PAGE = '<html lang="en"><p>Ana <span lang="zh">王小明</span> <bdi lang="ar" dir="rtl">عبد</bdi></p></html>'


def in_a_process_of_its_own(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "liaison.settings"}
    done = subprocess.run(  # noqa: S603 (our own interpreter and words)
        [sys.executable, "-c", _ALONE, _PAGE], env=environment, capture_output=True, check=True, text=True
    )
    return done.stdout.split()[-1]


def test_the_same_page_is_the_same_bytes_in_every_process() -> None:
    first = bind([lay_out("Page", _PAGE, STYLE)])
    printed('<p lang="ko">한덕수</p><p><b>Something else in between</b></p>')
    again = bind([lay_out("Page", _PAGE, STYLE)])
    assert again == first
    merged = hashlib.sha256(merge([again, again], title="Both")).hexdigest()
    assert in_a_process_of_its_own("1") == in_a_process_of_its_own("2") == merged


def test_papers_are_bound_with_their_fonts_once_and_merged_with_an_outline() -> None:
    papers = [lay_out(f"Guest {number}", f"<p>Guest {number}</p>", STYLE) for number in range(3)]
    together = bind(papers, duplex=True)
    assert together.chapters == (("Guest 0", 2), ("Guest 1", 2), ("Guest 2", 2))  # an empty back for each
    with pikepdf.open(BytesIO(together.data)) as pdf:
        fonts = [
            item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontFile3" in item
        ]
        assert len(fonts) == 1
        assert {tuple(page.mediabox) for page in pdf.pages} == {tuple(pdf.pages[0].mediabox)}
    whole = merge([together, bind(papers[:1])], title="All of them")
    with pikepdf.open(BytesIO(whole)) as pdf, pdf.open_outline() as outline:
        assert len(pdf.pages) == 7
        assert [item.title for item in outline.root] == ["Guest 0", "Guest 1", "Guest 2", "Guest 0"]
        assert str(pdf.docinfo["/Title"]) == "All of them"
    assert text_of(whole).count("Guest 0") == 2
