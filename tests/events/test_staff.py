"""Inviting people into a team, and letting them go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from events.models import Membership, Role
from events.staff import InvitationError, dismiss, invite, send_invitation
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import NOW, make_event, make_member, make_user


def test_an_unknown_person_gets_an_account_a_place_and_an_invitation(cast: Cast) -> None:
    member = invite(
        email=" Wayan@Example.org ",
        name="Wayan Sudira",
        event=cast.event,
        role=Role.OFFICER,
        capacity=3,
        by=cast.ratna,
        at=NOW,
    )
    user = member.user
    assert (user.email, user.name, user.language) == (
        "wayan@example.org",
        "Wayan Sudira",
        cast.ratna.language,
    )
    assert not user.has_usable_password()
    assert not user.is_staff
    assert (member.event, member.role, member.capacity) == (cast.event, "officer", 3)
    (notice,) = Notice.objects.filter(recipient=user)
    assert (notice.kind, notice.event, notice.due_at) == ("invitation", cast.event, NOW)
    assert notice.payload == {"event": "Forum Nusantara", "inviter": "Ratna Kusuma", "role": "officer"}


def test_a_coordinator_may_open_the_desk(cast: Cast) -> None:
    assert invite(
        email="nyoman@example.org",
        name="Nyoman",
        event=cast.event,
        role=Role.COORDINATOR,
        by=cast.ratna,
        at=NOW,
    ).user.is_staff


def test_somebody_known_keeps_their_name_and_account(cast: Cast) -> None:
    member = invite(
        email=cast.hendra.email.upper(),
        name="Another Name",
        event=cast.event,
        role=Role.OFFICER,
        by=cast.ratna,
        at=NOW,
    )
    assert member.user == cast.hendra
    assert User.objects.get(pk=cast.hendra.pk).name == "Hendra Gunawan"
    assert User.objects.get(pk=cast.hendra.pk).check_password("kata-sandi-panjang")


def test_nobody_is_invited_twice_into_one_role(cast: Cast) -> None:
    with pytest.raises(InvitationError, match="Sari Wulandari already is liaison officer of Forum Nusantara"):
        invite(email=cast.sari.email, name="", event=cast.event, role=Role.OFFICER, by=cast.ratna, at=NOW)
    assert not Notice.objects.exists()
    assert invite(email=cast.sari.email, name="", event=cast.event, role=Role.PRESS, by=cast.ratna, at=NOW).pk


def test_whoever_may_no_longer_sign_in_is_not_invited(cast: Cast) -> None:
    gone = make_user("Gone", is_active=False)
    with pytest.raises(InvitationError, match="may no longer sign in"):
        invite(email=gone.email, name="", event=cast.event, role=Role.OFFICER, by=cast.ratna, at=NOW)
    assert not Membership.objects.filter(user=gone).exists()


@pytest.mark.parametrize("who", ["sari", "putri", "hendra"])
def test_only_those_who_run_the_event_invite(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        invite(
            email="new@example.org",
            name="New",
            event=cast.event,
            role=Role.OFFICER,
            by=getattr(cast, who),
            at=NOW,
        )
    assert not User.objects.filter(email="new@example.org").exists()


def test_an_administrator_invites_to_any_event(cast: Cast) -> None:
    administrator = User.objects.create_superuser("root@example.org", name="Root")
    assert invite(
        email="a@example.org",
        name="A",
        event=cast.other_event,
        role=Role.COORDINATOR,
        by=administrator,
        at=NOW,
    ).pk


def test_an_invitation_sent_again_within_a_minute_is_one(cast: Cast) -> None:
    for seconds in (0, 30, 90):
        send_invitation(member=cast.sari_officer, by=cast.ratna, at=NOW + timedelta(seconds=seconds))
    assert Notice.objects.filter(recipient=cast.sari, kind="invitation").count() == 2


def test_the_desk_closes_with_the_last_event_one_coordinates(cast: Cast) -> None:
    second = make_member(cast.ratna, make_event("Second"), Role.COORDINATOR)
    dismiss(member=second)
    assert User.objects.get(pk=cast.ratna.pk).is_staff
    dismiss(member=Membership.objects.get(user=cast.ratna, role=Role.COORDINATOR))
    assert not User.objects.get(pk=cast.ratna.pk).is_staff


@pytest.mark.django_db(transaction=True)
def test_one_address_invited_twice_at_once_is_one_person() -> None:
    event, ratna = make_event(), make_user("Ratna")
    make_member(ratna, event, Role.COORDINATOR)

    def ask(role: Role) -> int:
        try:
            return invite(
                email="new@example.org", name="New", event=event, role=role, by=ratna, at=NOW
            ).user.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        keys = set(pool.map(ask, [Role.OFFICER, Role.PRESS]))
    assert len(keys) == 1
    assert Membership.objects.filter(user__email="new@example.org").count() == 2
