"""Late: what the officer sees, what is written, who is told, who may not."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from guests.models import Assignment, ItineraryItem, LogbookEntry, PlanMark
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW, make_assignment, make_item, make_session, make_vehicle
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def plan(cast: Cast) -> list[ItineraryItem]:
    """A transfer to an opening that does not wait; the car then fetches Ms Lim."""
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    car = make_vehicle(cast.event, "DK 1 XY", "Made")
    ride = make_item(
        cast.sato, "To the opening", kind="transfer", vehicle=car, leave_by_at=NOW + 25 * MINUTE,
        starts_at=NOW + 30 * MINUTE, ends_at=NOW + 50 * MINUTE,
    )  # fmt: skip
    opening = make_item(
        cast.sato, "Opening", kind="session", session=make_session(cast.event), starts_at=NOW + 60 * MINUTE
    )
    make_item(cast.lim, "Fetch Ms Lim", kind="transfer", vehicle=car, starts_at=NOW + 55 * MINUTE)
    return [ride, opening]


def page(cast: Cast, **asked: int | str) -> str:
    return text_of(signed_in(cast.sari).get(reverse("late", args=[cast.sato.pk]), asked).content)


def seen_on(html: str) -> str:
    return html.split('name="seen" value="')[1].split('"')[0]


def send(cast: Cast, item: ItineraryItem, minutes: int = 15, **data: object) -> Any:
    seen = data.pop("seen", None) or seen_on(page(cast, item=item.pk, minutes=minutes))
    given = {"client_uuid": str(uuid4()), "item": item.pk, "minutes": minutes, "seen": seen}
    return signed_in(cast.sari).post(reverse("late", args=[cast.sato.pk]), given | data)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def times(item: ItineraryItem) -> tuple[Any, Any, Any]:
    item.refresh_from_db()
    return tuple(
        moment and (moment - NOW) // MINUTE for moment in (item.leave_by_at, item.starts_at, item.ends_at)
    )  # type: ignore[return-value]


def test_the_consequences_are_shown_before_anything_is_written(cast: Cast, plan: list[ItineraryItem]) -> None:
    html = page(cast, minutes=15)
    assert "15 min late: what follows" in html
    assert "09:30–09:50 WITA → 09:45–10:05 WITA" in html
    assert "has begun: 5 min late" in html
    assert "another guest needs it at 09:55 WITA" in html
    assert "Lim" not in html
    assert times(plan[0]) == (25, 30, 50)
    assert not LogbookEntry.objects.exists()
    assert not Notice.objects.exists()


def test_sent_the_item_moves_with_its_source_and_the_team_knows(
    cast: Cast, plan: list[ItineraryItem]
) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    PlanMark.objects.all().delete()
    response = send(cast, plan[0])
    assert response["Location"] == f"/today/#visit-{cast.sato.pk}"
    assert told(response) == ["The team knows: Mr Sato is 15 min late."]
    assert times(plan[0]) == (40, 45, 65)
    assert (plan[0].estimate_by, plan[0].estimate_at, plan[0].precision, plan[0].sequence) == (
        "Sari Wulandari", NOW, "approximate", 1,
    )  # fmt: skip
    assert times(plan[1]) == (None, 60, 120)
    assert list(PlanMark.objects.values_list("visit_id", flat=True)) == [cast.sato.pk]
    entry = LogbookEntry.objects.get()
    assert (entry.kind, entry.text, entry.author) == ("late", "15 min late: To the opening", cast.sari)
    assert {notice.recipient for notice in Notice.objects.all()} == {cast.ratna, cast.bagus}


def test_coordinators_read_whose_car_it_is_and_officers_do_not(cast: Cast, plan: list[ItineraryItem]) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    send(cast, plan[0])
    texts = {notice.recipient: word(notice) for notice in Notice.objects.select_related("recipient")}
    assert texts[cast.ratna].subject == "Mr Sato: 15 min late"
    for words in (texts[cast.ratna].text, texts[cast.ratna].html):
        assert "DK 1 XY is also needed for Ms Lim" in words
        assert "~09:45–10:05 WITA" in words
    assert "Opening: 5 min late" in texts[cast.ratna].text
    assert "DK 1 XY is also needed for another guest" in texts[cast.bagus].text
    assert "Lim" not in texts[cast.bagus].text + texts[cast.bagus].html


def test_whose_car_is_kept_is_told_of_their_own_guest_only(cast: Cast, plan: list[ItineraryItem]) -> None:
    make_item(
        cast.lim, "Shared ride", kind="transfer", vehicle=plan[0].vehicle, starts_at=NOW + 30 * MINUTE,
        ends_at=NOW + 50 * MINUTE,
    )  # fmt: skip
    elsewhere = make_item(cast.okafor, "Far", vehicle=plan[0].vehicle, starts_at=NOW + 55 * MINUTE)
    send(cast, plan[0])
    notices = Notice.objects.filter(kind="car_late").order_by("pk")
    assert {notice.recipient for notice in notices} == {cast.bagus}
    shared, fetched = (word(notice) for notice in notices)
    assert shared.subject == "Ms Lim: DK 1 XY runs 15 min late"
    assert "Shared ride, 09:30 WITA" in shared.text
    assert fetched.subject == "Ms Lim: DK 1 XY may come late"
    assert "Fetch Ms Lim, 09:55 WITA" in fetched.text
    assert "free at ~10:05 WITA" in fetched.text
    for words in (shared, fetched):
        assert "Sato" not in words.subject + words.text + words.html
    assert elsewhere.title not in fetched.text


def test_whose_it_is_reads_who_may_see_them(cast: Cast, plan: list[ItineraryItem]) -> None:
    make_item(
        cast.lim, "Shared", vehicle=plan[0].vehicle, starts_at=NOW + 20 * MINUTE, ends_at=NOW + 40 * MINUTE
    )
    address, asked = reverse("late", args=[cast.sato.pk]), {"minutes": 15}
    officers = text_of(signed_in(cast.sari).get(address, asked).content)
    assert "another guest rides along at 09:20 WITA" in officers
    assert "Lim" not in officers
    theirs = text_of(signed_in(cast.ratna).get(address, asked).content)
    assert "Ms Lim rides along at 09:20 WITA" in theirs
    assert "Ms Lim needs it at 09:55 WITA" in theirs


def test_other_minutes_are_seen_and_sent_as_the_presets_are(cast: Cast, plan: list[ItineraryItem]) -> None:
    assert "50 min late: what follows" in page(cast, item=plan[0].pk, minutes=50)
    assert told(send(cast, plan[0], minutes=50)) == ["The team knows: Mr Sato is 50 min late."]
    assert times(plan[0]) == (75, 80, 100)


def test_a_double_tap_counts_once(cast: Cast, plan: list[ItineraryItem]) -> None:
    form, seen = str(uuid4()), seen_on(page(cast, minutes=15))
    for _tap in range(2):
        response = send(cast, plan[0], client_uuid=form, seen=seen)
        assert told(response)[-1] == "The team knows: Mr Sato is 15 min late."
    assert times(plan[0]) == (40, 45, 65)
    told_once = {("late", cast.ratna), ("car_late", cast.bagus)}
    assert LogbookEntry.objects.count() == 1
    assert [(each.kind, each.recipient) for each in Notice.objects.order_by("-kind")] == sorted(
        told_once, key=lambda each: each[0], reverse=True
    )


def test_a_plan_that_changed_meanwhile_is_looked_at_again(cast: Cast, plan: list[ItineraryItem]) -> None:
    seen = seen_on(page(cast, minutes=15))
    ItineraryItem.objects.filter(pk=plan[0].pk).update(ends_at=NOW + 45 * MINUTE)
    response = send(cast, plan[0], seen=seen)
    assert told(response) == ["The plan has changed meanwhile. Nothing was sent: look again."]
    assert response["Location"] == f"/visits/{cast.sato.pk}/late/?item={plan[0].pk}&minutes=15"
    assert times(plan[0]) == (25, 30, 45)
    assert not LogbookEntry.objects.exists()


def test_an_item_that_has_begun_meanwhile_is_looked_at_again(
    cast: Cast, plan: list[ItineraryItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take longer instead of moving whole, which is not what was seen."""
    seen = seen_on(page(cast, minutes=15))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 31 * MINUTE)
    response = send(cast, plan[0], seen=seen)
    assert told(response) == ["The plan has changed meanwhile. Nothing was sent: look again."]
    assert times(plan[0]) == (25, 30, 50)


def test_somebody_elses_item_cannot_be_late_through_ones_own_guest(
    cast: Cast, plan: list[ItineraryItem]
) -> None:
    theirs = ItineraryItem.objects.get(title="Fetch Ms Lim")
    response = send(cast, theirs, seen="x")
    assert told(response) == ["The plan has changed meanwhile. Nothing was sent: look again."]
    assert times(theirs) == (None, 55, 115)


@pytest.mark.parametrize("minutes", ["0", "-5", "721", "soon", ""])
def test_other_minutes_that_cannot_be_are_said_and_kept(
    cast: Cast, plan: list[ItineraryItem], minutes: str
) -> None:
    html = page(cast, minutes=minutes)
    assert "errorlist" in html
    assert f'value="{minutes}"' in html or not minutes
    assert "what follows</h2>" not in html
    response = signed_in(cast.sari).post(
        reverse("late", args=[cast.sato.pk]), {"item": plan[0].pk, "minutes": minutes}
    )
    assert response.status_code == 422
    assert times(plan[0]) == (25, 30, 50)


def test_what_goes_on_now_can_be_late_too(cast: Cast, plan: list[ItineraryItem]) -> None:
    talk = make_item(cast.sato, "Long talk", starts_at=NOW - 30 * MINUTE, ends_at=NOW + 20 * MINUTE)
    assert "No: it is about Long talk, 08:30 WITA" in page(cast)
    send(cast, talk, 30)
    assert times(talk) == (None, -30, 50)
    assert times(plan[0]) == (50, 55, 75)


def test_nothing_planned_says_what_to_do(cast: Cast) -> None:
    ItineraryItem.objects.filter(visit=cast.sato).delete()
    html = page(cast, minutes=15)
    assert "Nothing is planned that could be late." in html
    assert 'name="minutes"' not in html


def test_before_duty_nothing_can_be_sent(cast: Cast, plan: list[ItineraryItem]) -> None:
    seen = seen_on(page(cast, minutes=15))
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + timedelta(hours=1))
    assert send(cast, plan[0], seen=seen).status_code == 403
    assert times(plan[0]) == (25, 30, 50)


@pytest.mark.parametrize("number", [1, 3])
def test_the_preview_takes_eight_queries_however_much_follows(
    cast: Cast, plan: list[ItineraryItem], number: int, django_assert_num_queries: Any, now: datetime
) -> None:
    for index in range(number):
        make_item(cast.sato, "Talk", starts_at=NOW + (60 + index) * MINUTE, vehicle=plan[0].vehicle)
        make_item(cast.lim, "Ride", starts_at=NOW + (52 + index) * MINUTE, vehicle=plan[0].vehicle)
    client, address = signed_in(cast.sari), reverse("late", args=[cast.sato.pk])
    with django_assert_num_queries(
        8
    ):  # session, person, visit, duty; plan, and the same again, cars, whose one sees
        client.get(address, {"minutes": 15})
