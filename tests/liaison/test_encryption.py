"""Private text in the database."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings

from guests.models import GuestPrivate
from liaison.encryption import UndecipherableError
from tests.factories import make_guest

SECRET = "penicillin allergy"


@pytest.fixture
def private(db: None) -> GuestPrivate:
    return GuestPrivate.objects.create(guest=make_guest(), health=SECRET)


def test_the_database_holds_no_private_word(private: GuestPrivate) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT health FROM guests_guestprivate WHERE id = %s", [private.pk])
        (stored,) = cursor.fetchone()
    assert "penicillin" not in stored
    assert stored.startswith("gAAAA")
    assert GuestPrivate.objects.get(pk=private.pk).health == SECRET


def test_history_keeps_that_private_data_changed_and_not_what_it_was(private: GuestPrivate) -> None:
    private.health = "none"
    private.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM guests_guestprivateevent e")
        history = [row for (row,) in cursor.fetchall()]
    assert len(history) == 2
    assert not any("gAAAA" in row or "penicillin" in row for row in history)


def test_an_old_key_still_reads_after_a_new_one_came(private: GuestPrivate, settings: Settings) -> None:
    settings.PRIVATE_DATA_KEYS = [Fernet.generate_key().decode(), *settings.PRIVATE_DATA_KEYS]
    assert GuestPrivate.objects.get(pk=private.pk).health == SECRET


def test_a_lost_key_is_said_and_not_guessed(private: GuestPrivate, settings: Settings) -> None:
    settings.PRIVATE_DATA_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UndecipherableError):
        GuestPrivate.objects.get(pk=private.pk)


def test_an_empty_private_text_stays_empty(db: None) -> None:
    assert GuestPrivate.objects.create(guest=make_guest()).health == ""
