"""One release up, down and up again, with data: nothing is lost on the way, and pages are served.

The release before is what each app's `0001_initial` makes. Whatever migrations have been added since are taken as they are.
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guests.models import Assignment, GuestPrivate, ItineraryItem, Visit
from guests.reminders import plan_marked_visits
from liaison.accounts.models import SavedList, User
from liaison.notices.models import Notice
from tests.factories import (
    make_assignment,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_user,
    make_visit,
)

OURS = ("accounts", "notices", "events", "guests")
_UNSEEN = {
    "django_migrations", "django_content_type", "auth_permission",  # Django's own notes of tables
    "guests_planmark", "guests_officermark",  # taken when a visit is planned, as one is in between
}  # fmt: skip

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def elsewhere(django_db_blocker: Any, django_db_setup: None) -> Iterator[None]:
    """An empty database of its own, since tables come and go."""
    name, ours = f"upgraded_{os.getpid()}", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = ours
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def to_the_release_before() -> None:
    for app in reversed(OURS):
        call_command("migrate", app, "0001", verbosity=0, interactive=False)


def to_this_release() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def added_since() -> int:
    """How many migrations of ours there are beyond the release before."""
    disk = MigrationExecutor(connection).loader.disk_migrations
    return sum(app in OURS for app, _name in disk) - len(OURS)


_SERVED = {"last_login", "second_factor_asked_at"}  # pages that open write these


def rows() -> Rows:
    """Every row of every table of ours, by table, in order."""
    found: Rows = {}
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - _UNSEEN
        for table in sorted(table for table in tables if table.startswith(tuple(f"{app}_" for app in OURS))):
            cursor.execute(f'SELECT to_jsonb(one) FROM "{table}" AS one')  # noqa: S608 (its own tables)
            found[table] = sorted((json.loads(row) for (row,) in cursor), key=json.dumps)
    return found


def lost(before: Rows, after: Rows) -> list[str]:
    """What of the rows is not there any more, in the columns that both have."""
    found = []
    for table, kept in before.items():
        now = after.get(table, [])
        for row in kept:
            told = row.keys() - _SERVED
            same = [other for other in now if all(other[name] == row[name] for name in told if name in other)]
            if not same:
                found.append(f"{table}: {row}")
    return found


def fill_the_release_before() -> None:
    """A forum under way, as the code of then would have written it: by the models of its migrations."""
    executor = MigrationExecutor(connection)
    models = executor.loader.project_state([(app, "0001_initial") for app in OURS]).apps.get_model
    now, day = timezone.now(), timedelta(days=1)
    sari, ratna = (
        models("accounts", "User").objects.create(email=f"{name}@example.org", name=name, language="id", is_staff=name == "ratna")
        for name in ("sari", "ratna")
    )  # fmt: skip
    event = models("events", "Event").objects.create(
        name="Forum Nusantara", slug="forum", time_zone="Asia/Makassar",
        starts_on=now.date() - day, ends_on=now.date() + day,
    )  # fmt: skip
    venue = models("events", "Venue").objects.create(event=event, name="Hall One")
    officer, _coordinator = (
        models("events", "Membership").objects.create(user=user, event=event, role=role)
        for user, role in ((sari, "officer"), (ratna, "coordinator"))
    )
    guest = models("guests", "Guest").objects.create(name="Kenji Sato", addressed_as="Mr Sato", country="JP")
    models("guests", "GuestPrivate").objects.create(guest=guest, health="No nuts")
    visit = models("guests", "Visit").objects.create(event=event, guest=guest, level="vvip", room="1204")
    models("guests", "Assignment").objects.create(
        visit=visit, officer=officer, starts_at=now - day, ends_at=now + day
    )
    item = models("guests", "ItineraryItem").objects.create(
        visit=visit, title="Audience", starts_at=now + day / 24, ends_at=now + day / 12, venue=venue
    )
    models("guests", "ItineraryItem").objects.filter(pk=item.pk).update(
        title="Long audience"
    )  # which history tells
    models("guests", "Request").objects.create(
        visit=visit, raised_by=sari, raised_at=now, text="Water without ice"
    )
    models("guests", "ProtocolNote").objects.create(
        event=event, guest=guest, text="No photographs", is_red_line=True
    )
    models("guests", "LogbookEntry").objects.create(visit=visit, author=sari, text="Arrived", happened_at=now)
    notice = models("notices", "Notice").objects.create(
        recipient=sari,
        event=event,
        kind="invitation",
        dedupe_key="invitation:1",
        due_at=now,
        expires_at=now + day,
    )
    models("notices", "Delivery").objects.create(
        notice=notice, channel="email", address=sari.email, next_attempt_at=now, message_id="<1@example.org>"
    )


def served(user: User) -> None:
    """The pages of an officer and of a coordinator open with what was there."""
    sari, ratna = Client(), Client()
    sari.force_login(user)
    ratna.force_login(User.objects.get(name="ratna"))
    visit = Visit.objects.get(guest__name="Kenji Sato")
    assert "Mr Sato" in sari.get(reverse("today")).content.decode()
    assert "Long audience" in sari.get(reverse("visit", args=[visit.pk])).content.decode()
    assert "Kenji Sato" in ratna.get(reverse("admin:guests_visit_changelist")).content.decode()
    assert ratna.get(reverse("admin:guests_itineraryitem_history", args=[ItineraryItem.objects.get(title="Long audience").pk])).status_code == 200  # fmt: skip


def write_in_this_release() -> None:
    """What the code of now adds."""
    now, day = timezone.now(), timedelta(days=1)
    event = make_event("Second forum")
    visit = make_visit(event, make_guest("Ana Lim"))
    make_assignment(visit, make_member(make_user("Bagus"), event), starts_at=now - day, ends_at=now + day)
    make_item(visit, "Tea", starts_at=now + day)
    with transaction.atomic():
        plan_marked_visits(at=now)


def test_up_down_and_up_again_keeps_everything(elsewhere: None) -> None:
    to_the_release_before()
    fill_the_release_before()
    at_first = rows()
    assert len([table for table, kept in at_first.items() if kept]) > 15  # the control: there is data to lose

    to_this_release()
    assert lost(at_first, rows()) == []
    sari = User.objects.get(name="sari")
    served(sari)
    assert GuestPrivate.objects.get().health == "No nuts"
    assert Notice.objects.get(dedupe_key="invitation:1").recipient == sari

    write_in_this_release()
    before_going_back = rows()
    to_the_release_before()
    gone_back = rows()
    assert {table: len(kept) for table, kept in at_first.items() if not kept}.keys() <= gone_back.keys()
    assert lost(at_first, gone_back) == []
    assert {table: set(kept[0]) for table, kept in at_first.items() if kept} == {
        table: set(gone_back[table][0]) for table, kept in at_first.items() if kept
    }  # its own columns, all of them

    to_this_release()
    assert lost(gone_back, rows()) == []
    served(sari)
    assert Assignment.objects.count() == 2
    assert len(before_going_back["guests_guest"]) == len(rows()["guests_guest"])


def test_kept_lists_ask_the_same_in_both_releases(elsewhere: None) -> None:
    to_the_release_before()
    state = MigrationExecutor(connection).loader.project_state([(app, "0001_initial") for app in OURS])
    user = state.apps.get_model("accounts", "User").objects.create(email="ratna@example.org")
    lists = state.apps.get_model("accounts", "SavedList").objects
    before = ["q=a&officer=none", "officer=unconfirmed&level=vip", "officer=12", "level=vvip"]
    for number, query in enumerate([*before, "officer=7"]):
        table = "guests.visit" if number < len(before) else "guests.dayreport"
        lists.create(user=user, table=table, name=f"{number}", query=query)

    def kept() -> list[str]:
        return list(SavedList.objects.values_list("query", flat=True))

    to_this_release()
    renamed = "assignments__officer__id__exact=12"
    assert kept() == ["q=a&lead=none", "lead=unconfirmed&level=vip", renamed, "level=vvip", "officer=7"]
    to_the_release_before()
    assert kept() == [*before, "officer=7"]


def test_that_a_loss_would_be_seen(elsewhere: None) -> None:
    """The control."""
    to_the_release_before()
    fill_the_release_before()
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE guests_visit SET room = ''")
        cursor.execute("DELETE FROM notices_delivery")
    told = lost(before, rows())
    assert [line.partition(":")[0] for line in told] == ["guests_visit", "notices_delivery"]


def test_each_step_back_is_there(elsewhere: None) -> None:
    """No migration since the release before is one-way, whatever it adds."""
    to_this_release()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan([(app, "0001_initial") for app in OURS])
    assert len(plan) == added_since()
    assert all(operation.reversible for migration, _backwards in plan for operation in migration.operations)
