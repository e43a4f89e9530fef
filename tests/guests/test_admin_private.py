"""Private data at the desk: written without being shown, read only as an act that is written down."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from guests.models import Guest, GuestPrivate, PrivateReading
from tests.cast import Cast
from tests.factories import make_guest
from tests.guests.desk import at, fields_of, save, signed_in, words_of

SECRET = "Penicillin allergy"
PASSPORT = "X1234567"


@pytest.fixture
def private(cast: Cast) -> GuestPrivate:
    return GuestPrivate.objects.create(guest=cast.sato.guest, health=SECRET, passport=PASSPORT)


def read_address(private: GuestPrivate) -> str:
    return reverse("admin:guests_guestprivate_read", args=[private.pk])


def test_no_page_shows_what_is_on_file(cast: Cast, private: GuestPrivate) -> None:
    client = signed_in(cast.ratna)
    pages = [
        at(GuestPrivate, "changelist"),
        at(GuestPrivate, "change", private.pk),
        at(GuestPrivate, "history", private.pk),
        at(GuestPrivate, "delete", private.pk),
        at(Guest, "change", private.guest_id),
        at(Guest, "delete", private.guest_id),
    ]
    for address in pages:
        page = client.get(address).content.decode()
        assert SECRET not in page, address
        assert PASSPORT not in page, address
    form = client.get(pages[1])
    assert "no-store" in form["Cache-Control"]
    assert form.content.decode().count("On file. Leave empty to keep it.") == 2
    assert form.content.decode().count("Nothing on file.") == 2


def test_no_private_text_leaves_the_database_unread(cast: Cast, private: GuestPrivate) -> None:
    client = signed_in(cast.ratna)
    with CaptureQueriesContext(connection) as asked:
        for page in ("changelist", "change", "delete"):
            client.get(at(GuestPrivate, page, *([] if page == "changelist" else [private.pk])))
    taken = [
        query["sql"].split(" FROM ")[0]
        for query in asked
        if '"guests_guestprivate"."guest_id"' in query["sql"]
    ]
    assert taken
    assert not any('"guests_guestprivate"."passport",' in columns for columns in taken)


def test_an_empty_field_keeps_a_written_one_replaces_and_erasing_is_said(
    cast: Cast, private: GuestPrivate
) -> None:
    client, address = signed_in(cast.ratna), at(GuestPrivate, "change", private.pk)
    shown = fields_of(client, address)
    assert {name: value for name, value in shown.items() if name.startswith("new_") and value} == {}
    assert save(client, address, {"new_security": "Two guards"}) == {}
    stored = GuestPrivate.objects.get(pk=private.pk)
    assert (stored.health, stored.passport, stored.security) == (SECRET, PASSPORT, "Two guards")
    assert save(client, address, {"erase_health": "on", "new_passport": "Y7654321"}) == {}
    stored = GuestPrivate.objects.get(pk=private.pk)
    assert (stored.health, stored.passport, stored.security) == ("", "Y7654321", "Two guards")
    both = {"erase_passport": "on", "new_passport": "Z"}
    assert save(client, address, both) == {"erase_passport": ["Either write something new or erase it."]}


def test_private_data_of_a_guest_are_begun(cast: Cast) -> None:
    guest = make_guest("Newcomer", introduced_by=cast.ratna)
    client = signed_in(cast.ratna)
    assert save(client, at(GuestPrivate, "add"), {"guest": guest.pk, "new_health": SECRET}) == {}
    assert GuestPrivate.objects.get(guest=guest).health == SECRET
    assert list(save(client, at(GuestPrivate, "add"), {"guest": guest.pk})) == ["guest"]
    assert list(save(client, at(GuestPrivate, "add"), {"guest": cast.okafor.guest_id})) == ["guest"]


def test_reading_is_an_act_that_is_written_down(cast: Cast, private: GuestPrivate) -> None:
    client = signed_in(cast.ratna)
    assert client.get(read_address(private)).status_code == 405
    assert not PrivateReading.objects.exists()
    answer = client.post(read_address(private))
    assert SECRET in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    reading = PrivateReading.objects.get()
    assert (reading.guest, reading.reader) == (private.guest, cast.ratna)
    assert "Ratna Kusuma" in client.get(at(PrivateReading, "changelist")).content.decode()


def test_nobody_reads_what_is_not_theirs(cast: Cast, private: GuestPrivate) -> None:
    assert signed_in(cast.hendra).post(read_address(private)).status_code == 404
    assert signed_in(cast.sari).post(read_address(private)).status_code == 403
    unvisited = GuestPrivate.objects.create(guest=make_guest("New", introduced_by=cast.ratna), health=SECRET)
    assert signed_in(cast.ratna).post(read_address(unvisited)).status_code == 404
    assert not PrivateReading.objects.exists()


def test_a_lost_key_is_said(cast: Cast, private: GuestPrivate, settings: Settings) -> None:
    settings.PRIVATE_DATA_KEYS = [Fernet.generate_key().decode()]
    answer = signed_in(cast.ratna).post(read_address(private), follow=True)
    assert "cannot be read with the keys of this installation" in words_of(answer)
    assert not PrivateReading.objects.exists()
