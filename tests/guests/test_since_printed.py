"""What has changed since a paper was printed: the safe part, behind a signed code that ends and can be revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from guests.itinerary import Itinerary, itineraries
from guests.models import ItineraryItem, Print, Visit
from guests.print_links import print_behind, secret_of
from guests.prints import print_handout
from guests.since_printed import changes_since
from guests.wording import LANGUAGES, WORDS
from liaison.weblog import without_secrets
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_member, make_user, make_venue
from tests.guests.desk import at as desk_at
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.guests.test_handout import HIDDEN, hide_private_words

pytestmark = pytest.mark.usefixtures("now")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def printed(cast: Cast) -> Print:
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    hall = make_venue(cast.event, "Great Hall", address="1 Sea Road")
    make_item(cast.sato, "Opening", starts_at=NOW + HOUR, venue=hall)
    make_item(cast.sato, "Lunch", starts_at=NOW + 3 * HOUR)
    make_item(cast.sato, "Reception", starts_at=NOW + 9 * HOUR)
    return print_handout(visit=cast.sato, by=cast.sari, at=NOW)


def address(version: Print) -> str:
    return reverse("since_printed", args=[secret_of(version.pk)])


def told(version: Print) -> list[tuple[str, str]]:
    """What changed, and what it is about."""
    visit = Visit.objects.filter(pk=version.stay.pk)
    now = itineraries(visit, at=NOW)[version.stay.pk]
    with override("en"):
        changes = changes_since(Itinerary.of_data(version.data), now, at=NOW)
    return [
        (one.what, one.title.replace('<bdi lang="" dir="ltr">', "").replace("</bdi>", "")) for one in changes
    ]


def items(title: str) -> Any:
    return ItineraryItem.objects.filter(title=title)


def test_it_says_what_came_what_went_and_what_is_otherwise_in_the_order_of_the_day(
    cast: Cast, printed: Print
) -> None:
    assert told(printed) == []
    make_item(cast.sato, "Tea", starts_at=NOW + 2 * HOUR)
    items("Lunch").update(state="cancelled")
    items("Reception").update(starts_at=NOW + 10 * HOUR, ends_at=NOW + 11 * HOUR)
    items("Opening").update(title="Grand opening")
    assert told(printed) == [
        ("Changed", "Grand opening"), ("New", "Tea"), ("No longer in the programme", "Lunch"), ("Changed", "Reception"),
    ]  # fmt: skip
    page = text_of(Client().get(address(printed)).content)
    assert 'Before: Thursday, 13 May 2027 · <bdi dir="ltr">18:00–19:00 WITA</bdi>' in page
    assert 'Before: <bdi lang="" dir="ltr">Opening</bdi> · Thursday' in page
    assert "19:00–20:00 WITA" in page


def test_officer_hotel_guest_and_event_are_told(cast: Cast, printed: Print) -> None:
    cast.sari_leads.withdraw()
    make_assignment(cast.sato, make_member(make_user("Citra"), cast.event))
    Visit.objects.filter(pk=cast.sato.pk).update(hotel=make_venue(cast.event, "Ayana"))
    cast.sato.guest.office = "Chairman"
    cast.sato.guest.save()
    cast.event.city = "Kupang"
    cast.event.save()
    assert told(printed) == [
        ("Changed", "Your liaison officer"), ("Changed", "Your hotel"), ("Changed", "Prepared for"), ("Changed", "Forum Nusantara"),
    ]  # fmt: skip


def test_a_plan_that_was_imported_anew_is_no_other_plan(cast: Cast, printed: Print) -> None:
    items("Lunch").delete()
    make_item(cast.sato, "Lunch", starts_at=NOW + 3 * HOUR)
    assert told(printed) == []


def test_of_two_items_alike_one_that_goes_is_told_once(cast: Cast, printed: Print) -> None:
    make_item(cast.sato, "Lunch", starts_at=NOW + 3 * HOUR)
    assert told(printed) == [("New", "Lunch")]


def test_the_page_opens_for_a_stranger_and_gives_nothing_away(cast: Cast, printed: Print) -> None:
    hide_private_words(cast)
    answer = Client().get(address(printed))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert "Meeting of Sato" in page
    for hidden in (
        HIDDEN,
        "DK ",
        "Driver",
        "Toyota",
        "Tea for Sato",
        "Red line",
        "Lim",
        "/visits/",
        "<form",
        "csrf",
    ):
        assert hidden not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_papers_language(cast: Cast, printed: Print, language: str) -> None:
    Print.objects.filter(pk=printed.pk).update(language=language)
    items("Lunch").update(title="Tea <b>")
    page = Client().get(address(printed))
    text = text_of(page.content)
    with override(language):
        said = [str(WORDS[word]) for word in ("changed", "was_changed")]
        before = str(WORDS["before"]).format(text='<bdi lang="" dir="ltr">Lunch</bdi>')
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in text
    assert all(word in text for word in [*said, before])
    assert "Tea &lt;b&gt;" in text
    items("Tea <b>").update(title="Lunch")
    with override(language):
        assert str(WORDS["unchanged"]) in text_of(Client().get(address(printed)).content)


@pytest.mark.parametrize(
    "how", ["forged", "another's", "revoked", "over", "unknown", "day sheet", "not a number"]
)
def test_what_opens_nothing_is_answered_alike(cast: Cast, printed: Print, how: str) -> None:
    found = address(printed)
    secret = secret_of(printed.pk)
    if how == "forged":
        found = found[:-2] + ("A" if found[-2] != "A" else "B") + "/"
    elif how == "another's":
        other = print_handout(visit=cast.lim, by=cast.ratna, at=NOW)
        found = reverse("since_printed", args=[f"{other.pk}.{secret.partition('.')[2]}"])
    elif how == "revoked":
        printed.revoke(at=NOW)
    elif how == "over":
        Visit.objects.filter(pk=cast.sato.pk).update(departs_at=NOW - DAY)
        Print.objects.filter(pk=printed.pk).update(printed_at=NOW - 3 * DAY)
    elif how == "unknown":
        found = reverse("since_printed", args=[secret_of(10**9)])
    elif how == "day sheet":
        Print.objects.filter(pk=printed.pk).update(kind="day_sheet", day=NOW.date(), holder=cast.sari)
    else:
        found = reverse("since_printed", args=["²³." + "a" * 27])
    plain = Client().get(reverse("since_printed", args=["x"]))
    answer = Client().get(found)
    assert (answer.status_code, answer.content) == (404, plain.content)
    assert b"Sato" not in answer.content


def test_it_lasts_as_long_as_a_link_for_the_stay(cast: Cast, printed: Print) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(departs_at=NOW + DAY)
    secret, end = secret_of(printed.pk), NOW + DAY + 12 * HOUR
    assert print_behind(secret, at=end - timedelta(seconds=1)) == printed
    assert print_behind(secret, at=end) is None


def test_without_the_installations_key_nobody_finds_an_address(printed: Print, settings: Any) -> None:
    secret = secret_of(printed.pk)
    settings.SECRET_KEY = "another"
    assert print_behind(secret, at=NOW) is None


def test_no_log_says_it(printed: Print) -> None:
    assert without_secrets(f"GET {address(printed)}?lang=ja 200") == "GET /p/…/?lang=ja 200"


def test_a_coordinator_revokes_at_the_desk(cast: Cast, printed: Print) -> None:
    chosen = {"action": "revoke_codes", "_selected_action": [printed.pk]}
    signed_in(cast.hendra).post(desk_at(Print, "changelist"), chosen)
    assert Client().get(address(printed)).status_code == 200
    signed_in(cast.ratna).post(desk_at(Print, "changelist"), chosen)
    assert Client().get(address(printed)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_opening_takes_seven_queries(
    cast: Cast, printed: Print, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _more in range(number - 1):
        make_item(cast.sato)
    with django_assert_num_queries(
        7
    ):  # the print; itinerary, items, officers, once to compare and once to show
        Client().get(address(printed))
