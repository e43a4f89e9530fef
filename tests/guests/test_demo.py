"""The demo: loaded once, always under way, and true to the facts it copies."""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Count, F
from django.test import Client, override_settings
from django.utils import timezone

from events.models import Event, Membership, Role, Session, Venue
from guests.demo import forum, g20
from guests.demo.days import begin_yesterday
from guests.demo.sheets import FOLDER, sheet
from guests.demo.team import OFFICERS, PASSWORD, SIGN_INS, address_of
from guests.erasing.due import erase_due
from guests.models import (
    Assignment,
    DayReport,
    Delegation,
    Handover,
    Incident,
    ItineraryItem,
    LogbookEntry,
    OfficerMark,
    PlanMark,
    Request,
    ToldPlan,
    Visit,
)
from guests.proposals.accepting import accept
from guests.proposals.runs import request_proposal
from guests.proposals.weights import Weights
from guests.proposals.working import solve_next_proposal
from liaison.accounts.models import User
from liaison.clock import day_of, zone

if TYPE_CHECKING:
    from django.db import models

MAKASSAR = zone("Asia/Makassar")
NOON = datetime(2027, 5, 13, 12, 0, tzinfo=MAKASSAR)
HOURS = [(0, 30), (5, 42), (12, 0), (23, 45)]

pytestmark = pytest.mark.django_db


def the_forum() -> Event:
    return Event.objects.get(slug=forum.SLUG)


def minutes_to_the_next(user: User, at: datetime) -> dict[str, float]:
    """How long until the next item of each guest whom the officer leads."""
    leads = Assignment.objects.current(at).filter(officer__user=user, role=Assignment.Role.LEAD)
    coming = ItineraryItem.objects.standing().filter(starts_at__gt=at, visit__in=leads.values("visit"))
    soonest: dict[str, float] = {}
    for item in coming.order_by("starts_at").select_related("visit__guest"):
        assert item.starts_at
        soonest.setdefault(item.visit.guest.name, (item.starts_at - at).total_seconds() / 60)
    return soonest


def officers() -> list[User]:
    return list(User.objects.filter(email__in=map(address_of, OFFICERS)))


def counted() -> dict[str, int]:
    """How many rows each table of ours holds; marks, and what was told, are the planner's."""
    return {
        model._meta.label: model._default_manager.count()  # noqa: SLF001 (Django's own API)
        for app in ("accounts", "events", "guests")
        for model in apps.get_app_config(app).get_models()
        if not model._meta.label.endswith("Event") or model is Event  # noqa: SLF001 (histories grow)
        if model not in {OfficerMark, PlanMark, ToldPlan}
    }


def test_the_command_loads_both_events_once() -> None:
    said = StringIO()
    call_command("load_demo", stdout=said)
    before = counted()
    call_command("load_demo", stdout=said)
    assert counted() == before
    assert said.getvalue().splitlines() == [
        "Forum Nusantara was loaded; today is its second day.",
        "G20 deputies’ meeting was loaded.",
        "Forum Nusantara is as it was.",
        "G20 deputies’ meeting is as it was.",
    ]


def test_the_nightly_erasing_leaves_the_demo_alone() -> None:
    call_command("load_demo", stdout=StringIO())
    assert erase_due(at=timezone.now()) == []
    assert not Visit.objects.filter(event__slug=g20.SLUG, guest__name__startswith="G-").exists()


def test_loading_again_removes_what_was_done() -> None:
    call_command("load_demo", stdout=StringIO())
    before = counted()
    visit = Visit.objects.filter(event=the_forum(), logbook=None, guest__private_readings=None).latest("pk")
    visit.guest.delete()
    ItineraryItem.objects.create(visit=Visit.objects.earliest("pk"), title="Mine", precision="tbc")
    call_command("load_demo", "--again", stdout=StringIO())
    assert counted() == before


@override_settings(HTTPS=True)
def test_an_installation_refuses_the_demo() -> None:
    with pytest.raises(CommandError, match="HTTPS is on"):
        call_command("load_demo")
    assert not Event.objects.exists()


def test_everybody_on_the_sign_in_list_can_sign_in(client: Client) -> None:
    said = StringIO()
    call_command("load_demo", stdout=StringIO())
    call_command("load_demo", "--sign-ins", stdout=said)
    assert PASSWORD in said.getvalue()
    for key in SIGN_INS:
        assert address_of(key) in said.getvalue()
        assert client.login(email=address_of(key), password=PASSWORD)


def test_nobody_else_has_a_password() -> None:
    call_command("load_demo", stdout=StringIO())
    others = User.objects.exclude(email__in=map(address_of, SIGN_INS))
    assert others.count() == 13 + 19
    assert not any(user.has_usable_password() for user in others)


@pytest.mark.parametrize(("hour", "minute"), HOURS)
def test_every_guest_of_the_officers_moves_within_the_hour(hour: int, minute: int) -> None:
    at = NOON.replace(hour=hour, minute=minute)
    forum.load(at=at)
    for officer in officers():
        soonest = minutes_to_the_next(officer, at)
        assert len(soonest) == 3
        assert all(20 <= ahead <= 60 for ahead in soonest.values()), soonest


def test_today_is_its_second_day_on_the_clocks_of_the_place() -> None:
    forum.load(at=datetime(2027, 5, 12, 16, 30, tzinfo=UTC))  # 00.30 WITA of the 13th
    assert day_of(NOON, "Asia/Makassar") - the_forum().starts_on == timedelta(days=1)


def test_the_guests_days_are_free_of_collisions() -> None:
    forum.load(at=NOON)
    items = ItineraryItem.objects.standing().filter(starts_at__isnull=False).order_by("visit", "starts_at")
    for one, other in pairwise(items):
        assert one.ends_at
        assert other.starts_at
        assert one.visit_id != other.visit_id or one.ends_at <= other.starts_at, (one, other)


def test_nothing_that_has_happened_lies_in_the_future() -> None:
    forum.load(at=NOON)
    assert not LogbookEntry.objects.filter(happened_at__gt=NOON).exists()
    assert not Request.objects.filter(raised_at__gt=NOON).exists()
    assert not Visit.objects.filter(status_at__gt=NOON).exists()
    assert not Handover.objects.filter(offered_at__gt=NOON).exists()


def test_it_shows_what_there_is_to_see() -> None:
    forum.load(at=NOON)
    visits = Visit.objects.filter(event=the_forum())
    led = Assignment.objects.standing().filter(role=Assignment.Role.LEAD)
    items = ItineraryItem.objects.all()
    assert (visits.count(), Delegation.objects.count()) == (18, 6)
    assert Membership.objects.filter(role=Role.OFFICER).count() == 16
    assert list(visits.exclude(pk__in=led.values("visit")).values_list("guest__name", flat=True)) == [
        "Wang Lihua"
    ]
    assert Request.objects.overdue(NOON).count() == 3
    assert Handover.objects.open().count() == 1
    assert items.filter(starts_at=None, precision=Visit.Precision.TO_BE_CONFIRMED).exists()
    assert set(items.values_list("state", flat=True)) == set(ItineraryItem.State)
    assert set(items.values_list("visibility", flat=True)) == set(ItineraryItem.Visibility)
    assert set(visits.values_list("level", flat=True)) == set(Visit.Level)
    assert set(visits.values_list("photo_consent", flat=True)) == set(Visit.Consent)


@pytest.mark.parametrize(("days", "hour"), [(1, 8), (3, 16), (200, 0), (-2, 12)])
def test_on_another_day_the_event_is_under_way_again(days: int, hour: int) -> None:
    forum.load(at=NOON)
    first = the_forum().starts_on
    span = Session.objects.get(external_key="gala").starts_at
    later = (NOON + timedelta(days=days)).replace(hour=hour, minute=10)
    forum.load(at=later)
    assert the_forum().starts_on - first == timedelta(days=days)
    assert Session.objects.get(external_key="gala").starts_at - span == timedelta(days=days)
    for officer in officers():
        assert min(minutes_to_the_next(officer, later).values()) <= 60
    assert not LogbookEntry.objects.filter(happened_at__gt=later).exists()
    assert not Request.objects.filter(raised_at__gt=later).exists()
    assert not Visit.objects.filter(status_at__gt=later).exists()


def test_moving_keeps_what_people_did() -> None:
    forum.load(at=NOON)
    visit = Visit.objects.get(external_key="demo:okonkwo")
    item = ItineraryItem.objects.create(
        visit=visit, title="Mine", starts_at=NOON + timedelta(hours=9), ends_at=NOON + timedelta(hours=10)
    )
    entry = LogbookEntry.objects.create(
        visit=visit, text="Seen", author=officers()[0], happened_at=NOON + timedelta(hours=2)
    )
    forum.load(at=NOON + timedelta(days=1))
    item.refresh_from_db()
    entry.refresh_from_db()
    assert item.starts_at == NOON + timedelta(days=1, hours=9)
    assert entry.happened_at == NOON + timedelta(hours=2)  # a day later it would not have happened yet
    assert Visit.objects.filter(event=the_forum()).count() == 18


def test_incidents_move_and_what_was_signed_stays() -> None:
    forum.load(at=NOON)
    visit, officer = Visit.objects.get(external_key="demo:okonkwo"), officers()[0]
    raised_at = NOON - timedelta(hours=1)
    Incident.objects.create(visit=visit, kind="loss", raised_by=officer, raised_at=raised_at)
    DayReport.objects.create(visit=visit, officer=officer, day=NOON.date(), text="Well", signed_at=NOON)
    forum.load(at=NOON + timedelta(days=1))
    assert Incident.objects.get().raised_at == raised_at + timedelta(days=1)
    assert DayReport.objects.get().signed_at == NOON


def test_moving_twice_is_moving_once() -> None:
    forum.load(at=NOON)
    later = NOON + timedelta(days=4)
    assert begin_yesterday(the_forum(), at=later) == 4
    before = list(Session.objects.values_list("starts_at", "ends_at"))
    assert begin_yesterday(the_forum(), at=later) == 0
    assert list(Session.objects.values_list("starts_at", "ends_at")) == before


def test_leads_that_follow_one_another_can_be_moved_together() -> None:
    """A shift by less than a lead's span would meet the next lead, were the rows moved one after the other."""
    forum.load(at=NOON)
    lead = Assignment.objects.get(visit__external_key="demo:lucia", role=Assignment.Role.LEAD)
    end, middle = lead.ends_at, NOON + timedelta(hours=3)
    Assignment.objects.filter(pk=lead.pk).update(ends_at=middle)
    second = Membership.objects.get(user__email=address_of("mei"))
    Assignment.objects.create(visit=lead.visit, officer=second, starts_at=middle, ends_at=end)
    begin_yesterday(the_forum(), at=NOON + timedelta(days=1))
    begin_yesterday(the_forum(), at=NOON)
    lead.refresh_from_db()
    assert lead.ends_at == middle


def test_a_demo_started_later_the_same_day_has_something_ahead() -> None:
    forum.load(at=NOON)
    evening = NOON.replace(hour=23)
    said = forum.load(at=evening)
    assert said == "Forum Nusantara is as it was; its guests have something ahead again."
    for officer in officers():
        assert min(minutes_to_the_next(officer, evening).values()) <= 60


def test_g20_officers_and_delegations_are_those_of_the_file() -> None:
    call_command("load_demo", stdout=StringIO())
    with (FOLDER / "g20" / "liaison_officers.csv").open(encoding="utf-8") as table:
        written: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in csv.DictReader(table):
            written[row["delegation"]].add((row["liaison_officer"], row["email"]))
    loaded: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for assignment in Assignment.objects.filter(visit__event__slug=g20.SLUG).select_related(
        "visit__delegation", "officer__user"
    ):
        assert assignment.visit.delegation
        user = assignment.officer.user
        loaded[assignment.visit.delegation.name].add((user.name, user.email))
    assert loaded == written
    assert len(loaded) == 37
    assert len({officer for pair in loaded.values() for officer in pair}) == 19


def test_g20_programme_is_the_published_one_with_its_typing_error() -> None:
    call_command("load_demo", stdout=StringIO())
    event = Event.objects.get(slug=g20.SLUG)
    salta = zone(event.time_zone)
    loaded = [
        (
            session.starts_at.astimezone(salta).strftime("%Y-%m-%d %H:%M"),
            session.ends_at.astimezone(salta).strftime("%H:%M"),
            session.title,
        )
        for session in Session.objects.filter(event=event)
    ]
    published = [
        (f"{row['date']} {row['starts']}", row["ends"], row["title"]) for row in sheet("g20/programme")
    ]
    assert loaded == sorted(published)
    assert ("2017-12-01 10:15", "23:15") in {(start, end) for start, end, _title in loaded}
    assert Venue.objects.filter(event=event, latitude__isnull=False).count() == 6


def test_g20_heads_are_nobody_in_particular() -> None:
    call_command("load_demo", stdout=StringIO())
    for visit in Visit.objects.filter(event__slug=g20.SLUG).select_related("guest", "delegation"):
        assert visit.guest.name == f"Head of delegation, {visit.delegation}"
        told = (visit.guest.diet, visit.guest.languages, visit.room, visit.arrives_at, visit.departs_at)
        assert not any(told)


def test_no_officer_of_the_g20_has_more_guests_than_room() -> None:
    call_command("load_demo", stdout=StringIO())
    members = Membership.objects.officers().filter(event__slug=g20.SLUG).annotate(guests=Count("assignments"))
    assert not members.filter(guests__gt=F("capacity")).exists()


def test_every_row_passes_its_own_checks() -> None:
    call_command("load_demo", stdout=StringIO())
    """What the database itself has checked on the way in (keys, uniqueness, constraints) is not asked again."""
    checked: dict[type[models.Model], int] = defaultdict(int)
    for app in ("accounts", "events", "guests"):
        for model in apps.get_app_config(app).get_models():
            if model._meta.label.endswith("Event") and model is not Event:  # noqa: SLF001 (histories)
                continue
            keys = {column.name for column in model._meta.fields if column.is_relation}  # noqa: SLF001
            for row in model._default_manager.all():  # noqa: SLF001
                row.full_clean(exclude=keys, validate_unique=False, validate_constraints=False)
                checked[model] += 1
    assert checked[Visit] == 18 + 37
    assert checked[ItineraryItem] > 300


def test_a_proposal_for_it_changes_something_and_fits_as_a_whole() -> None:
    """The first thing that a coordinator tries: a guest has no lead, and officers have to be at two places."""
    forum.load(at=NOON)
    event = the_forum()
    by = User.objects.get(memberships__event=event, memberships__role=Role.COORDINATOR)
    run = request_proposal(
        visits=list(event.visits.select_related("event")), weights=Weights(), by=by, at=NOON
    )
    assert solve_next_proposal(clock=lambda: NOON, seconds=20)
    run.refresh_from_db()
    changes = [line for line in run.lines.select_related("today") if line.is_change]
    assert (run.is_best, run.without_lead <= 1, len(changes) >= 8) == (True, True, True)
    lines = accept(run=run, lines=[line.pk for line in run.lines.all()], by=by, at=NOON)
    assert {line.state for line in lines} == {"accepted"}
