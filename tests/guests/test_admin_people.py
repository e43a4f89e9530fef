"""People at the desk: who may change whom, and how one joins and leaves a team."""

from django.contrib.admin import site

from events.models import Event, Membership, Role
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import (
    make_member,
    make_user,
)
from tests.guests.desk import at, request_of, save, signed_in


def test_a_coordinator_cannot_take_over_an_account(cast: Cast) -> None:
    client, address = signed_in(cast.ratna), at(User, "change", cast.sari.pk)
    taken = {"email": "thief@example.org", "is_superuser": "on", "is_staff": "on", "phone": "+628123456789"}
    assert save(client, address, taken) == {}
    sari = User.objects.get(pk=cast.sari.pk)
    assert (sari.email, sari.is_superuser, sari.is_staff) == (cast.sari.email, False, False)
    assert sari.phone == "+628123456789"


def test_an_administrator_is_only_looked_at(cast: Cast) -> None:
    root = User.objects.create_superuser("root@example.org", name="Root")
    make_member(root, cast.event)
    client, address = signed_in(cast.ratna), at(User, "change", root.pk)
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "Taken"}).status_code == 403
    assert signed_in(root).get(at(User, "add")).status_code == 200


def test_an_administrator_makes_people_who_sign_in_by_code(cast: Cast) -> None:
    root = User.objects.create_superuser("root@example.org", name="Root")
    given = {"name": "Made", "email": "Made@Example.org", "language": "id", "time_zone": "Asia/Jakarta"}
    assert save(signed_in(root), at(User, "add"), given) == {}
    made = User.objects.get(email="made@example.org")
    assert not made.has_usable_password()
    assert site.get_model_admin(Event).has_add_permission(request_of(root))
    assert not site.get_model_admin(Event).has_add_permission(request_of(cast.ratna))


def test_a_team_member_is_added_by_an_invitation(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    given = {"email": "wayan@example.org", "name": "Wayan", "role": "coordinator", "capacity": "0"}
    assert save(client, at(Membership, "add"), given) == {}
    member = Membership.objects.get(user__email="wayan@example.org")
    assert (member.event, member.role, member.user.is_staff) == (cast.event, "coordinator", True)
    assert Notice.objects.get(recipient=member.user).kind == "invitation"
    assert save(client, at(Membership, "add"), given) == {
        "email": ["This person already has this role at the event."]
    }
    assert save(client, at(Membership, "change", member.pk), {"role": "officer", "capacity": "4"}) == {}
    member.refresh_from_db()
    assert (member.role, member.capacity) == ("coordinator", 4)
    again = {"action": "invite_again", "_selected_action": [str(member.pk)]}
    assert client.post(at(Membership, "changelist"), again).status_code == 302


def test_nobody_invites_into_an_event_they_do_not_run(cast: Cast) -> None:
    given = {
        "event": cast.event.pk,
        "email": "spy@example.org",
        "name": "Spy",
        "role": "coordinator",
        "capacity": "0",
    }
    assert list(save(signed_in(cast.hendra), at(Membership, "add"), given)) == ["event"]
    assert not User.objects.filter(email="spy@example.org").exists()


def test_a_coordinator_who_leaves_the_team_loses_the_desk(cast: Cast) -> None:
    member = make_member(make_user("Second"), cast.event, Role.COORDINATOR)
    assert signed_in(cast.ratna).post(at(Membership, "delete", member.pk), {"post": "yes"}).status_code == 302
    assert not User.objects.get(pk=member.user_id).is_staff
