"""Whatever is uploaded is known by its content: a safe copy, or a clear refusal by the field, in both languages."""

import random
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from events.models import Event
from guests.documents import DocumentError, judged
from guests.models import Document, Guest, GuestList
from liaison.accounts.models import User
from liaison.paper.pictures import FORMATS, MOST_BYTES, BrokenImageError, redrawn
from tests.cast import Cast
from tests.guests.desk import at, fields_of, signed_in, words_of
from tests.liaison.sheets import files

SCRIPT = b"<script>alert('xss')</script>"
HOME = b"Home of Mr Sato"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


HUGE = picture("PNG", (10_000, 10_000), "1")
BOMB = files.packed_bomb()


def taken_at_home() -> bytes:
    """A photo that says where it was taken, by whom, and has a page behind it."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = HOME.decode(), 6
    exif.get_ifd(0x8825).update({1: "S", 2: (8.0, 29.0, 0.0), 3: "E", 4: (119.0, 53.0, 0.0)})
    return picture(exif=exif, comment=HOME) + SCRIPT


# --- pictures ------------------------------------------------------------------------------------------------------

PLACES = {"photo of a guest": (Guest, "photo"), "photo of a person": (User, "photo"), "logo": (Event, "logo")}


def upload(client: Client, cast: Cast, place: str, data: bytes, name: str = "photo.jpg") -> Any:
    """A picture put into the form at the desk, which else stays as it is; the row and the answer."""
    model, column = PLACES[place]
    row: Any = {Guest: cast.sato.guest, User: cast.ratna, Event: cast.event}[model]
    address = at(model, "change", row.pk)
    given = fields_of(client, address) | {column: SimpleUploadedFile(name, data, "image/jpeg")}
    answer = client.post(address, given)
    row.refresh_from_db()
    return getattr(row, column), answer


@pytest.fixture
def root(cast: Cast) -> Client:
    """An administrator, who may change all three."""
    User.objects.filter(pk=cast.ratna.pk).update(is_superuser=True)
    return signed_in(cast.ratna)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "name",
    ["photo.jpg", "../../x.html", "a\x00b.jpg", "x\r\nSet-Cookie: a.jpg", "gpj.\u202eexe.jpg", "x.php"],
)
def test_of_a_picture_a_copy_is_kept_without_what_was_in_it(
    cast: Cast, root: Client, media: Path, place: str, name: str
) -> None:
    sent = taken_at_home()
    assert HOME in sent
    kept, answer = upload(root, cast, place, sent, name)
    assert answer.status_code == 302, words_of(answer)
    data = Path(kept.path).read_bytes()
    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (30, 40), {})
    assert not [word for word in (HOME, SCRIPT, b"Exif") if word in data]
    assert Path(kept.path).parent.parent == media
    assert len(Path(kept.name).stem) == 32
    assert Path(kept.name).suffix == ".jpg"


NO_PICTURES = {
    "page": (b"<html>" + SCRIPT, "no picture", "bukan gambar"),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "no picture", "bukan gambar"),
    "paper": (b"%PDF-1.7\n" + SCRIPT, "no picture", "bukan gambar"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture", "bukan gambar"),
    "half": (picture(size=(400, 300))[:600], "no picture", "bukan gambar"),
    "nothing": (b"", "empty", "kosong"),
    "100 megapixels": (HUGE, "megapixels", "megapiksel"),
    "heavy": (b"\xff\xd8" + bytes(MOST_BYTES), "12 MB", "12 MB"),
}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_is_no_picture_is_refused_at_its_field(
    cast: Cast, root: Client, media: Path, kind: str, language: str
) -> None:
    data, *said = NO_PICTURES[kind]
    User.objects.filter(pk=cast.ratna.pk).update(language=language)
    kept, answer = upload(root, cast, "photo of a guest", data)
    assert (answer.status_code, kept.name) == (200, "")
    with override(language):
        (complaint,) = answer.context["adminform"].form.errors["photo"]
    assert said[language == "id"] in complaint
    assert not list(media.rglob("*.*"))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_with_any_bytes_changed_is_drawn_or_refused(kind: str) -> None:
    chance = random.Random(kind)
    whole, drawn = picture(kind, (32, 32)), 0
    for _try in range(150):
        data = bytearray(whole)
        for _byte in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            drawn += bool(redrawn(bytes(data), size=(16, 16), formats=FORMATS))
        except BrokenImageError:
            continue
    assert drawn


# --- documents -----------------------------------------------------------------------------------------------------


def book(**entries: Any) -> bytes:
    out = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, value in entries.items():
            made.Root[f"/{name}"] = value(made) if callable(value) else value
        made.save(out)
    return out.getvalue()


def attached(made: pikepdf.Pdf) -> pikepdf.Object:
    made.attachments["x.exe"] = b"MZ"
    return made.Root["/Names"]


ACTIVE = {
    "script when opened": book(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")),
    "program started": book(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")),
    "script deep in arrays": book(AA=[[pikepdf.Dictionary(WC=pikepdf.Dictionary(JS="x()"))]]),
    "form that sends": book(
        AcroForm=pikepdf.Dictionary(
            Fields=[pikepdf.Dictionary(A=pikepdf.Dictionary(S=pikepdf.Name.SubmitForm))]
        )
    ),
    "file within": book(Names=attached),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_a_pdf_that_does_more_than_to_be_read_is_refused(name: str) -> None:
    with pytest.raises(DocumentError, match="holds a program or another file"):
        judged(ACTIVE[name])


def test_a_pdf_that_links_and_has_an_outline_is_taken() -> None:
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
    assert judged(book(OpenAction=link, PageMode=pikepdf.Name.UseOutlines)).kind == Document.Kind.PDF


LYING = {
    "page as a photo": (b"<html>" + SCRIPT, "x.jpg", "image/jpeg"),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "x.svg", "image/svg+xml"),
    "script as a paper": (b"/*%PDF-1.7*/alert(1)", "x.pdf", "application/pdf"),
    "both at once": (b"%PDF-1.7\n=1;alert(1)//" + SCRIPT, "x.pdf", "application/pdf"),
    "bomb": (BOMB, "x.pdf", "application/pdf"),
    "100 megapixels": (HUGE, "x.png", "image/png"),
    "nothing": (b"", "x.pdf", "application/pdf"),
}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("kind", LYING)
def test_a_document_that_lies_is_refused_at_its_field(
    cast: Cast, media: Path, kind: str, language: str
) -> None:
    data, name, claimed = LYING[kind]
    User.objects.filter(pk=cast.ratna.pk).update(language=language)
    given = {"visit": cast.sato.pk, "title": "Letter", "file": SimpleUploadedFile(name, data, claimed)}
    answer = signed_in(cast.ratna).post(at(Document, "add"), given)
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {"file"}
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("who", "status"), [("sari", 200), ("bagus", 404), ("hendra", 404)])
def test_a_picture_is_served_as_the_copy_it_is_and_only_in_scope(cast: Cast, who: str, status: int) -> None:
    file = SimpleUploadedFile("x.html", taken_at_home(), "text/html")
    signed_in(cast.ratna).post(
        at(Document, "add"), {"visit": cast.sato.pk, "title": 'A\r\nX: "b"', "file": file}
    )
    answer = signed_in(getattr(cast, who)).get(reverse("document", args=[Document.objects.get().pk]))
    assert answer.status_code == status
    if status == 200:
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert not [word for word in (HOME, SCRIPT, b"Exif") if word in answer.content]
        assert not set("\r\n") & set(answer["Content-Disposition"])


# --- lists ---------------------------------------------------------------------------------------------------------

TABLES = {"guests_guestlist": "guests", "guests_rosterfile": "officers", "events_programmefile": "sessions"}
NO_LISTS = {
    "page": (b"<html><table><tr><td>Name</td></tr></table>" + SCRIPT, "x.csv"),
    "photo": (picture(), "x.xlsx"),
    "paper": (b"%PDF-1.7\n1 0 obj\n", "x.xlsx"),
    "program": (b"MZ\x90\x00" + bytes(300), "x.xls"),
    "half": (files.xlsx([["Name"], ["Ana"]])[:900], "x.xlsx"),
    "bomb": (files.corner_bomb(), "x.xlsx"),
    "packed bomb": (BOMB, "x.xlsx"),
    "nothing": (b"", "x.csv"),
}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("table", TABLES)
def test_a_list_that_is_none_is_refused_with_a_sentence(cast: Cast, table: str, language: str) -> None:
    User.objects.filter(pk=cast.ratna.pk).update(language=language)
    client, address = signed_in(cast.ratna), reverse(f"admin:{table}_add")
    said = {}
    for kind, (data, name) in NO_LISTS.items():
        answer = client.post(address, {"event": cast.event.pk, "file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 200, kind
        (said[kind],) = answer.context["form"].errors["file"]
    assert len(set(said.values())) > 3
    ours = "This is not a spreadsheet"
    assert (ours in said["photo"]) == (language == "en")


@pytest.mark.parametrize(
    "name", ["../../etc/x.csv", "a\x00b.csv", "x\r\nSet-Cookie: y=1.csv", "vsc.\u202eexe.csv", "C:\\x\\y.csv"]
)
def test_a_lists_name_is_a_name_and_no_more(cast: Cast, media: Path, name: str) -> None:
    file = SimpleUploadedFile("x.csv", b"Name,Office\nAna,Minister\n")
    file._name = name  # type: ignore[attr-defined]  # noqa: SLF001 (a browser may send any)
    answer = signed_in(cast.ratna).post(
        reverse("admin:guests_guestlist_add"), {"event": cast.event.pk, "file": file}
    )
    assert answer.status_code == 302
    filed = GuestList.objects.get()
    assert filed.filename.isprintable()
    assert not {"/", "\\"} & set(filed.filename)
    assert [path.parent.parent for path in media.rglob("*") if path.is_file()] == [media]
