"""Mails as files that a person can read, and compiled translations."""

import gettext
import os
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from pytest_django import Settings

from liaison.embedded import catalogues


@pytest.fixture
def mail_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "liaison.embedded.mail.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_a_mail_is_a_file_that_can_be_read_without_decoding(mail_folder: Path) -> None:
    message = EmailMultiAlternatives(
        "Penjemputan – 迎接 – استقبال",
        "Selamat pagi, Ibu Sari.\nMr Müller lands at 14.20 WITA.",
        "Liaison Böro <liaison@localhost>",
        ["Sari Dewi Ayuningtyas <sari@demo.example>"],
        bcc=["arsip@demo.example"],
        headers={"Message-ID": "<reminder-7@liaison>", "X-Reason": "Pengingat é"},
    )
    message.attach_alternative("<p>Selamat pagi</p>", "text/html")
    message.attach("jadwal Müller.pdf", b"%PDF-1.7", "application/pdf")

    message.send()

    (path,) = mail_folder.iterdir()
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("\n\n")
    assert "From: Liaison Böro <liaison@localhost>" in head
    assert "To: Sari Dewi Ayuningtyas <sari@demo.example>" in head
    assert "Bcc: arsip@demo.example" in head
    assert "Subject: Penjemputan – 迎接 – استقبال" in head
    assert "Message-ID: <reminder-7@liaison>" in head
    assert "X-Reason: Pengingat é" in head
    assert body == (
        "Selamat pagi, Ibu Sari.\nMr Müller lands at 14.20 WITA.\n\nOther parts:\n"
        "- text/html, 19 bytes\n- jadwal Müller.pdf: application/pdf, 8 bytes\n"
    )
    assert "sari@demo.example" in path.name
    assert "Penjemputan-迎接-استقبال" in path.name.replace("–", "").replace("--", "-")


def test_no_recipient_or_subject_leads_out_of_the_folder(mail_folder: Path) -> None:
    EmailMessage("../../etc/passwd\\x" + "ab" * 200, "text", None, ["../../root/x@demo.example"]).send()

    (path,) = mail_folder.parent.rglob("*.txt")
    assert path.parent == mail_folder
    assert len(os.fsencode(path.name)) <= 255
    assert [other.suffix for other in mail_folder.iterdir()] == [".txt"]


def test_two_mails_to_one_person_are_two_files(mail_folder: Path) -> None:
    messages = [EmailMessage("Same", "text", None, ["sari@demo.example"]) for _ in range(2)]

    assert get_connection().send_messages(messages) == 2

    assert len(list(mail_folder.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_an_error_unless_told_otherwise(mail_folder: Path) -> None:
    mail_folder.write_text("a file where the folder should be")
    message = EmailMessage("Subject", "text", None, ["sari@demo.example"])

    with pytest.raises(FileExistsError):
        get_connection().send_messages([message])
    assert get_connection(fail_silently=True).send_messages([message]) == 0


def test_only_changed_catalogues_are_compiled_and_doubtful_strings_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "locale" / "id" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "django.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "guest"\nmsgstr "tamu"\n\n#, fuzzy\nmsgid "visit"\nmsgstr "doubtful"\n'
    )

    assert [catalogues.compile_changed(tmp_path), catalogues.compile_changed(tmp_path)] == [1, 0]
    with (folder / "django.mo").open("rb") as compiled:
        texts = gettext.GNUTranslations(compiled)
    assert texts.gettext("guest") == "tamu"
    assert texts.gettext("visit") == "visit"

    newer = (folder / "django.mo").stat().st_mtime + 5
    os.utime(po, (newer, newer))
    assert catalogues.compile_changed(tmp_path) == 1
