"""The press page: public facts and consents, nothing private, and nobody else's business."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from guests.models import Guest, GuestPrivate, ItineraryItem, ProtocolNote, Request, Visit
from tests.cast import Cast
from tests.factories import make_guest, make_member, make_session, make_vehicle, make_venue, make_visit
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
SECRET = "Kryptonite"


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


@pytest.mark.parametrize("number", [0, 30])
def test_the_page_takes_five_queries_however_many_guests(
    cast: Cast, now: datetime, number: int, django_assert_num_queries: Any
) -> None:
    for _each in range(number):
        make_visit(cast.event, make_guest(country="JP"))
        make_session(cast.event, venue=make_venue(cast.event))
    client = signed_in(cast.putri)
    with django_assert_num_queries(5):
        client.get(reverse("press", args=[cast.event.slug]))
