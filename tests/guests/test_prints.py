"""Versions of papers: one for the same data, the next for other data, and who may have them."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, connections
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guests import prints
from guests.models import Assignment, ItineraryItem, Print, Visit
from guests.prints import print_handout, print_handouts
from tests.cast import Cast
from tests.factories import NOW, make_guest, make_item, make_venue, make_visit
from tests.guests.phone import now as now
from tests.guests.phone import signed_in
from tests.paper import codes_on, pages_of, size_of, text_of

HOUR = timedelta(hours=1)


def queries_of(action: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        action()
    return len(queries)


# --- versions ----------------------------------------------------------------------------------------------------------


def test_identical_data_is_the_same_version(cast: Cast) -> None:
    first = print_handout(visit=cast.sato, by=cast.sari, at=NOW)
    assert (first.version, first.language, first.printed_by, first.printed_at) == (1, "en", cast.sari, NOW)
    assert print_handout(visit=cast.sato, by=cast.ratna, at=NOW + HOUR) == first
    make_item(cast.sato, "Tea")
    second = print_handout(visit=cast.sato, by=cast.sari, at=NOW + HOUR)
    assert (second.version, second.printed_at) == (2, NOW + HOUR)
    ItineraryItem.objects.get(title="Tea").delete()
    assert print_handout(visit=cast.sato, by=cast.sari, at=NOW).version == 3  # what the guest holds is 2
    assert list(Print.objects.filter(visit=cast.sato).values_list("version", flat=True)) == [3, 2, 1]


def test_who_prints_again_what_had_its_code_revoked_gets_a_new_version(cast: Cast) -> None:
    first = print_handout(visit=cast.sato, by=cast.sari, at=NOW)
    first.revoke(at=NOW)
    again = print_handout(visit=cast.sato, by=cast.sari, at=NOW)
    assert (again.version, again.digest, again.revoked_at) == (2, first.digest, None)


def test_each_language_and_guest_counts_its_own_versions(cast: Cast) -> None:
    cast.lim.guest.languages = ["id"]
    cast.lim.guest.save()
    made = print_handouts(visits=[cast.lim.pk, cast.sato.pk], by=cast.ratna, at=NOW)
    assert [(one.visit, one.language, one.version) for one in made] == [
        (cast.lim, "id", 1),
        (cast.sato, "en", 1),
    ]
    english = print_handout(visit=cast.lim, by=cast.bagus, at=NOW, language="en")
    assert (english.language, english.version) == ("en", 1)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_printing_for_many_takes_as_many_queries_as_for_one(cast: Cast, number: int) -> None:
    visits = [
        make_visit(cast.event, make_guest(), hotel=make_venue(cast.event)).pk for _each in range(number)
    ]
    first = queries_of(lambda: print_handouts(visits=visits, by=cast.ratna, at=NOW))
    again = queries_of(lambda: print_handouts(visits=visits, by=cast.ratna, at=NOW))
    # languages; savepoint and release, lock, visits, items, duties, versions; and the insert
    assert (first, again) == (9, 8)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of them gives, or the error it meets; each in its own thread with its own connection."""
    met: list[Any] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            met.append(work())
        except IntegrityError as error:
            met.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_two_who_print_at_the_same_moment_get_the_same_version(
    cast: Cast, locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control takes the lock away and lets both read before either writes: one of them then fails."""
    barrier = Barrier(2)
    if not locked:
        version = prints._version  # noqa: SLF001 (the moment between reading and writing)
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
        monkeypatch.setattr(prints, "_version", lambda *told: (barrier.wait(), version(*told))[1])

    def work() -> Print:
        if locked:
            barrier.wait()
        return print_handout(visit=cast.sato, by=cast.sari, at=NOW)

    met = at_once(work, work)
    assert Print.objects.count() == 1
    if locked:
        assert met == [Print.objects.get()] * 2
    else:
        assert [type(one) for one in met if isinstance(one, IntegrityError)] == [IntegrityError]


# --- pages -------------------------------------------------------------------------------------------------------------


def asked_for(client: Client, visit: Visit, **data: str) -> Any:
    return client.post(reverse("print_handout", args=[visit.pk]), data)


@pytest.mark.usefixtures("now")
def test_an_officer_prints_and_reads_the_handout(cast: Cast) -> None:
    client = signed_in(cast.sari)
    response = asked_for(client, cast.sato)
    version = Print.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/prints/{version.pk}/handout.pdf")
    page = client.get(response["Location"])
    assert page["Content-Type"] == "application/pdf"
    assert page["Content-Disposition"] == (
        "inline; filename*=utf-8''Kenji%20Sato%20%E2%80%93%20Forum%20Nusantara%20%E2%80%93%201.pdf"
    )
    assert page["Cache-Control"] == "no-store, private"
    assert "Meeting of Sato" in text_of(page.content)
    assert client.get(response["Location"]).content == page.content
    assert Print.objects.count() == 1  # reading writes nothing


@pytest.mark.usefixtures("now")
def test_the_language_can_be_chosen_among_those_there_are(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    asked_for(client, cast.sato, language="id")
    asked_for(client, cast.sato, language="ar")
    asked_for(client, cast.sato, language="../x")
    assert sorted(Print.objects.values_list("language", flat=True)) == ["ar", "en", "id"]


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("who", "may"),
    [("sari", True), ("ratna", True), ("bagus", False), ("dewi", False), ("putri", False), ("hendra", False)],
)
def test_who_may_print(cast: Cast, who: str, may: bool) -> None:
    version = print_handout(visit=cast.sato, by=cast.ratna, at=NOW)
    client = signed_in(getattr(cast, who))
    assert asked_for(client, cast.sato).status_code == (303 if may else 404)
    assert client.get(reverse("handout", args=[version.pk])).status_code == (200 if may else 404)
    assert client.get(reverse("print_handout", args=[cast.sato.pk])).status_code == 405


@pytest.mark.usefixtures("now")
def test_the_look_is_chosen_on_the_phone_and_kept_in_the_address(cast: Cast) -> None:
    client = signed_in(cast.sari)
    page = client.get(reverse("papers", args=[cast.sato.pk])).content.decode()
    assert all(f'<option value="{sheet}">' in page for sheet in ("a5", "a4", "a6", "large"))
    address = asked_for(client, cast.sato, sheet="a4", pictures="placeholder")["Location"]
    assert address.endswith("/handout.pdf?sheet=a4&pictures=placeholder")
    assert size_of(client.get(address).content) == (595, 842)
    assert size_of(client.get(address.replace("a4", "../x")).content) == (420, 595)


@pytest.mark.usefixtures("now")
def test_a_preview_says_so_leads_nowhere_and_writes_nothing(cast: Cast) -> None:
    client = signed_in(cast.sari)
    address = asked_for(client, cast.sato, sheet="large", language="fr", preview="1")["Location"]
    assert address == f"/visits/{cast.sato.pk}/handout/preview.pdf?sheet=large&language=fr"
    pdf = client.get(address).content
    assert text_of(pdf).count("Aperçu") == len(pages_of(pdf)) - 1  # all but the cover
    assert codes_on(pdf) == []
    assert not Print.objects.exists()
    assert signed_in(cast.bagus).get(address).status_code == 404


@pytest.mark.usefixtures("now")
def test_an_officer_whose_duty_comes_may_print_and_one_who_signed_out_may_not(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + HOUR)
    assert asked_for(signed_in(cast.sari), cast.sato).status_code == 303
    assert asked_for(Client(), cast.sato)["Location"].startswith("/accounts/login/")


@pytest.mark.usefixtures("now")
def test_a_picture_that_cannot_be_printed_is_told_on_a_page(cast: Cast) -> None:
    cast.sari.photo.save("sari.jpg", ContentFile(b"no picture"))
    address = asked_for(signed_in(cast.sari), cast.sato)["Location"]
    page = signed_in(cast.sari).get(address)
    assert page.status_code == 409
    assert "The photo of Sari Wulandari cannot be printed" in page.content.decode()
    without = signed_in(cast.sari).get(address, {"pictures": "placeholder"})
    assert "SW Sari Wulandari" in text_of(without.content)  # initials in the photo's place
