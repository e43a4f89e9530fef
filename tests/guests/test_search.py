"""Search: everything an officer may see is found, and not a word of anybody else's guest."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from events.models import Driver
from guests.models import (
    Assignment,
    Guest,
    GuestPrivate,
    ItineraryItem,
    LogbookEntry,
    ProtocolNote,
    Request,
    Visit,
)
from guests.searching import MOST, found_for, words_of
from liaison.accounts.models import User
from liaison.folding import folded, folded_columns
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_contact,
    make_document,
    make_guest,
    make_item,
    make_note,
    make_request,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of


def found(user: User, query: str, language: str = "en") -> dict[str, list[str]]:
    with translation.override(language):
        return {kind.name: [hit.text for hit in kind.hits] for kind in found_for(user, query, at=NOW)}


def describe(visit: Visit, word: str) -> None:
    """Put the word into everything that is searched, each time on a row of its own."""
    event = visit.event
    Guest.objects.filter(pk=visit.guest_id).update(office=f"Office {word}")
    place = make_venue(event, f"Place {word}")
    driver = make_vehicle(event, f"P {word}"[:20], f"Chauffeur {word}")
    make_item(visit, f"Item {word}", venue=place, vehicle=driver)
    make_request(
        visit,
        User.objects.get(memberships__assignments__visit=visit, memberships__assignments__ends_at__gt=NOW),
        f"Request {word}",
    )
    make_note(event, f"Note {word}", guest=visit.guest)
    LogbookEntry.objects.create(
        visit=visit, text=f"Entry {word}", author=User.objects.first(), happened_at=NOW
    )
    make_document(visit, f"Paper {word}")


KINDS = ["Guests", "Itinerary", "Requests", "Protocol", "Logbook", "Documents", "Drivers", "Places"]


def test_all_kinds_are_found_for_who_looks_after_the_guest(cast: Cast) -> None:
    describe(cast.sato, "Zanzibar")
    assert list(found(cast.sari, "zanzibar")) == KINDS
    assert list(found(cast.ratna, "zanzibar")) == KINDS


@pytest.mark.parametrize("who", ["bagus", "dewi", "putri", "hendra"])
def test_nobody_else_finds_a_word_of_the_guest(cast: Cast, who: str) -> None:
    """Places are the event's own, and everybody's who looks after one of its guests."""
    describe(cast.sato, "Zanzibar")
    seen = found(getattr(cast, who), "zanzibar")
    assert seen == ({"Places": ["Place Zanzibar"]} if who == "bagus" else {})
    assert found(getattr(cast, who), "Sato").keys() <= {"Places"}


def test_a_former_officer_finds_nothing_and_a_deputy_what_a_deputy_should(cast: Cast) -> None:
    describe(cast.sato, "Zanzibar")
    make_contact(cast.event, "Zanzibar guard")
    assert found(cast.dewi, "zanzibar") == {}
    duty = make_assignment(cast.sato, cast.dewi_officer, role=Assignment.Role.DEPUTY)
    assert list(found(cast.dewi, "zanzibar")) == sorted(
        [*KINDS, "Contacts"], key=[*KINDS[:6], "Contacts", *KINDS[6:]].index
    )
    Assignment.objects.filter(pk=duty.pk).update(ends_at=NOW)
    assert found(cast.dewi, "zanzibar") == {}


def test_private_data_are_never_searched(cast: Cast) -> None:
    GuestPrivate.objects.create(guest=cast.sato.guest, health="Kryptonit")
    make_document(cast.sato, "Kryptonit scan", is_private=True)
    assert found(cast.sari, "kryptonit") == {}


def test_accents_and_case_do_not_count(cast: Cast) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(name="Jürgen Müller", addressed_as="Señor Łukasz")
    make_item(cast.sato, "Café at the ÉTOILE")
    for query in ("Muller", "mÜLLER", "müller", "senor", "lukasz"):
        assert found(cast.sari, query)["Guests"] == ["Señor Łukasz"], query
    for query in ("cafe", "café", "étoile", "Etoile"):
        assert found(cast.sari, query)["Itinerary"] == ["Café at the ÉTOILE"], query


@pytest.mark.parametrize(
    "text", ["Müller", "ÉTOILE", "Łódź", "Đặng Thị", "佐藤健二", "ИВАН", "İstanbul", "ﬁne", ""]
)
def test_the_database_folds_as_python_does(db: None, text: str) -> None:
    row = User.objects.create_user("x@example.org", name=text or " ")
    shown = (
        User.objects.filter(pk=row.pk).annotate(text=folded_columns("name")).values_list("text", flat=True)
    )
    assert shown.get().strip() == folded(text).strip()


@pytest.mark.parametrize("query", ["japan", "Jepang", "JEPANG"])
def test_the_country_is_found_in_both_languages(cast: Cast, query: str) -> None:
    assert found(cast.sari, query) == {"Guests": ["Mr Sato"]}


def test_a_native_name_is_found_by_one_letter(cast: Cast) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(native_name="佐藤健二")
    assert found(cast.sari, "佐") == {"Guests": ["Mr Sato"]}


def test_a_name_that_is_nearly_right_is_found_among_ones_own_only(cast: Cast) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(name="Kenji Yamaguchi")
    assert found(cast.sari, "Yamagutchi") == {"Guests": ["Mr Sato"]}
    assert found(cast.bagus, "Yamagutchi") == {}


def test_every_word_counts_in_the_row_or_by_its_guest(cast: Cast) -> None:
    make_item(cast.sato, "Tea with the governor")
    make_item(cast.sato, "Flight home", kind="flight", flight_number="GA 451")
    assert found(cast.sari, "sato tea") == {
        "Itinerary": ["Tea with the governor"],
        "Requests": ["Tea for Sato"],
    }
    assert found(cast.sari, "tea governor") == {"Itinerary": ["Tea with the governor"]}
    assert found(cast.sari, "tea palace") == {}
    assert found(cast.ratna, "lim tea") == {"Requests": ["Tea for Lim"]}
    assert found(cast.sari, "451") == {"Itinerary": ["Flight home"]}


def test_what_a_choice_is_called_is_found_in_the_readers_language(cast: Cast) -> None:
    make_request(cast.sato, cast.sari, "", category=Request.Category.PRAYER)
    ItineraryItem.objects.filter(visit=cast.sato).update(kind="meal", title="Sate Taichan")
    assert found(cast.sari, "prayer") == {"Requests": ["prayer room"]}
    assert found(cast.sari, "meal") == {"Itinerary": ["Sate Taichan"]}
    assert list(found(cast.sari, "jamuan", "id").values()) == [["Sate Taichan"]]


def test_cancelled_items_are_gone_and_signs_are_letters(cast: Cast) -> None:
    make_item(cast.sato, "Gala called off", state="cancelled")
    make_item(cast.sato, "100% cotton_dress \\ ok")
    assert found(cast.sari, "gala") == {}
    assert found(cast.sari, "100%") == {"Itinerary": ["100% cotton_dress \\ ok"]}
    assert found(cast.sari, "%%") == {}
    assert found(cast.sari, "cotton_") == {"Itinerary": ["100% cotton_dress \\ ok"]}


def test_links_lead_to_the_place(cast: Cast, now: datetime) -> None:
    item, request = make_item(cast.sato, "Zebra crossing"), make_request(cast.sato, cast.sari, "Zebra print")
    note = make_note(cast.event, "Zebra skin is refused", country="JP")
    guard = make_contact(cast.event, "Zebra guard", phone="+6281200000101")
    client = signed_in(cast.sari)
    page = client.get(reverse("search"), {"q": "zebra"})
    dossier = text_of(client.get(reverse("visit", args=[cast.sato.pk])).content)
    source = text_of(page.content)
    for row, anchor in (
        (item, f"item-{item.pk}"),
        (request, "requests"),
        (note, "notes"),
        (guard, "contacts"),
    ):
        assert f'href="/visits/{cast.sato.pk}/#{anchor}"' in source, row
        assert f'id="{anchor}"' in dossier, row
    assert 'href="tel:+6281200000101"' in source
    assert 'href="https://wa.me/6281200000101"' in source
    assert 'href="/search/"' in dossier


def test_a_coordinators_answer_is_bounded(cast: Cast, now: datetime) -> None:
    for number in range(MOST + 3):
        make_visit(cast.event, make_guest(f"Zulkifli {number}"))
    page = signed_in(cast.ratna).get(reverse("search"), {"q": "zulkifli"})
    (guests,) = page.context["kinds"]
    assert (len(guests.hits), guests.has_more) == (MOST, True)
    assert "There is more. Add a word to narrow it down." in text_of(page.content)


@pytest.mark.parametrize("number", [1, 3])
def test_a_search_takes_eleven_queries_however_much_there_is(
    cast: Cast, now: datetime, number: int, django_assert_num_queries: Any
) -> None:
    for index in range(number):
        visit = make_visit(cast.event, make_guest(f"Zanzibar {index}"))
        make_assignment(visit, cast.sari_officer)
        describe(visit, f"Zanzibar {index}")
    client = signed_in(cast.sari)
    with django_assert_num_queries(11):  # session, person; guests and their eight kinds
        page = client.get(reverse("search"), {"q": "zanzibar"})
    assert len(page.context["kinds"]) == len(KINDS)


@pytest.mark.parametrize("query", ["", " ", "a", "\x00", "   z  "])
def test_less_than_two_letters_ask_for_more(cast: Cast, now: datetime, query: str) -> None:
    page = signed_in(cast.sari).get(reverse("search"), {"q": query})
    assert page.status_code == 200
    assert "Type at least two letters" in text_of(page.content)


def test_nothing_found_says_what_to_do_and_repeats_the_words_harmlessly(cast: Cast, now: datetime) -> None:
    page = text_of(signed_in(cast.sari).get(reverse("search"), {"q": "<script>qwxz</script>"}).content)
    assert "Nothing found for “&lt;script&gt;qwxz&lt;/script&gt;”." in page
    assert "Try fewer words" in page


@pytest.mark.parametrize(
    "query", ["x" * 5000, "a b " * 500, "💐💐", "ab\x00cd", "'; DROP TABLE guests_guest; --"]
)
def test_whatever_is_typed_is_answered(cast: Cast, now: datetime, query: str) -> None:
    assert signed_in(cast.sari).get(reverse("search"), {"q": query}).status_code == 200
    assert len(words_of(query)) <= 6


def test_a_stranger_is_sent_to_the_door(client: Any, db: None) -> None:
    assert client.get(reverse("search"), {"q": "sato"}).status_code == 302


def test_drivers_are_only_those_of_the_own_guests(cast: Cast) -> None:
    assert Driver.objects.filter(name__startswith="Driver").count() == 3
    assert found(cast.sari, "driver").get("Drivers") == ["Driver Sato"]
    assert found(cast.ratna, "driver").get("Drivers") == ["Driver Lim", "Driver Sato"]


def test_notes_of_another_country_are_not_found(cast: Cast) -> None:
    ProtocolNote.objects.all().delete()
    make_note(cast.event, "Kiss", country="SG")
    make_note(cast.event, "Kiss nobody")
    assert found(cast.sari, "kiss") == {"Protocol": ["Kiss nobody"]}
    Visit.objects.filter(pk=cast.lim.pk).update(arrives_at=NOW + timedelta(days=1))
    assert found(cast.bagus, "kiss") == {"Protocol": ["Kiss", "Kiss nobody"]}
