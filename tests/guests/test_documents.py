"""Documents of a stay: what is taken in, who reads them, the private ones by a tap that is kept, and their end."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from guests.documents import MOST_BYTES, DocumentError, judged
from guests.models import Assignment, Document, PrivateReading, Visit
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_document
from tests.guests.desk import at, fields_of
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def pdf(password: str = "") -> bytes:
    out = BytesIO()
    with pikepdf.new() as book:
        book.add_blank_page()
        book.save(
            out,
            deterministic_id=not password,
            encryption=pikepdf.Encryption(owner=password, user=password) if password else False,
        )
    return out.getvalue()


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    out, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "Where the camera was"
    Image.new("RGB", size, "navy").save(out, kind, exif=exif, comment=b"Whose camera it was")
    return out.getvalue()


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def read(client: Client, document: Document) -> Any:
    return client.get(reverse("document", args=[document.pk]))


def test_a_pdf_stays_as_it_is_and_a_picture_is_drawn_anew() -> None:
    assert judged(pdf()).data == pdf()
    drawn = judged(photo())
    assert drawn.kind == Document.Kind.JPEG
    assert b"Where the camera was" in photo()
    assert b"Where the camera was" not in drawn.data
    assert b"Whose camera it was" in photo()
    assert b"Whose camera it was" not in drawn.data
    assert judged(photo("PNG")).kind == Document.Kind.PNG
    with Image.open(BytesIO(judged(photo(size=(5000, 100))).data)) as image:
        assert image.size == (2400, 48)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no PDF, JPEG or PNG"),
        (b"<html><script>alert(1)</script>", "no PDF, JPEG or PNG"),
        (photo()[:200], "no PDF, JPEG or PNG"),
        (b"GIF89a" + bytes(40), "no PDF, JPEG or PNG"),
        (b"%PDF-1.7 and then nothing", "The PDF is damaged"),
        (pdf()[:-300], "The PDF is damaged"),
        (pdf(password="rahasia"), "locked by a password"),
        (b"%PDF-" + bytes(MOST_BYTES), "larger than 8 MB"),
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        judged(data)


def test_a_file_lies_encrypted_under_a_name_that_says_nothing(cast: Cast, media: Path) -> None:
    make_document(cast.sato, "Passport of Sato", data=pdf())
    (stored,) = files_in(media)
    assert stored.parent.name == "documents"
    assert len(stored.name) == 32
    assert b"PDF" not in stored.read_bytes()


def test_it_is_shown_as_nothing_but_what_it_is(cast: Cast, now: datetime) -> None:
    answer = read(signed_in(cast.sari), make_document(cast.sato, 'Einladung "Müller"', data=pdf()))
    assert (answer.status_code, answer.content) == (200, pdf())
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("who", "answer"),
    [("sari", 200), ("ratna", 200), ("bagus", 404), ("dewi", 404), ("putri", 404), ("hendra", 404)],
)
def test_only_who_looks_after_the_guest_reads_a_document(
    cast: Cast, now: datetime, who: str, answer: int
) -> None:
    open_one, private = make_document(cast.sato), make_document(cast.sato, "Passport", is_private=True)
    client = signed_in(getattr(cast, who))
    assert read(client, open_one).status_code == answer
    assert read(client, private).status_code == 404
    assert client.post(reverse("private_document", args=[private.pk])).status_code == answer
    assert client.post(reverse("private_document", args=[open_one.pk])).status_code == 404
    assert PrivateReading.objects.count() == (1 if answer == 200 else 0)


def test_a_deputy_reads_what_the_lead_reads_and_nothing_after_the_duty(cast: Cast, now: datetime) -> None:
    paper, private = make_document(cast.sato), make_document(cast.sato, "Passport", is_private=True)
    duty = make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    client = signed_in(cast.bagus)
    assert read(client, paper).status_code == 200
    assert client.post(reverse("private_document", args=[private.pk])).status_code == 200
    Assignment.objects.filter(pk=duty.pk).update(ends_at=NOW)
    assert read(client, paper).status_code == 404
    assert client.post(reverse("private_document", args=[private.pk])).status_code == 404


def test_before_duty_private_documents_stay_closed(cast: Cast, now: datetime) -> None:
    private = make_document(cast.sato, "Passport", is_private=True)
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + timedelta(hours=1))
    assert signed_in(cast.sari).post(reverse("private_document", args=[private.pk])).status_code == 403
    assert not PrivateReading.objects.exists()


def test_the_dossier_names_the_open_ones_and_the_private_page_the_others(cast: Cast, now: datetime) -> None:
    paper, private = make_document(cast.sato), make_document(cast.sato, "Passport scan", is_private=True)
    make_document(cast.lim, "Paper of Lim")
    client = signed_in(cast.sari)
    dossier = text_of(client.get(reverse("visit", args=[cast.sato.pk])).content)
    assert f'href="/documents/{paper.pk}/"' in dossier
    assert "Passport scan" not in dossier
    assert "Paper of Lim" not in dossier
    page = text_of(client.post(reverse("read_private", args=[cast.sato.pk])).content)
    assert "Read “Passport scan”" in page
    assert f'action="/documents/{private.pk}/private/"' in page
    reader = PrivateReading.objects.latest("read_at")
    assert (reader.guest, reader.reader) == (cast.sato.guest, cast.sari)


def test_a_lost_key_and_a_lost_file_are_said(cast: Cast, now: datetime, media: Path, settings: Any) -> None:
    private = make_document(cast.sato, is_private=True)
    paper = make_document(cast.sato)
    client = signed_in(cast.sari)
    kept, settings.PRIVATE_DATA_KEYS = settings.PRIVATE_DATA_KEYS, [Fernet.generate_key().decode()]
    for answer in (read(client, paper), client.post(reverse("private_document", args=[private.pk]))):
        assert answer.status_code == 409
        assert "tell your administrator" in text_of(answer.content)
    settings.PRIVATE_DATA_KEYS = kept
    for path in files_in(media):
        path.unlink()
    assert read(client, paper).status_code == 404
    assert client.post(reverse("private_document", args=[private.pk])).status_code == 404
    assert not PrivateReading.objects.exists()


def test_the_file_is_erased_with_the_visit(
    cast: Cast, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    make_document(cast.sato)
    kept = make_document(cast.lim)
    with django_capture_on_commit_callbacks(execute=True):
        Visit.objects.filter(pk=cast.sato.pk).delete()
    assert [path.name for path in files_in(media)] == [Path(str(kept.file)).name]


def rows_of(client: Client, cast: Cast) -> dict[str, Any]:
    return fields_of(client, at(Visit, "change", cast.sato.pk))


def test_a_coordinator_adds_replaces_and_removes_at_the_visit(
    cast: Cast, now: datetime, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(cast.ratna)
    address = at(Visit, "change", cast.sato.pk)
    added = {
        "documents-TOTAL_FORMS": "1",
        "documents-0-title": "Invitation",
        "documents-0-file": SimpleUploadedFile("../../Passport of Sato.exe", pdf()),
    }
    assert client.post(address, rows_of(client, cast) | added).status_code == 302
    paper = Document.objects.get()
    assert (paper.kind, paper.size, paper.added_by, paper.is_private) == (
        "pdf",
        len(pdf()),
        cast.ratna,
        False,
    )
    assert read(signed_in(cast.sari), paper).content == pdf()
    other = {"documents-0-file": SimpleUploadedFile("x", photo("PNG")), "documents-0-is_private": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, rows_of(client, cast) | other).status_code == 302
    paper.refresh_from_db()
    assert (paper.kind, paper.is_private, len(files_in(media))) == ("png", True, 1)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, rows_of(client, cast) | {"documents-0-DELETE": "on"})
    assert (Document.objects.count(), files_in(media)) == (0, [])


def test_a_bad_file_is_refused_at_the_desk_and_nothing_is_kept(
    cast: Cast, now: datetime, media: Path
) -> None:
    client = signed_in(cast.ratna)
    page = client.post(
        at(Document, "add"),
        {"visit": cast.sato.pk, "title": "Bad", "file": SimpleUploadedFile("letter.pdf", b"MZ, a program")},
    )
    assert page.status_code == 200
    assert "This is no PDF, JPEG or PNG" in page.content.decode()
    assert (Document.objects.count(), files_in(media)) == (0, [])
