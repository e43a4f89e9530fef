"""One file with everything about a person, deciphered, for the person; and nothing about others."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from guests.models import GuestPrivate, ItineraryItem, LogbookEntry, PrivateReading
from guests.subject_access import write_everything_about
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import NOW, make_document, make_visit


@pytest.fixture
def kept(cast: Cast, settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path / "media"
    for visit, word in ((cast.sato, "Peanuts"), (cast.lim, "Penicillin")):
        GuestPrivate.objects.create(guest=visit.guest, health=word)
        make_document(visit, f"Passport {word}", f"%PDF {word}".encode(), is_private=True)
        LogbookEntry.objects.create(visit=visit, text=f"Said {word}", author=cast.sari, happened_at=NOW)
        visit.guest.photo.save("x.jpg", ContentFile(f"photo {word}".encode()))
        ItineraryItem.objects.filter(visit=visit).update(title=f"Earlier {word}")
        ItineraryItem.objects.filter(visit=visit).update(title=f"Later {word}")
    names = [[cast.sato.pk, "Mr Sato"], [cast.lim.pk, "Ms Lim Penicillin"]]
    Notice.objects.create(
        recipient=cast.sari, event=cast.event, kind="duties", dedupe_key="d", state="sent", due_at=NOW, expires_at=NOW,
        payload={"gained": names, "changed": [], "lost": []},
    )  # fmt: skip
    return cast


def everything(cast: Cast) -> dict[str, bytes]:
    out = BytesIO()
    write_everything_about(guest=cast.sato.guest, by=cast.ratna, at=NOW, out=out)
    with ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_file_holds_private_data_documents_photograph_and_old_values(kept: Cast) -> None:
    files = everything(kept)
    data = json.loads(files.pop("data.json"))
    assert [row["health"] for row in data["guests.GuestPrivate"]["rows"]] == ["Peanuts"]
    assert set(files.values()) == {b"%PDF Peanuts", b"photo Peanuts"}
    titles = [row["title"] for row in data["guests.ItineraryItem"]["history"]]
    assert titles[-2:] == ["Earlier Peanuts", "Later Peanuts"]
    assert data["guests.LogbookEntry"]["rows"][0]["author"] == "Sari Wulandari"
    assert data["guests.PrivateReading"]["rows"][-1]["reader"] == "Ratna Kusuma"


def test_the_file_holds_no_word_about_another_guest(kept: Cast) -> None:
    files = everything(kept)
    assert "Peanuts" in files["data.json"].decode()
    for name, content in files.items():
        assert b"Penicillin" not in content, name
        assert b"Ana Lim" not in content, name
        assert b"Okafor" not in content, name


def test_the_reading_is_kept(kept: Cast) -> None:
    everything(kept)
    assert [(row.guest, row.reader, row.read_at) for row in PrivateReading.objects.all()] == [
        (kept.sato.guest, kept.ratna, NOW)
    ]


@pytest.mark.parametrize("who", ["sari", "hendra", "putri", "dewi"])
def test_only_who_runs_all_events_of_the_guest_may(kept: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        write_everything_about(guest=kept.sato.guest, by=getattr(kept, who), at=NOW, out=BytesIO())
    make_visit(kept.other_event, kept.sato.guest)
    with pytest.raises(PermissionDenied):
        write_everything_about(guest=kept.sato.guest, by=kept.ratna, at=NOW, out=BytesIO())
    assert not PrivateReading.objects.exists()


def test_the_command_writes_a_file_for_its_owner_only(kept: Cast, tmp_path: Path) -> None:
    path, key = tmp_path / "sato.zip", str(kept.sato.guest_id)
    call_command("export_guest", key, "--to", str(path), "--by", kept.ratna.email, stdout=StringIO())
    assert path.stat().st_mode & 0o777 == 0o600
    with ZipFile(path) as archive:
        assert "data.json" in archive.namelist()
    assert PrivateReading.objects.get().read_at <= timezone.now()
    for words, said in (
        (["0", "--to", "x", "--by", "y"], "no guest"),
        ([key, "--to", str(path), "--by", "nobody@example.org"], "Nobody signs in"),
        ([key, "--to", str(path), "--by", kept.hendra.email], "does not run all"),
        ([key, "--to", str(tmp_path / "none" / "x"), "--by", kept.ratna.email], "cannot be written"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("export_guest", *words)
    assert PrivateReading.objects.count() == 1


def test_with_a_lost_key_nothing_is_given_and_nothing_written_down(kept: Cast, tmp_path: Path) -> None:
    path = tmp_path / "sato.zip"
    words = [str(kept.sato.guest_id), "--to", str(path), "--by", kept.ratna.email]
    lost = override_settings(PRIVATE_DATA_KEYS=["bGlhaXNvbi10ZXN0cy1vcGVuLW5vdGhpbmctMTExMTE="])
    with lost, pytest.raises(CommandError, match="cannot be read"):
        call_command("export_guest", *words)
    assert not path.exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["media"]
    assert not PrivateReading.objects.exists()
