"""Handing a guest over: who may, what the receiver reads, what passes, and when it is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from events.models import Membership, Role
from guests.assignment import withdraw
from guests.handover import HandoverError, accept_handover, proposed_note, withdraw_handover
from guests.models import Assignment, Handover, LogbookEntry, Request, Visit
from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_item,
    make_member,
    make_request,
    make_user,
    make_vehicle,
)
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

pytestmark = pytest.mark.usefixtures("now")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def give(cast: Cast, receiver: Membership, by: User | None = None, **data: object) -> Any:
    address = reverse("hand_over", args=[cast.sato.pk])
    given = {"client_uuid": str(uuid4()), "receiver": receiver.pk, "mood": "Tired, but kind"}
    return signed_in(by or cast.sari).post(address, given | data)


def offered(cast: Cast, receiver: Membership | None = None) -> Handover:
    give(cast, receiver or cast.bagus_officer)
    return Handover.objects.get(state="offered")


def answer(user: User, how: str, offer: Handover) -> Any:
    return signed_in(user).post(reverse(f"{how}_handover", args=[offer.pk]))


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def leads(visit: Visit) -> list[tuple[Membership, Any, Any]]:
    rows = Assignment.objects.standing().filter(visit=visit, role="lead", ends_at__gt=NOW - HOUR)
    return [(row.officer, row.starts_at, row.ends_at) for row in rows.order_by("starts_at")]


def test_the_note_is_proposed_from_what_is_known(cast: Cast) -> None:
    cast.sato.items.all().delete()
    car = make_vehicle(cast.event, "DK 1 XY", "Made")
    make_item(cast.sato, "Opening", vehicle=car, leave_by_at=NOW + 30 * MINUTE)
    make_request(cast.sato, cast.sari, "Two bags", category="luggage", due_at=NOW + HOUR)
    for ago, text in ((13 * HOUR, "Slept badly"), (HOUR, "In good spirits")):
        LogbookEntry.objects.create(visit=cast.sato, text=text, author=cast.sari, happened_at=NOW - ago)
    assert proposed_note(cast.sato, at=NOW) == {
        "mood": "08:00 WITA: In good spirits",
        "promises": "",
        "requests": "Tea for Sato\nTwo bags, due 10:00 WITA",
        "next_movement": "10:00 WITA, Opening, Leave by 09:30 WITA",
        "car": "DK 1 XY, Made, +628123456789",
        "luggage": "Two bags",
    }


def test_promises_and_luggage_are_passed_on_from_hand_to_hand(cast: Cast) -> None:
    for number, state in enumerate(("accepted", "accepted", "declined")):
        Handover.objects.create(
            assignment=cast.sari_leads,
            receiver=cast.bagus_officer,
            note={"promises": f"Speech {number}", "luggage": f"Bag {number}", "mood": "Tired"},
            state=state,
            offered_at=NOW - timedelta(hours=9 - number),
            answered_at=NOW - timedelta(hours=8 - number),
        )
    make_request(cast.sato, cast.sari, "Garment bag to the hotel", category="luggage")
    note = proposed_note(cast.sato, at=NOW)
    assert (note["promises"], note["luggage"]) == ("Speech 1", "Bag 1\nGarment bag to the hotel")
    assert note["mood"] == ""
    assert proposed_note(cast.lim, at=NOW)["promises"] == ""


def test_until_it_is_accepted_the_guest_is_still_the_givers(cast: Cast) -> None:
    response = give(cast, cast.bagus_officer)
    offer = Handover.objects.get()
    assert response["Location"] == f"/handovers/{offer.pk}/"
    assert told(response) == ["Offered: Bagus Pratama can accept Mr Sato now."]
    assert (offer.assignment, offer.receiver, offer.note["mood"]) == (
        cast.sari_leads, cast.bagus_officer, "Tired, but kind",
    )  # fmt: skip
    assert leads(cast.sato) == [(cast.sari_officer, NOW - DAY, NOW + 2 * DAY)]
    assert not Visit.objects.visible_to(cast.bagus, at=NOW).filter(pk=cast.sato.pk).exists()
    (notice,) = Notice.objects.all()
    assert (notice.recipient, word(notice).subject) == (
        cast.bagus,
        "Sari Wulandari hands Mr Sato over to you",
    )


def test_the_receiver_reads_the_note_first_and_accepts_with_one_tap(cast: Cast) -> None:
    offer, client = offered(cast), signed_in(cast.bagus)
    assert f'href="/handovers/{offer.pk}/"' in text_of(client.get("/today/").content)
    page = text_of(client.get(reverse("handover", args=[offer.pk])).content)
    assert page.index("Tired, but kind") < page.index("Accept Mr Sato")
    response = answer(cast.bagus, "accept", offer)
    assert told(response) == ["Mr Sato is yours now."]
    assert leads(cast.sato) == [(cast.sari_officer, NOW - DAY, NOW), (cast.bagus_officer, NOW, NOW + 2 * DAY)]
    assert "handovers" not in text_of(client.get("/today/").content)
    assert signed_in(cast.sari).get(reverse("visit", args=[cast.sato.pk])).status_code == 404
    assert signed_in(cast.sari).get(reverse("handover", args=[offer.pk])).status_code == 404


def test_open_requests_follow_and_both_and_the_coordinator_are_told(cast: Cast) -> None:
    own = make_request(cast.sato, cast.sari, "Umbrella", owner=cast.sari_officer)
    done = make_request(cast.sato, cast.sari, "Tea", owner=cast.sari_officer, state="done", closed_at=NOW)
    others = make_request(cast.lim, cast.sari, "Shawl", owner=cast.sari_officer)
    offer = offered(cast)
    Notice.objects.all().delete()
    accept_handover(handover=offer, at=NOW + MINUTE)
    owners = dict(Request.objects.filter(pk__in=[own.pk, done.pk, others.pk]).values_list("pk", "owner"))
    assert owners == {
        own.pk: cast.bagus_officer.pk,
        done.pk: cast.sari_officer.pk,
        others.pk: cast.sari_officer.pk,
    }
    assert {notice.recipient for notice in Notice.objects.all()} == {cast.sari, cast.bagus, cast.ratna}
    words = word(Notice.objects.get(recipient=cast.ratna))
    assert words.subject == "Mr Sato is now with Bagus Pratama"
    assert "over from Sari Wulandari, with the open requests." in words.html
    entry = LogbookEntry.objects.get()
    assert (entry.kind, entry.text) == ("handover", "Handed over: Sari Wulandari → Bagus Pratama")


def test_accepting_twice_counts_once(cast: Cast) -> None:
    offer = offered(cast)
    for _tap in range(2):
        assert told(answer(cast.bagus, "accept", offer))[-1] == "Mr Sato is yours now."
    assert len(leads(cast.sato)) == 2
    assert LogbookEntry.objects.count() == 1


def test_offering_twice_counts_once_and_another_is_refused_with_what_was_typed(cast: Cast) -> None:
    form = str(uuid4())
    for _tap in range(2):
        assert give(cast, cast.bagus_officer, client_uuid=form).status_code == 302
    citra = make_member(make_user("Citra"), cast.event)
    response = give(cast, citra, client_uuid=form, promises="A copy of the speech")
    page = text_of(response.content)
    assert response.status_code == 422
    assert "You have already offered this guest. Take that offer back first." in page
    assert "A copy of the speech</textarea>" in page
    assert Handover.objects.count() == 1


@pytest.mark.parametrize("chosen", ["", "0", "hendra", "self"])
def test_who_cannot_take_over_cannot_be_chosen(cast: Cast, chosen: str) -> None:
    foreign = make_member(cast.hendra, cast.other_event)
    receiver = {"hendra": str(foreign.pk), "self": str(cast.sari_officer.pk)}.get(chosen, chosen)
    sent = {"receiver": receiver, "mood": "Tired, but kind"}
    response = signed_in(cast.sari).post(reverse("hand_over", args=[cast.sato.pk]), sent)
    assert response.status_code == 422
    assert "Tired, but kind" in response.content.decode()
    assert not Handover.objects.exists()


def test_declined_the_guest_stays(cast: Cast) -> None:
    offer = offered(cast)
    Notice.objects.all().delete()
    assert told(answer(cast.bagus, "decline", offer)) == ["Declined. Mr Sato stays with Sari Wulandari."]
    assert leads(cast.sato) == [(cast.sari_officer, NOW - DAY, NOW + 2 * DAY)]
    assert {notice.recipient for notice in Notice.objects.all()} == {cast.sari, cast.ratna}
    assert told(answer(cast.bagus, "decline", offer))[-1] == "Declined. Mr Sato stays with Sari Wulandari."
    assert (
        told(answer(cast.bagus, "accept", offer))[-1]
        == "This handover is already declined. Nothing was changed."
    )
    assert signed_in(cast.bagus).get(reverse("handover", args=[offer.pk])).status_code == 404
    assert give(cast, cast.bagus_officer).status_code == 302


def test_taken_back_it_cannot_be_accepted(cast: Cast) -> None:
    offer = offered(cast)
    assert told(answer(cast.sari, "withdraw", offer)) == ["Taken back. Mr Sato stays with you."]
    with pytest.raises(HandoverError, match="already withdrawn"):
        accept_handover(handover=offer, at=NOW)
    said = "This handover is already withdrawn. Nothing was changed."
    assert told(answer(cast.bagus, "accept", offer)) == [said]
    assert signed_in(cast.bagus).get(reverse("handover", args=[offer.pk])).status_code == 404
    assert leads(cast.sato) == [(cast.sari_officer, NOW - DAY, NOW + 2 * DAY)]


def test_accepted_it_cannot_be_taken_back(cast: Cast) -> None:
    offer = offered(cast)
    accept_handover(handover=offer, at=NOW)
    with pytest.raises(HandoverError, match="already accepted"):
        withdraw_handover(handover=offer, at=NOW)


def test_a_duty_withdrawn_at_the_desk_takes_its_offer_along(cast: Cast) -> None:
    offer = offered(cast)
    withdraw(assignments=[cast.sari_leads], at=NOW)
    offer.refresh_from_db()
    assert offer.state == "withdrawn"
    answer(cast.bagus, "accept", offer)
    assert not Assignment.objects.filter(visit=cast.sato, officer=cast.bagus_officer).exists()


def test_a_duty_that_is_over_cannot_be_accepted(cast: Cast) -> None:
    offer = offered(cast)
    with pytest.raises(HandoverError, match="The duty was changed or is over"):
        accept_handover(handover=offer, at=NOW + 2 * DAY)
    assert Assignment.objects.filter(visit=cast.sato, officer=cast.bagus_officer).count() == 0


def test_a_deputy_steps_up_and_is_deputy_again_afterwards(cast: Cast) -> None:
    deputy = Assignment.Role.DEPUTY
    make_assignment(cast.sato, cast.bagus_officer, role=deputy, ends_at=NOW + 3 * DAY)
    accept_handover(handover=offered(cast), at=NOW)
    rows = (
        Assignment.objects.standing()
        .filter(visit=cast.sato, officer=cast.bagus_officer)
        .order_by("starts_at")
    )
    assert [(row.role, row.starts_at, row.ends_at) for row in rows] == [
        ("deputy", NOW - DAY, NOW),
        ("lead", NOW, NOW + 2 * DAY),
        ("deputy", NOW + 2 * DAY, NOW + 3 * DAY),
    ]


def test_the_lead_is_not_made_deputy_by_the_deputy(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    response = give(cast, cast.sari_officer, by=cast.bagus)
    assert "Sari Wulandari already leads Mr Sato in that time." in text_of(response.content)
    assert not Handover.objects.exists()


def test_a_deputy_hands_over_the_deputyship(cast: Cast) -> None:
    make_assignment(cast.sato, cast.bagus_officer, role=Assignment.Role.DEPUTY)
    citra = make_member(make_user("Citra"), cast.event)
    give(cast, citra, by=cast.bagus)
    accept_handover(handover=Handover.objects.get(), at=NOW)
    assert Assignment.objects.current(NOW).get(visit=cast.sato, role="deputy").officer == citra
    assert leads(cast.sato) == [(cast.sari_officer, NOW - DAY, NOW + 2 * DAY)]


@pytest.mark.parametrize(
    ("who", "how", "code"),
    [
        ("sari", "accept", 403), ("ratna", "accept", 403), ("dewi", "accept", 404), ("hendra", "accept", 404),
        ("putri", "decline", 404), ("bagus", "withdraw", 403), ("ratna", "withdraw", 403),
    ],
)  # fmt: skip
def test_only_the_receiver_answers_and_only_the_giver_takes_back(
    cast: Cast, who: str, how: str, code: int
) -> None:
    offer = offered(cast)
    assert answer(getattr(cast, who), how, offer).status_code == code
    offer.refresh_from_db()
    assert offer.state == "offered"


def test_before_duty_nobody_hands_over(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(starts_at=NOW + HOUR)
    assert give(cast, cast.bagus_officer).status_code == 403


def test_an_officer_without_guests_sees_the_offer_too(cast: Cast) -> None:
    citra = make_user("Citra")
    offer = offered(cast, make_member(citra, cast.event))
    assert f'href="/handovers/{offer.pk}/"' in text_of(signed_in(citra).get("/today/").content)
    assert "handovers" not in text_of(signed_in(cast.bagus).get("/today/").content)


def test_the_coordinator_reads_open_handovers_at_the_desk(cast: Cast) -> None:
    offer = offered(cast)
    client = signed_in(cast.ratna)
    (board,) = client.get(reverse("admin:index")).context["boards"]
    card = next(card for card in board.cards if card.title == "Open handovers")
    assert (card.number, card.is_urgent) == (1, True)
    assert len(client.get(card.address).context["cl"].result_list) == 1
    assert "Tired, but kind" in text_of(
        client.get(reverse("admin:guests_handover_change", args=[offer.pk])).content
    )


@pytest.mark.parametrize("number", [1, 3])
def test_the_form_takes_ten_queries_for_any_team(
    cast: Cast, number: int, django_assert_num_queries: Any
) -> None:
    for index in range(number):
        make_member(make_user(f"Officer {index}"), cast.event)
        make_request(cast.sato, cast.sari)
        make_item(cast.sato, vehicle=make_vehicle(cast.event, f"L {index}", "Made"))
    make_member(make_user(), cast.event, Role.PRESS)
    client = signed_in(cast.sari)
    with django_assert_num_queries(
        10
    ):  # session, person, visit, duty, open offer; plan, logbook, requests, last note; team
        page = client.get(reverse("hand_over", args=[cast.sato.pk]))
    assert text_of(page.content).count('name="receiver"') == number + 2


@pytest.mark.parametrize("number", [1, 3])
def test_the_note_takes_three_queries(cast: Cast, number: int, django_assert_num_queries: Any) -> None:
    offer = offered(cast)
    for _each in range(number):
        make_request(cast.sato, cast.sari)
    client = signed_in(cast.bagus)
    with django_assert_num_queries(3):  # session, person, the offer with all it names
        client.get(reverse("handover", args=[offer.pk]))
