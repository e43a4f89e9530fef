"""The press page: public facts and consents, nothing private, and nobody else's business."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from guests.models import Guest, GuestPrivate, ItineraryItem, ProtocolNote, Request, Visit
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_guest,
    make_item,
    make_member,
    make_session,
    make_vehicle,
    make_venue,
    make_visit,
)
from tests.guests.desk import save
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
SECRET = "Kryptonite"


def words_of(page: Any) -> str:
    """What the page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def page_for(cast: Cast, who: str) -> Any:
    return signed_in(getattr(cast, who)).get(reverse("press", args=[cast.event.slug]))


def test_names_offices_and_consents_are_shown(cast: Cast) -> None:
    Guest.objects.filter(pk=cast.sato.guest_id).update(
        honorific_before="H.E.", native_name="佐藤健二", office="Governor", organisation="Bank of Japan"
    )
    Visit.objects.filter(pk=cast.sato.pk).update(photo_consent="given", press_consent="refused")
    page = text_of(page_for(cast, "putri").content)
    for said in ("H.E. Kenji Sato", '<span lang="ja">佐藤健二</span>', "Governor · Bank of Japan · Japan"):
        assert said in page
    for said in ("Photo: given", "Interview: refused", "Photo: not asked", "Interview: not asked"):
        assert said in page


def test_the_programme_is_on_the_events_clock(cast: Cast) -> None:
    hall = make_venue(cast.event, "Grand Komodo")
    make_session(cast.event, "Opening", venue=hall, part="Plenary")
    make_session(cast.other_event, "Elsewhere")
    page = text_of(page_for(cast, "putri").content)
    for said in ("Thursday, 13 May", "10:00–11:00 WITA", "Opening", "Plenary", "Grand Komodo"):
        assert said in page
    assert "Elsewhere" not in page


def test_nothing_private_is_on_the_page(cast: Cast) -> None:
    hotel = make_venue(cast.event, f"{SECRET} hotel")
    Visit.objects.filter(pk=cast.sato.pk).update(
        hotel=hotel, room=SECRET, note=SECRET, companions_note=SECRET, arrival_note=SECRET
    )
    Guest.objects.filter(pk=cast.sato.guest_id).update(diet=SECRET)
    GuestPrivate.objects.create(guest=cast.sato.guest, health=SECRET)
    Request.objects.update(text=SECRET)
    ProtocolNote.objects.update(text=SECRET)
    ItineraryItem.objects.update(title=SECRET, vehicle=make_vehicle(cast.event, SECRET, SECRET))
    page = page_for(cast, "putri").content.decode()
    assert "Kenji Sato" in page
    for private in (SECRET, "+628123456789", "VVIP", "/visits/"):
        assert private not in page


def test_guests_of_other_events_are_not_there(cast: Cast) -> None:
    assert "Okafor" not in page_for(cast, "putri").content.decode()


@pytest.mark.parametrize(
    ("who", "answer"),
    [("putri", 200), ("ratna", 200), ("sari", 404), ("bagus", 404), ("dewi", 404), ("hendra", 404)],
)
def test_the_page_is_there_for_press_and_coordinators(cast: Cast, who: str, answer: int) -> None:
    assert page_for(cast, who).status_code == answer


def test_who_works_at_both_events_in_other_roles_sees_only_where_they_are_press(cast: Cast) -> None:
    make_member(cast.putri, cast.other_event)
    assert signed_in(cast.putri).get(reverse("press", args=[cast.other_event.slug])).status_code == 404


def test_an_event_without_guests_and_sessions_says_so(cast: Cast) -> None:
    Visit.objects.all().delete()
    page = text_of(page_for(cast, "putri").content)
    assert "No guests yet." in page
    assert "No public sessions yet." in page


def press_item(visit: Visit, press: str, title: str, **fields: Any) -> ItineraryItem:
    return make_item(visit, title, press=press, **fields)


def test_photographs_and_interviews_say_when_and_where(cast: Cast) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(photo_consent="given", press_consent="given")
    hall = make_venue(cast.event, "Grand Komodo")
    lobby = hall.points.create(kind="lounge", name="Press corner")
    press_item(cast.sato, "photo", "Arrival at the red carpet", venue=hall)
    press_item(
        cast.sato,
        "interview",
        "Talk with the daily",
        point=lobby,
        starts_at=NOW + timedelta(days=1),
        state="tentative",
    )
    press_item(cast.sato, "photo", "Farewell", starts_at=None, precision="tbc")
    page = words_of(page_for(cast, "putri"))
    for said in (
        "Thursday, 13 May 10:00–11:00 WITA Photographs Kenji Sato Arrival at the red carpet Grand Komodo",
        "Friday, 14 May 09:00–10:00 WITA Interview tentative Kenji Sato Talk with the daily Press corner, Grand Komodo",
        "Time to be confirmed Photographs Kenji Sato Farewell",
    ):
        assert said in page
    for hidden in ("Meeting of Sato", "Hall Sato"):
        assert hidden not in page


@pytest.mark.parametrize("answer", ["unknown", "refused"])
def test_no_window_is_shown_that_the_guest_did_not_agree_to(cast: Cast, answer: str) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(photo_consent="given", press_consent=answer)
    Visit.objects.filter(pk=cast.lim.pk).update(photo_consent=answer, press_consent="given")
    for visit in (cast.sato, cast.lim):
        surname = visit.guest.name.split()[-1]
        press_item(visit, "photo", f"Photo of {surname}")
        press_item(visit, "interview", f"Talk with {surname}")
    press_item(cast.sato, "photo", "Called off", state="cancelled")
    press_item(cast.sato, "photo", "Among ourselves", visibility="officers")
    page = words_of(page_for(cast, "putri"))
    assert "Photo of Sato" in page
    assert "Talk with Lim" in page
    for hidden in ("Talk with Sato", "Photo of Lim", "Called off", "Among ourselves"):
        assert hidden not in page


def test_windows_tell_no_room_and_nothing_of_another_event(cast: Cast) -> None:
    Visit.objects.all().update(photo_consent="given", press_consent="given")
    hotel = make_venue(cast.event, "Ayana")
    suite = hotel.points.create(kind="room", name=SECRET)
    Visit.objects.filter(pk=cast.sato.pk).update(hotel=hotel)
    private = {"seat": SECRET, "gift": SECRET, "note": SECRET, "greeter": SECRET, "interpreter": SECRET}
    press_item(
        cast.sato, "photo", "On the terrace", point=suite, vehicle=make_vehicle(cast.event, SECRET), **private
    )
    press_item(cast.okafor, "photo", "Elsewhere")
    page = page_for(cast, "putri").content.decode()
    assert "On the terrace" in page
    for hidden in (SECRET, "Elsewhere"):
        assert hidden not in page


def test_what_the_desk_marks_for_the_press_is_on_the_press_page(cast: Cast) -> None:
    Visit.objects.filter(pk=cast.sato.pk).update(photo_consent="given")
    item = cast.sato.items.get()
    address = reverse("admin:guests_itineraryitem_change", args=[item.pk])
    assert save(signed_in(cast.ratna), address, {"press": "photo"}) == {}
    assert "Meeting of Sato" in words_of(page_for(cast, "putri"))


@pytest.mark.parametrize("number", [0, 30])
def test_the_page_takes_six_queries_however_many_guests(
    cast: Cast, now: datetime, number: int, django_assert_num_queries: Any
) -> None:
    for _each in range(number):
        visit = make_visit(cast.event, make_guest(country="JP"), photo_consent="given")
        press_item(visit, "photo", "Portrait", venue=make_venue(cast.event))
        make_session(cast.event, venue=make_venue(cast.event))
    client = signed_in(cast.putri)
    with django_assert_num_queries(6):
        client.get(reverse("press", args=[cast.event.slug]))
