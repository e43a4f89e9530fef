"""After rotating, the newest key alone reads everything; broken off or run twice, nothing is lost."""

from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import override_settings

from guests import rotating
from guests.models import Document, GuestPrivate
from guests.rotating import ALREADY, MISSING, RENEWED, UNREADABLE, rotate_keys
from liaison.encryption import UndecipherableError
from tests.cast import Cast
from tests.factories import make_document

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _key in range(3))


def with_keys(*keys: str) -> Any:
    return override_settings(PRIVATE_DATA_KEYS=list(keys))


@pytest.fixture
def kept(cast: Cast, settings: Any, tmp_path: Path) -> Cast:
    """Private data and a document of each of three guests, under the old key."""
    settings.MEDIA_ROOT = tmp_path
    with with_keys(OLD):
        for visit in (cast.sato, cast.lim, cast.okafor):
            GuestPrivate.objects.create(guest=visit.guest, health=f"Nuts {visit.pk}", passport=f"X{visit.pk}")
            make_document(visit, data=f"%PDF {visit.pk}".encode())
    return cast


def readable(cast: Cast) -> None:
    for visit in (cast.sato, cast.lim, cast.okafor):
        private = GuestPrivate.objects.get(guest=visit.guest)
        assert (private.health, private.passport, private.phones) == (f"Nuts {visit.pk}", f"X{visit.pk}", "")
        assert Document.objects.get(visit=visit).content() == f"%PDF {visit.pk}".encode()


def test_before_the_new_key_alone_reads_nothing(kept: Cast) -> None:
    """The control."""
    with with_keys(NEW), pytest.raises(UndecipherableError):
        readable(kept)


def test_after_it_the_old_key_can_be_removed(kept: Cast) -> None:
    with with_keys(NEW, OLD):
        assert rotate_keys(batch=2) == {RENEWED: 9}
    with with_keys(NEW):
        readable(kept)
    with with_keys(OLD), pytest.raises(UndecipherableError):
        readable(kept)


def test_history_and_updated_at_say_nothing_of_it(kept: Cast) -> None:
    history: Any = GuestPrivate.pgh_event_model  # type: ignore[attr-defined]  # put there by @tracked
    before = (list(GuestPrivate.objects.order_by("pk").values_list("updated_at")), history.objects.count())
    with with_keys(NEW, OLD):
        rotate_keys()
    assert (
        list(GuestPrivate.objects.order_by("pk").values_list("updated_at")),
        history.objects.count(),
    ) == before


def test_twice_leaves_everything_as_it_is(kept: Cast) -> None:
    with with_keys(NEW, OLD):
        rotate_keys()
        files = {paper.pk: Path(paper.file.path).read_bytes() for paper in Document.objects.all()}
        assert rotate_keys() == {ALREADY: 9}
        assert {paper.pk: Path(paper.file.path).read_bytes() for paper in Document.objects.all()} == files


@pytest.mark.parametrize("broken", ["_renewed", "_replace"])
def test_broken_off_it_is_run_again(kept: Cast, broken: str) -> None:
    whole, done = getattr(rotating, broken), []

    def break_off(*given: Any) -> Any:
        done.append(given)
        if len(done) == 3:
            raise KeyboardInterrupt
        return whole(*given)

    with with_keys(NEW, OLD):
        with patch.object(rotating, broken, break_off), pytest.raises(KeyboardInterrupt):
            rotate_keys(batch=1)
        readable(kept)
        counted = rotate_keys(batch=1)
        assert counted[RENEWED] > 0
        assert counted[ALREADY] > 0
        assert counted.total() == 9
    with with_keys(NEW):
        readable(kept)


def test_what_no_key_reads_is_counted_and_left(kept: Cast, capsys: Any) -> None:
    with with_keys(OTHER):
        GuestPrivate.objects.filter(guest=kept.lim.guest).update(health="Lost", passport="")
    Path(Document.objects.get(visit=kept.okafor).file.path).unlink()
    with with_keys(NEW, OLD):
        with pytest.raises(CommandError, match="Remove no key yet"):
            call_command("rotate_keys")
        said = " ".join(capsys.readouterr().out.split())
        assert f"6 {RENEWED}" in said
        assert f"1 {UNREADABLE}" in said
        assert f"1 {MISSING}" in said
    with with_keys(NEW, OLD, OTHER):
        call_command("rotate_keys", stdout=StringIO())
    with with_keys(NEW):
        assert GuestPrivate.objects.get(guest=kept.lim.guest).health == "Lost"
