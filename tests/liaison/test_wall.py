"""The second wall: a page that forgets to ask for its reader's rows is shown no others all the same."""

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse
from django.utils import timezone

from guests.guest_links import link_behind, make_link
from guests.models import (
    DayReport,
    Document,
    Guest,
    GuestLink,
    GuestPrivate,
    Handover,
    Incident,
    ItineraryItem,
    PlanMark,
    Print,
    ProtocolNote,
    Request,
    Visit,
)
from liaison.checks import second_wall
from liaison.wall import enter_for, openly
from tests.cast import Cast
from tests.factories import make_event, make_user, make_visit
from tests.test_canaries import painted as painted  # the fixture

GUARDED: tuple[Any, ...] = (
    Visit, Guest, GuestPrivate, ItineraryItem, Request, ProtocolNote, Incident, Document, DayReport, Handover, Print,
)  # fmt: skip
OPEN = {
    "Assignment", "CalendarFeed", "Erasure", "GuestLink", "ListedVisit", "LogbookEntry", "Look", "PrivateReading",
    "ProposalLine", "ToldPlan",
}  # fmt: skip
"""What hangs on guests, too, and stands before the wall: who has which duty, secrets' digests, what was done and when."""


def forgetful(request: HttpRequest) -> HttpResponse:
    """A page that asks for everything."""
    return HttpResponse(
        " ".join(f"{model.__name__}:{row.pk}" for model in GUARDED for row in model.objects.all())
    )


def renaming(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(str(Guest.objects.filter(pk=pk).update(addressed_as="Sato-san")))


def forgetful_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A page behind a guest's link that asks for everything once it knows whose it is."""
    with openly():
        link = link_behind(secret, at=timezone.now())
    assert link is not None
    enter_for(link.visit_id)
    return forgetful(request)


urlpatterns = [
    path("forgetful/", forgetful),
    path("forgetful/<str:secret>/", forgetful_link),
    path("renaming/<int:pk>/", renaming),
    path("", include("liaison.urls")),
]


def rows(*visits: Visit, of_events: bool = False) -> set[str]:
    """What the guarded tables have about these visits, and about their events as a whole."""
    events = {visit.event_id for visit in visits if of_events}
    papers = Print.objects.filter(visit=None, event__in=events)
    found = {f"Print:{row.pk}" for row in papers}
    found |= {f"Visit:{visit.pk}" for visit in visits} | {f"Guest:{visit.guest_id}" for visit in visits}
    for visit in visits:
        found |= {
            f"{model.__name__}:{row.pk}"
            for model in (ItineraryItem, Request, Incident, Document, DayReport, Print)
            for row in model.objects.filter(visit=visit)
        }
        found |= {f"Handover:{row.pk}" for row in Handover.objects.filter(assignment__visit=visit)}
        found |= {f"GuestPrivate:{row.pk}" for row in GuestPrivate.objects.filter(guest=visit.guest)}
        found |= {f"ProtocolNote:{row.pk}" for row in ProtocolNote.objects.filter(guest=visit.guest)}
    return found


def shown(who: Any, address: str = "/forgetful/") -> set[str]:
    client = Client()
    if who:
        client.force_login(who)
    return set(client.get(address).content.decode().split())


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("sari", ["sato"]),
        ("bagus", ["lim"]),
        ("dewi", []),
        ("putri", ["sato", "lim"]),
        ("hendra", ["okafor"]),
        ("ratna", ["sato", "lim"]),
    ],
)
def test_a_page_that_forgets_its_scope_shows_no_row_of_others(
    painted: Cast, who: str, sees: list[str]
) -> None:
    seen = [getattr(painted, guest) for guest in sees]
    assert shown(getattr(painted, who)) == rows(*seen, of_events=who in {"putri", "hendra", "ratna"})


@override_settings(ROOT_URLCONF=__name__)
def test_nobody_is_shown_nothing_and_an_administrator_all(painted: Cast) -> None:
    everything = rows(painted.sato, painted.lim, painted.okafor, of_events=True)
    assert shown(make_user(is_superuser=True, is_staff=True)) == everything, (
        "the control: the page asks for all"
    )
    assert shown(None) == set(), "also on the connection on which somebody was signed in before"
    assert shown(make_user("Stranger")) == set()


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("guest", ["sato", "okafor"])
def test_a_guests_link_opens_that_guests_rows_alone(painted: Cast, guest: str) -> None:
    visit = getattr(painted, guest)
    _link, secret = make_link(
        visit=visit, lasts=GuestLink.Lasts.STAY, by=painted.ratna, at=timezone.now(), client_uuid=uuid4()
    )
    for who in (None, painted.sari, painted.ratna):
        assert shown(who, f"/forgetful/{secret}/") == rows(visit)


@override_settings(ROOT_URLCONF=__name__, SECOND_WALL=False)
def test_without_the_role_there_is_no_second_wall(painted: Cast) -> None:
    assert shown(painted.sari) == rows(painted.sato, painted.lim, painted.okafor, of_events=True), (
        "the control of all the others"
    )


def test_commands_and_workers_see_all(painted: Cast) -> None:
    Client().get(reverse("account_login"))
    assert Visit.objects.count() == 3


def test_no_table_of_guests_is_forgotten(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
    assert walled == {model.objects.model._meta.db_table for model in GUARDED}  # noqa: SLF001 (Django's own API)
    ours = [
        model
        for model in apps.get_app_config("guests").get_models()
        if not hasattr(model, "pgh_tracked_model")
    ]
    hang = {model for model in ours if {field.name for field in model._meta.fields} & {"visit", "guest"}}  # noqa: SLF001 (the same)
    assert {model.__name__ for model in hang - {*GUARDED}} == OPEN


def test_the_deployment_check_says_whether_it_holds(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert second_wall(None, databases=["default"]) == []
    for role, said in (
        ("nobody_made_it", "does not exist"),
        (connection.settings_dict["USER"], "may see everything"),
    ):
        monkeypatch.setattr("liaison.checks.ROLE", role)
        [fault] = second_wall(None, databases=["default"])
        assert (fault.id, said in fault.msg) == ("liaison.E007", True)
    settings.SECOND_WALL = False
    assert second_wall(None, databases=["default"]) == []


def test_what_a_change_marks_is_not_only_what_its_author_sees(painted: Cast) -> None:
    """A guest at two events is renamed on a page of one event's coordinator: the plans of both are marked."""
    twice = make_visit(painted.other_event, painted.sato.guest)
    PlanMark.objects.all().delete()
    with override_settings(ROOT_URLCONF=__name__):
        client = Client()
        client.force_login(painted.ratna)
        assert client.post(f"/renaming/{painted.sato.guest_id}/").status_code == 200
    assert set(PlanMark.objects.values_list("visit_id", flat=True)) == {painted.sato.pk, twice.pk}


def test_the_wall_can_be_taken_down_and_put_up_again(transactional_db: None) -> None:
    visit = make_visit(make_event())
    for migration, walls in (("0002", 0), ("0003", len(GUARDED))):
        call_command("migrate", "guests", migration, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_policy WHERE polname = 'second_wall'")
            assert cursor.fetchone() == (walls,)
    call_command("migrate", verbosity=0)
    assert Visit.objects.get() == visit
