"""The guest's own screen: what it shows, in whose language, to whom, and what can never be on it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from events.models import Venue
from guests.guest_links import make_link
from guests.models import Guest, GuestLink, GuestPrivate, ItineraryItem, ProtocolNote, Request, Visit
from guests.wording import KINDS, LANGUAGES, WORDS
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_member, make_user, make_venue
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of
from tests.guests.test_guest_links import TAP

pytestmark = pytest.mark.usefixtures("now")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = "Kryptonite"


def own(cast: Cast, language: str = "en") -> str:
    """Mr Sato's screen on Sari's phone."""
    address = reverse("guest_screen", args=[cast.sato.pk])
    return text_of(signed_in(cast.sari).get(address, {"lang": language}).content)


def shared(cast: Cast, language: str = "en") -> str:
    """The same under a link, as a stranger's browser gets it."""
    lasts = GuestLink.Lasts.STAY
    _link, secret = make_link(visit=cast.sato, lasts=lasts, by=cast.sari, at=NOW, client_uuid=TAP)
    return text_of(Client().get(reverse("shared_screen", args=[secret]), {"lang": language}).content)


WAYS = pytest.mark.parametrize("page_of", [own, shared])


@WAYS
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_in_the_guests_language_and_direction(cast: Cast, page_of: Any, language: str) -> None:
    make_item(
        cast.sato,
        "Flight home",
        kind="flight",
        flight_number="GA 451",
        starts_at=NOW + DAY,
        state="tentative",
    )
    page = page_of(cast, language)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    with override(language):
        said = [
            str(WORDS[word]) for word in ("programme", "today", "tomorrow", "flight", "officer", "language")
        ]
        said.append(str(KINDS["meeting"]))
    assert [word for word in said if word.lower() not in page.lower()] == []
    assert '<bdi dir="ltr">GA 451</bdi>' in page
    hours = "10.00–11.00" if language == "id" else "10:00–11:00"
    assert f'<bdi dir="ltr">{hours} <span class="zone">WITA</span></bdi>' in page


@WAYS
def test_it_begins_in_the_first_of_the_guests_languages_that_we_have(cast: Cast, page_of: Any) -> None:
    for spoken, language in ((["fj", "zh", "en"], "zh-hans"), (["fj"], "en")):
        Guest.objects.filter(pk=cast.sato.guest_id).update(languages=spoken)
        assert f'<html lang="{language}"' in page_of(cast, "not one of ours")


def full(cast: Cast) -> None:
    """Everything that must not be seen, beside something of each kind that may."""
    guest = cast.sato.guest
    Guest.objects.filter(pk=guest.pk).update(diet=SECRET, native_name="佐藤健二", pronunciation=SECRET)
    GuestPrivate.objects.create(guest=guest, health=SECRET, passport=SECRET, phones=SECRET, security=SECRET)
    hotel = make_venue(
        cast.event,
        "Ayana Komodo",
        kind=Venue.Kind.HOTEL,
        address="Jalan Pantai 1",
        local_name="アヤナ",
        local_address="浜",
    )
    suite = hotel.points.create(kind="room", name=SECRET)
    block = hotel.points.create(kind="seats", name=f"{SECRET} block")
    Visit.objects.filter(pk=cast.sato.pk).update(
        hotel=hotel, room=SECRET, note=SECRET, companions_note=SECRET, arrival_note=SECRET
    )
    private = {
        "seat": SECRET,
        "gift": SECRET,
        "note": SECRET,
        "greeter": SECRET,
        "interpreter": SECRET,
        "estimate_by": SECRET,
    }
    ItineraryItem.objects.update(**private, leave_by_at=NOW + HOUR / 7)
    vehicle = ItineraryItem.objects.get(visit=cast.sato).vehicle
    assert vehicle
    assert vehicle.driver
    vehicle.plate = vehicle.kind = vehicle.driver.name = SECRET
    vehicle.driver.phone = "+628666666666"
    vehicle.save()
    vehicle.driver.save()
    make_item(cast.sato, "Check in", venue=hotel, point=suite, **private)
    make_item(cast.sato, "Seated", venue=hotel, point=block, **private)
    make_item(cast.sato, SECRET, visibility=ItineraryItem.Visibility.OFFICERS)
    make_item(cast.sato, SECRET, state=ItineraryItem.State.CANCELLED)
    ProtocolNote.objects.update(text=SECRET)
    Request.objects.update(text=SECRET)


@WAYS
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_private_and_no_other_guest_is_ever_on_it(cast: Cast, page_of: Any, language: str) -> None:
    full(cast)
    page = page_of(cast, language)
    for shown in (
        "Mr Sato",
        "佐藤健二",
        "Meeting of Sato",
        "Hall Sato",
        "Check in",
        "Ayana Komodo",
        "Jalan Pantai 1",
        "アヤナ",
    ):
        assert shown in page
    for hidden in (SECRET, "Lim", "Okafor", "628666666666", "8-666", "09:08", "09.08", "Dewi"):
        assert hidden not in page


@WAYS
def test_what_is_not_settled_is_marked(cast: Cast, page_of: Any) -> None:
    cast.sato.items.all().delete()
    make_item(cast.sato, "Perhaps", state="tentative", precision="approximate")
    make_item(cast.sato, "Some day", starts_at=None, precision="tbc")
    page = page_of(cast)
    assert page.index("~10:00–11:00") < page.index("Perhaps") < page.index("tentative")
    assert "approximate time" in page
    assert page.index("Time to be confirmed") < page.index("Some day")


@WAYS
def test_days_come_from_today_on_and_earlier_ones_are_folded_away(cast: Cast, page_of: Any) -> None:
    cast.sato.items.all().delete()
    make_item(cast.sato, "Arrival", starts_at=NOW - DAY)
    make_item(cast.sato, "Next week", starts_at=NOW + 7 * DAY)
    make_item(cast.sato, "Departure", starts_at=NOW + DAY)
    page = page_of(cast)
    order = (
        "Today",
        "Nothing is planned for today.",
        "Tomorrow",
        "Friday, 14 May 2027",
        "Departure",
        "Next week",
        "Earlier days",
        "Arrival",
    )
    assert sorted(order, key=page.index) == list(order)


def test_a_dinner_that_goes_on_after_midnight_is_not_over(cast: Cast) -> None:
    cast.sato.items.all().delete()
    make_item(cast.sato, "Long night", starts_at=NOW - 12 * HOUR, ends_at=NOW + HOUR)
    page = own(cast)
    assert "Earlier days" not in page
    assert page.index("21:00–10:00 ") < page.index("(13 May)") < page.index("Nothing is planned for today.")


def test_an_empty_plan_says_so(cast: Cast) -> None:
    cast.sato.items.all().delete()
    cast.sari_leads.withdraw()
    page = shared(cast)
    assert "Your programme will follow." in page
    assert "Your liaison officer will be named shortly." in page


def test_the_officer_is_called_or_written_to_by_one_tap(cast: Cast) -> None:
    type(cast.sari).objects.filter(pk=cast.sari.pk).update(phone="+6281234567890")
    page = shared(cast)
    for said in (
        "Sari Wulandari",
        'href="tel:+6281234567890"',
        "+62 812-3456-7890",
        'href="https://wa.me/6281234567890"',
    ):
        assert said in page


def test_each_of_several_officers_says_from_when_to_when(cast: Cast) -> None:
    assert "09:00 WITA</bdi> –" not in own(cast)
    cast.sari_leads.ends_at = NOW + HOUR
    cast.sari_leads.save()
    night = make_member(make_user("Citra"), cast.event)
    make_assignment(cast.sato, night, starts_at=NOW + HOUR)
    page = own(cast)
    assert 'Wed 12 May <bdi dir="ltr">09:00 WITA</bdi> – Thu 13 May <bdi dir="ltr">10:00 WITA</bdi>' in page
    assert page.index("Sari") < page.index("Citra")


@WAYS
def test_titles_stay_as_written_whatever_the_language(cast: Cast, page_of: Any) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(addressed_as="Ratu Epeli <b>")
    page = page_of(cast, "id")
    assert '<bdi lang="" dir="ltr">Ratu Epeli &lt;b&gt;</bdi>' in page


def test_foreign_runs_name_their_language(cast: Cast) -> None:
    cast.sato.items.update(title="会議 with the Governor")
    assert '<bdi lang="" dir="ltr"><span lang="zh">会議</span> with the Governor</bdi>' in own(cast, "ar")


# --- who -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("sari", 200),
        ("ratna", 200),
        ("bagus", 404),
        ("dewi", 404),
        ("putri", 404),
        ("hendra", 404),
        ("", 302),
    ],
)
def test_it_is_there_for_those_who_look_after_the_guest(cast: Cast, who: str, answer: int) -> None:
    client = signed_in(getattr(cast, who)) if who else Client()
    assert client.get(reverse("guest_screen", args=[cast.sato.pk])).status_code == answer


def test_an_officer_may_show_it_before_the_duty_and_share_it_only_on_duty(cast: Cast) -> None:
    cast.sari_leads.starts_at = NOW + HOUR
    cast.sari_leads.save()
    page = own(cast)
    assert "Mr Sato" in page
    assert "/guest/links/" not in page
    assert signed_in(cast.sari).get(reverse("guest_links", args=[cast.sato.pk])).status_code == 403


def test_the_way_back_is_in_the_officers_language_and_nothing_else_of_the_app_is_there(cast: Cast) -> None:
    type(cast.sari).objects.filter(pk=cast.sari.pk).update(language="id")
    page = own(cast, "ar")
    assert (
        f'<nav class="back" lang="id" dir="ltr"><a class="button button--quiet" href="/visits/{cast.sato.pk}/">'
        in page
    )
    links = set(re.findall(r'href="(/[^"]*)"', page)) - set(re.findall(r'href="(/static/[^"]*)"', page))
    assert links == {f"/visits/{cast.sato.pk}/", f"/visits/{cast.sato.pk}/guest/links/"}


def test_today_and_the_dossier_lead_there(cast: Cast) -> None:
    link = f'href="/visits/{cast.sato.pk}/guest/"'
    client = signed_in(cast.sari)
    for page in (reverse("today"), reverse("visit", args=[cast.sato.pk])):
        assert link in client.get(page).content.decode()


@pytest.mark.parametrize("items", [1, 3])
def test_it_takes_seven_queries_however_much_there_is(
    cast: Cast, items: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _more in range(items - 1):
        make_item(cast.sato, venue=make_venue(cast.event, address="Somewhere"))
        make_assignment(cast.sato, make_member(make_user(), cast.event), role="deputy")
    client = signed_in(cast.sari)
    with django_assert_num_queries(7):  # session, person, visit, whether on duty; itinerary, items, officers
        client.get(reverse("guest_screen", args=[cast.sato.pk]))
