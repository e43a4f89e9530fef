"""Erasing at the desk: the plan, the report, and a person erased after the name was typed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from guests.erasing.due import erase_due
from guests.models import Erasure, Guest, GuestPrivate, PrivateReading
from tests.cast import Cast
from tests.factories import NOW, make_document, make_visit
from tests.guests.desk import signed_in, words_of


@pytest.fixture
def desk(cast: Cast) -> Client:
    GuestPrivate.objects.create(guest=cast.sato.guest, health="Nuts")
    return signed_in(cast.ratna)


def page_of(guest: Guest) -> str:
    return reverse("admin:guests_erasure_guest", args=[guest.pk])


@pytest.mark.parametrize(("ended", "said"), [(2, "Kept until"), (60, "goes with the next night")])
def test_the_plan_says_what_goes_when(cast: Cast, desk: Client, ended: int, said: str) -> None:
    today = timezone.now().date()
    Event.objects.filter(pk=cast.event.pk).update(
        starts_on=today - timedelta(days=70), ends_on=today - timedelta(days=ended)
    )
    make_document(cast.sato)
    text = words_of(desk.get(reverse("admin:guests_erasure_plan", args=[cast.event.slug])))
    assert said in text
    assert "Documents1" in text
    assert Guest.objects.get(pk=cast.sato.guest_id).name == "Kenji Sato"


def test_one_event_needs_no_choosing(cast: Cast, desk: Client) -> None:
    answer = desk.get(reverse("admin:guests_erasure_events"))
    assert answer["Location"] == reverse("admin:guests_erasure_plan", args=[cast.event.slug])
    assert desk.get(reverse("admin:guests_erasure_plan", args=[cast.other_event.slug])).status_code == 404


@pytest.mark.parametrize("typed", ["", "Sato", "kenji sato", "Ana Lim"])
def test_without_the_whole_name_or_a_reason_nobody_is_erased(cast: Cast, desk: Client, typed: str) -> None:
    for given in ({"name": typed, "reason": "By letter"}, {"name": "Kenji Sato", "reason": ""}):
        assert desk.post(page_of(cast.sato.guest), given).status_code == 422
    assert Guest.objects.get(pk=cast.sato.guest_id).name == "Kenji Sato"
    assert not Erasure.objects.exists()


def test_with_the_name_typed_the_person_is_erased_and_the_report_kept(cast: Cast, desk: Client) -> None:
    before = words_of(desk.get(page_of(cast.sato.guest)))
    assert "Private data1" in before
    answer = desk.post(
        page_of(cast.sato.guest), {"name": " Kenji  Sato ", "reason": "By letter"}, follow=True
    )
    assert "Private data: 1" in words_of(answer)
    report = Erasure.objects.get()
    assert (report.asked_by, report.reason, report.event) == (cast.ratna, "By letter", None)
    assert not GuestPrivate.objects.exists()
    for page in ("changelist", "plan"):
        address = reverse(f"admin:guests_erasure_{page}", args=[cast.event.slug] if page == "plan" else [])
        assert "Sato" not in words_of(desk.get(address))


def test_a_coordinator_erases_only_what_is_of_their_own_events(cast: Cast, desk: Client) -> None:
    make_visit(cast.other_event, cast.sato.guest, note="Elsewhere")
    assert "an event you do not run" in words_of(desk.get(page_of(cast.sato.guest)))
    desk.post(page_of(cast.sato.guest), {"name": "Kenji Sato", "reason": "By letter"})
    guest = Guest.objects.get(pk=cast.sato.guest_id)
    assert guest.name == "Kenji Sato"
    assert GuestPrivate.objects.filter(guest=guest).exists()
    assert [visit.note for visit in guest.visits.order_by("pk")] == ["", "Elsewhere"]
    assert Erasure.objects.get().event == cast.event
    assert not Erasure.objects.visible_to(cast.hendra, at=NOW).exists()


def test_nobody_else_reaches_it(cast: Cast) -> None:
    for user, status in ((cast.hendra, 404), (cast.sari, 403), (cast.putri, 403)):
        client = signed_in(user)
        assert client.get(page_of(cast.sato.guest)).status_code == status
        given = {"name": "Kenji Sato", "reason": "By letter"}
        assert client.post(page_of(cast.sato.guest), given).status_code == status
    assert Guest.objects.get(pk=cast.sato.guest_id).name == "Kenji Sato"


def test_the_desk_still_opens_after_everything_is_anonymous(cast: Cast, desk: Client) -> None:
    erase_due(at=NOW + timedelta(days=400))
    for table in ("visit", "guest", "itineraryitem", "request", "assignment", "delegation", "protocolnote"):
        assert desk.get(reverse(f"admin:guests_{table}_changelist")).status_code == 200, table
    assert desk.get(reverse("admin:guests_visit_change", args=[cast.sato.pk])).status_code == 200
    assert desk.get(reverse("visit", args=[cast.sato.pk])).status_code == 200


def test_a_guest_of_whom_a_log_tells_is_not_deleted_but_can_be_erased(cast: Cast, desk: Client) -> None:
    PrivateReading.objects.create(guest=cast.sato.guest, reader=cast.sari, read_at=NOW)
    address = reverse("admin:guests_guest_delete", args=[cast.sato.guest_id])
    assert "Cannot delete guest" in words_of(desk.get(address))
    assert "Cannot delete guest" in words_of(desk.post(address, {"post": "yes"}))
    assert Guest.objects.filter(pk=cast.sato.guest_id).exists()
    desk.post(page_of(cast.sato.guest), {"name": "Kenji Sato", "reason": "By letter"})
    assert Guest.objects.get(pk=cast.sato.guest_id).name == f"G-{cast.sato.guest_id}"
    assert PrivateReading.objects.filter(reader=cast.sari).count() == 1
    lonely = cast.lim.guest
    assert (
        desk.post(reverse("admin:guests_guest_delete", args=[lonely.pk]), {"post": "yes"}).status_code == 302
    )
    assert not Guest.objects.filter(pk=lonely.pk).exists()
