"""Officers are told once, confirm on the phone, or say that they cannot; what is not confirmed is visible."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guests.assignment import assign_officer, assign_officers, withdraw, write_assignments
from guests.confirming import TermsChangedError, confirm_duties, say_cannot, terms_read
from guests.models import Assignment, Look
from guests.telling import QUIET
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW, make_guest, make_user, make_visit
from tests.guests.phone import now as now
from tests.guests.phone import signed_in, text_of

HOUR = timedelta(hours=1)


def told(kind: str = "duties") -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).exclude(state="cancelled").order_by("pk"))


def names(notice: Notice, part: str) -> list[str]:
    return [name for _key, name in notice.payload[part]]


def state(duty: Assignment) -> str:
    duty.refresh_from_db()
    return duty.state


# --- told once of a batch ---------------------------------------------------------------------------------------------


def test_many_guests_one_after_another_are_one_notice(cast: Cast) -> None:
    visits = [make_visit(cast.event, make_guest(f"Guest {number}")) for number in range(3)]
    span = {"starts_at": NOW, "ends_at": NOW + HOUR, "by": cast.ratna, "override_reason": "yes"}
    role = Assignment.Role.LEAD
    assign_officers(visits=visits[:2], officer=cast.sari_officer, role=role, at=NOW, **span)  # type: ignore[arg-type]
    assign_officer(visit=visits[2], officer=cast.sari_officer, role=role, at=NOW + QUIET / 2, **span)  # type: ignore[arg-type]
    [notice] = told()
    assert (notice.recipient, notice.due_at) == (cast.sari, NOW + QUIET)
    assert names(notice, "gained") == ["Guest 0", "Guest 1", "Guest 2"]
    assert "/today/" in word(notice).text
    assert "Read and confirm" in word(notice).text
    Notice.objects.update(state=Notice.State.SENT)
    withdraw(assignments=list(Assignment.objects.filter(visit=visits[0])), at=NOW)
    assert names(told()[-1], "lost") == ["Guest 0"]
    assert len(told()) == 2


def test_gained_and_lost_again_is_not_told(cast: Cast) -> None:
    guest = make_visit(cast.event)
    duty = assign_officer(
        visit=guest,
        officer=cast.sari_officer,
        role=Assignment.Role.LEAD,
        by=cast.ratna,
        at=NOW,
        override_reason="y",
    )
    withdraw(assignments=[duty], at=NOW)
    assert told() == []


def test_whoever_never_signed_in_is_told_by_the_invitation(cast: Cast) -> None:
    newcomer = make_user("Tono")
    newcomer.set_unusable_password()
    newcomer.save()
    cast.sari_officer.user = newcomer
    cast.sari_officer.save()
    cast.sari_leads.ends_at += HOUR
    write_assignments([cast.sari_leads], at=NOW)
    assert told() == []
    newcomer.last_login = NOW
    newcomer.save()
    cast.sari_leads.ends_at += HOUR
    write_assignments([cast.sari_leads], at=NOW)
    assert names(told()[0], "changed") == ["Mr Sato"]


# --- confirmed, and no longer so -----------------------------------------------------------------------------------------


def test_confirming_twice_counts_once_and_starts_the_looking(cast: Cast) -> None:
    read = [terms_read(cast.sari_leads)]
    for at in (NOW, NOW + HOUR):
        assert confirm_duties(user=cast.sari, read=read, at=at) == [cast.sari_leads]
    assert state(cast.sari_leads) == "confirmed"
    assert Look.objects.get(user=cast.sari).seen_at == NOW
    history = Assignment.pgh_event_model.objects.filter(pgh_obj=cast.sari_leads, state="confirmed")  # type: ignore[attr-defined]
    assert history.count() == 1


def test_only_ones_own_and_only_as_read(cast: Cast) -> None:
    bagus = Assignment.objects.get(visit=cast.lim)
    assert confirm_duties(user=cast.sari, read=[terms_read(bagus)], at=NOW) == []
    assert state(bagus) == "assigned"
    read = [terms_read(cast.sari_leads)]
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(role="deputy")
    with pytest.raises(TermsChangedError):
        confirm_duties(user=cast.sari, read=read, at=NOW)
    assert state(cast.sari_leads) == "assigned"


@pytest.mark.parametrize("change", [{"role": "deputy"}, {"ends_at": NOW + HOUR}, {"starts_at": NOW - HOUR}])
def test_other_terms_are_confirmed_anew(cast: Cast, change: dict[str, object]) -> None:
    Assignment.objects.update(state=Assignment.State.CONFIRMED)
    for name, value in change.items():
        setattr(cast.sari_leads, name, value)
    write_assignments([cast.sari_leads], at=NOW)
    assert state(cast.sari_leads) == "assigned"
    assert names(told()[0], "changed") == ["Mr Sato"]


def test_what_is_no_term_leaves_the_confirmation(cast: Cast) -> None:
    """The desk's form was opened before the officer confirmed, and only locks."""
    stale = Assignment.objects.get(pk=cast.sari_leads.pk)
    confirm_duties(user=cast.sari, read=[terms_read(cast.sari_leads)], at=NOW)
    stale.is_locked = True
    write_assignments([stale], at=NOW)
    assert state(cast.sari_leads) == "confirmed"
    assert told() == []


def test_another_officer_gains_what_one_loses(cast: Cast) -> None:
    cast.sari_leads.officer = cast.bagus_officer
    write_assignments([cast.sari_leads], at=NOW)
    assert {(notice.recipient, part) for notice in told() for part in ("gained", "lost") if names(notice, part)} == {
        (cast.bagus, "gained"), (cast.sari, "lost"),
    }  # fmt: skip


# --- I cannot ------------------------------------------------------------------------------------------------------------


def test_who_cannot_tells_the_coordinators_once_and_stays(cast: Cast) -> None:
    Assignment.objects.update(state=Assignment.State.CONFIRMED)
    action = uuid4()
    for _twice in range(2):
        say_cannot(duty=cast.sari_leads, because="My own wedding", at=NOW, client_uuid=action)
    assert state(cast.sari_leads) == "assigned"
    assert cast.sari_leads.cannot_because == "My own wedding"
    [notice] = told("cannot")
    assert notice.recipient == cast.ratna
    assert "wedding" not in word(notice).text
    assert f"/admin/guests/assignment/{cast.sari_leads.pk}/change/" in word(notice).text
    confirm_duties(user=cast.sari, read=[terms_read(cast.sari_leads)], at=NOW)
    cast.sari_leads.refresh_from_db()
    assert (cast.sari_leads.state, cast.sari_leads.cannot_because) == ("confirmed", "")
    say_cannot(
        duty=cast.sari_leads, because="My own wedding", at=NOW, client_uuid=action
    )  # the first, come again
    assert state(cast.sari_leads) == "confirmed"


def test_a_confirmation_that_comes_late_does_not_undo_that_one_cannot(cast: Cast) -> None:
    read_before = terms_read(cast.sari_leads)
    say_cannot(duty=cast.sari_leads, because="My own wedding", at=NOW, client_uuid=uuid4())
    with pytest.raises(TermsChangedError):
        confirm_duties(user=cast.sari, read=[read_before], at=NOW)
    assert state(cast.sari_leads) == "assigned"


def test_nobody_holds_the_duties_of_others(cast: Cast) -> None:
    theirs = Assignment.objects.get(officer=cast.bagus_officer)
    with CaptureQueriesContext(connection) as asked:
        assert confirm_duties(user=cast.sari, read=[terms_read(theirs)], at=NOW) == []
    assert not [one for one in asked if "FOR NO KEY UPDATE" in one["sql"]]


# --- the pages -----------------------------------------------------------------------------------------------------------


def test_new_duties_stand_on_top_and_go_when_confirmed(cast: Cast, now: datetime) -> None:
    client = signed_in(cast.sari)
    page = text_of(client.get("/today/").content)
    assert "New for you" in page
    assert "<strong>Mr Sato</strong>, lead<br>Wed, 12 May 09:00 WITA – Sat, 15 May 09:00 WITA" in page
    assert "Confirm all" not in page
    assert client.post("/duties/confirm/", {"read": terms_read(cast.sari_leads)}).status_code == 302
    assert "New for you" not in text_of(client.get("/today/").content)


def test_all_are_confirmed_in_one_tap(cast: Cast, now: datetime) -> None:
    visit = make_visit(cast.event)
    other = Assignment.objects.create(
        visit=visit, officer=cast.sari_officer, starts_at=NOW, ends_at=NOW + HOUR
    )
    client = signed_in(cast.sari)
    assert "Confirm all" in text_of(client.get("/today/").content)
    client.post("/duties/confirm/", {"read": f"{terms_read(cast.sari_leads)} {terms_read(other)} "})
    assert (state(cast.sari_leads), state(other)) == ("confirmed", "confirmed")


@pytest.mark.parametrize("read", ["", "x", "9" * 40, "²-1", "0-0-0-lead"])
def test_a_strange_confirmation_is_not_there(cast: Cast, now: datetime, read: str) -> None:
    assert signed_in(cast.sari).post("/duties/confirm/", {"read": read}).status_code == 404


def test_who_cannot_says_why_and_keeps_what_was_typed(cast: Cast, now: datetime) -> None:
    client, address = signed_in(cast.sari), f"/duties/{cast.sari_leads.pk}/cannot/"
    assert client.post(address, {"because": " "}).status_code == 422
    refused = client.post(address, {"because": "x" * 301})
    assert (refused.status_code, "x" * 301 in text_of(refused.content)) == (422, True)
    assert client.post(address, {"because": "A wedding"}).status_code == 302
    assert "You said that you cannot: “A wedding”" in text_of(client.get("/today/").content)


def test_the_desk_shows_who_has_not_confirmed_and_who_cannot(cast: Cast, now: datetime) -> None:
    desk = signed_in(cast.ratna)
    visits, duties = "/admin/guests/visit/", "/admin/guests/assignment/"
    assert text_of(desk.get(visits).content).count("not confirmed") >= 2
    confirm_duties(user=cast.bagus, read=[terms_read(Assignment.objects.get(visit=cast.lim))], at=NOW)
    listed = text_of(desk.get(visits, {"lead": "unconfirmed"}).content)
    assert "Kenji Sato" in listed
    assert "Ana Lim" not in listed
    say_cannot(duty=cast.sari_leads, because="A wedding", at=NOW, client_uuid=uuid4())
    listed = text_of(desk.get(duties, {"confirmation": "cannot"}).content)
    assert "cannot: A wedding" in listed
    assert "Ana Lim" not in listed
    assert "cannot</span>" in text_of(desk.get(visits).content)
