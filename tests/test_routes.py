"""The route matrix: what every address answers to each of the cast. A named route without a row fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from events.models import ProgrammeFile
from guests.confirming import terms_read
from guests.feeds import make_feed
from guests.guest_links import make_link
from guests.models import (
    Assignment,
    CalendarFeed,
    Document,
    GuestLink,
    Handover,
    ItineraryItem,
    Print,
    PrintRun,
    Request,
    RosterFile,
)
from guests.print_links import secret_of
from guests.print_runs import request_print_run
from guests.prints import print_day_sheet, print_event_paper, print_handout
from guests.proposals.runs import request_proposal
from guests.proposals.weights import Weights
from liaison.notices.acknowledging import address_for
from liaison.notices.models import Notice, PushSubscription
from liaison.notices.stopping import stop_address_for
from tests.cast import Cast, bring_to
from tests.factories import (
    make_contact,
    make_document,
    make_item,
    make_member,
    make_request,
    make_session,
    make_user,
)

WHO = ("anonymous", "bagus", "dewi", "sari", "putri", "hendra", "ratna")
"""Nobody; another officer; who was the guest's officer; who is; the press officer; another event's coordinator; ours."""

OPEN = dict.fromkeys(WHO, 200)
SIGN_IN = {"anonymous": 302}
NOBODY = SIGN_IN | dict.fromkeys(WHO[1:], 404)
DESK = SIGN_IN | dict.fromkeys(("bagus", "dewi", "sari", "putri"), 403) | {"hendra": 302, "ratna": 302}
OF_THE_DESK = DESK | {"hendra": 404, "ratna": 200}
SIGNED_IN = SIGN_IN | dict.fromkeys(WHO[1:], 200)


@dataclass(frozen=True)
class Route:
    """How to ask one address, and what each of the cast is answered."""

    expected: dict[str, int]
    kwargs: Callable[["Scene"], dict[str, Any]] = lambda scene: {}
    method: str = "get"
    data: Callable[["Scene"], dict[str, Any]] = lambda scene: {}


@dataclass
class Scene:
    """The cast on a day that is today, with papers printed for Mr Sato."""

    cast: Cast
    sato_print: Print = field(init=False)
    sari_sheet: Print = field(init=False)
    book: Print = field(init=False)
    arrivals: Print = field(init=False)
    transport: Print = field(init=False)
    run: PrintRun = field(init=False)
    request: Request = field(init=False)
    feed: CalendarFeed = field(init=False)
    secret: str = field(init=False)
    link: GuestLink = field(init=False)
    link_secret: str = field(init=False)
    offer: Handover = field(init=False)
    reminder: Notice = field(init=False)
    pushed_to: PushSubscription = field(init=False)
    paper: Document = field(init=False)
    private_paper: Document = field(init=False)
    device: UserSession = field(init=False)

    def __post_init__(self) -> None:
        at = timezone.now()
        bring_to(self.cast, at)
        ItineraryItem.objects.all().delete()
        make_item(self.cast.sato, "Audience", starts_at=at + timedelta(hours=1))
        make_session(self.cast.event)
        ProgrammeFile.objects.create(
            event=self.cast.event,
            filename="programme.csv",
            file="programmes/lost",
            uploaded_by=self.cast.ratna,
            uploaded_at=at,
        )
        RosterFile.objects.create(
            event=self.cast.event,
            filename="officers.csv",
            file="rosters/lost",
            uploaded_by=self.cast.ratna,
            uploaded_at=at,
        )
        make_contact(self.cast.event)
        self.paper = make_document(self.cast.sato)
        self.private_paper = make_document(self.cast.sato, "Passport", is_private=True)
        self.request = make_request(self.cast.sato, self.cast.sari)
        citra = make_member(make_user("Citra"), self.cast.event)
        self.offer = Handover.objects.create(
            assignment=self.cast.sari_leads, receiver=citra, offered_at=at - timedelta(minutes=5)
        )
        self.reminder = Notice.objects.create(
            recipient=self.cast.sari, event=self.cast.event, kind="reminder", wants_acknowledgement=True, dedupe_key="r", state=Notice.State.SENT,
            due_at=at - timedelta(minutes=5), expires_at=at + timedelta(hours=1),
        )  # fmt: skip
        self.device = UserSession.objects.create(user=citra.user, ip="203.0.113.7", session_key="elsewhere")
        self.pushed_to = PushSubscription.objects.create(
            user=self.cast.sari, endpoint="https://push.example/1", device="Chrome, Android", created_at=at
        )
        self.sato_print = print_handout(visit=self.cast.sato, language="en", by=self.cast.ratna, at=at)
        self.sari_sheet = print_day_sheet(
            visit=self.cast.sato, day=at.date(), holder=self.cast.sari, by=self.cast.ratna, at=at
        )
        asked: Any = {"event": self.cast.event, "by": self.cast.ratna, "at": at, "language": "en"}
        self.book = print_event_paper(Print.Kind.EVENT_BOOK, **asked)
        self.arrivals = print_event_paper(Print.Kind.ARRIVALS, **asked)
        self.transport = print_event_paper(Print.Kind.TRANSPORT, **asked, day=at.date())
        self.feed, self.secret = make_feed(visit=self.cast.sato, by=self.cast.ratna, at=at)
        self.link, self.link_secret = make_link(
            visit=self.cast.sato, lasts=GuestLink.Lasts.STAY, by=self.cast.ratna, at=at, client_uuid=uuid4()
        )
        request_proposal(visits=[self.cast.sato], weights=Weights(), by=self.cast.ratna, at=at)
        self.run = request_print_run(visits=[self.cast.sato], language="en", by=self.cast.ratna, at=at)


def sato(scene: Scene) -> dict[str, Any]:
    return {"pk": scene.cast.sato.pk}


def offer(scene: Scene) -> dict[str, Any]:
    """Mr Sato offered by Sari to somebody outside the cast."""
    return {"pk": scene.offer.pk}


def asked(scene: Scene) -> dict[str, Any]:
    """Something Mr Sato needs."""
    return {"pk": scene.request.pk}


def serving(answer: int) -> dict[str, int]:
    """For the guest's officer and coordinator; a 404 to everybody else."""
    return NOBODY | {"sari": answer, "ratna": answer}


SHOWN_FIRST = {
    "stop_mails",
    "acknowledge_by_link",
    "log_request",
    "guest_calendar",
    "guest_links",
    "late",
    "leave_by",
    "cannot",
    "incident",
    "sos",
    "report",
    "hand_over",
}
"""Forms, which are shown by GET and sent by POST."""

MATRIX: dict[str, Route] = {
    "home": Route(
        SIGN_IN | {"bagus": 302, "dewi": 302, "sari": 302, "putri": 302, "hendra": 302, "ratna": 302}
    ),
    "today": Route(SIGNED_IN),
    "visit": Route(serving(200), sato),
    "read_private": Route(serving(200), sato, "post"),
    "log_request": Route(serving(302), sato, "post", lambda scene: {"category": "water"}),
    "request": Route(serving(200), asked),
    "accept_request": Route(serving(302), asked, "post"),
    "close_request": Route(serving(302), asked, "post"),
    "decline_request": Route(serving(302), asked, "post", lambda scene: {"reason": "None left"}),
    "reopen_request": Route(serving(302), asked, "post"),
    "give_request": Route(serving(302), asked, "post", lambda scene: {"owner": scene.cast.sari_officer.pk}),
    "set_deadline": Route(serving(302), asked, "post", lambda scene: {"due": 30}),
    "comment_on_request": Route(serving(302), asked, "post", lambda scene: {"text": "On the way"}),
    "set_status": Route(serving(302), sato, "post", lambda scene: {"status": "landed"}),
    "undo_status": Route(serving(302), sato, "post"),
    "document": Route(serving(200), lambda scene: {"pk": scene.paper.pk}),
    "private_document": Route(serving(200), lambda scene: {"pk": scene.private_paper.pk}, "post"),
    "officers_help": Route(SIGNED_IN),
    "officers_quick_start": Route(SIGNED_IN),
    "desk_help": Route(SIGNED_IN),
    "desk_quick_start": Route(SIGNED_IN),
    "search": Route(SIGNED_IN, data=lambda scene: {"q": "sato"}),
    "own_contacts": Route(NOBODY | {"sari": 200, "bagus": 200, "hendra": 302, "ratna": 302}),
    "late": Route(
        serving(302),
        sato,
        "post",
        lambda scene: {"item": scene.cast.sato.items.get().pk, "minutes": 15, "seen": "something else"},
    ),
    "incident": Route(serving(302), sato, "post", lambda scene: {"kind": "loss", "severity": "minor"}),
    "sos": Route(serving(302), sato, "post", lambda scene: {"kind": "medical"}),
    "report": Route(NOBODY | {"sari": 302, "ratna": 403}, sato, "post", lambda scene: {"text": "A calm day"}),
    "leave_by": Route(
        serving(302), sato, "post", lambda scene: {"item": scene.cast.sato.items.get().pk, "distance": "1"}
    ),
    "seen": Route(serving(302), sato, "post", lambda scene: {"at": "2027-05-13T01:00:00Z"}),
    "confirm_duties": Route(
        NOBODY | {"sari": 302},
        method="post",
        data=lambda scene: {"read": terms_read(Assignment.objects.get(pk=scene.cast.sari_leads.pk))},
    ),
    "cannot": Route(
        NOBODY | {"sari": 302},
        lambda scene: {"pk": scene.cast.sari_leads.pk},
        "post",
        lambda scene: {"because": "My own wedding"},
    ),
    "hand_over": Route(NOBODY | {"sari": 422, "ratna": 403}, sato, "post"),  # coordinators assign at the desk
    "handover": Route(serving(200), offer),
    "accept_handover": Route(serving(403), offer, "post"),
    "decline_handover": Route(serving(403), offer, "post"),
    "withdraw_handover": Route(NOBODY | {"sari": 302, "ratna": 403}, offer, "post"),
    "print_handout": Route(serving(303), sato, "post"),
    "print_day_sheet": Route(serving(303), sato, "post"),
    "preview_day_sheet": Route(serving(200), sato),
    "day_sheet": Route(serving(200), lambda scene: {"pk": scene.sari_sheet.pk}),
    "since_day_sheet": Route(serving(200), lambda scene: {"pk": scene.sari_sheet.pk}),
    "papers": Route(serving(200), sato),
    "preview_handout": Route(serving(200), sato),
    "since_printed": Route(OPEN, lambda scene: {"secret": secret_of(scene.sato_print.pk)}),
    "handout": Route(serving(200), lambda scene: {"pk": scene.sato_print.pk}),
    "event_papers_of": Route(DESK),
    "event_papers": Route(OF_THE_DESK, lambda scene: {"slug": scene.cast.event.slug}),
    "preview_event_paper": Route(
        NOBODY | {"ratna": 200}, lambda scene: {"slug": scene.cast.event.slug, "kind": "event_book"}
    ),
    "event_book": Route(NOBODY | {"ratna": 200}, lambda scene: {"pk": scene.book.pk}),
    "arrivals": Route(NOBODY | {"ratna": 200}, lambda scene: {"pk": scene.arrivals.pk}),
    "transport": Route(NOBODY | {"ratna": 200}, lambda scene: {"pk": scene.transport.pk}),
    "print_run_file": Route(NOBODY | {"ratna": 404}, lambda scene: {"pk": scene.run.pk}),  # not rendered yet
    "board": Route(NOBODY | {"ratna": 200}, lambda scene: {"slug": scene.cast.event.slug}),
    "board_state": Route(
        dict.fromkeys(WHO, 404), lambda scene: {"slug": scene.cast.event.slug}
    ),  # no signed word
    "press": Route(NOBODY | {"putri": 200, "ratna": 200}, lambda scene: {"slug": scene.cast.event.slug}),
    "inbox": Route(SIGNED_IN),
    "acknowledge_notice": Route(NOBODY | {"sari": 302}, lambda scene: {"pk": scene.reminder.pk}, "post"),
    "notice_ways": Route(SIGNED_IN),
    "turn_on_device": Route(dict.fromkeys(WHO, 302), method="post"),
    "remove_device": Route(NOBODY | {"sari": 302}, lambda scene: {"pk": scene.pushed_to.pk}, "post"),
    "test_device": Route(NOBODY | {"sari": 302}, lambda scene: {"pk": scene.pushed_to.pk}, "post"),
    "stop_mails": Route(
        OPEN,
        lambda scene: {
            "secret": stop_address_for(Notice(recipient=scene.cast.sari, kind="agenda")).split("/")[-2]
        },
        "post",
    ),
    "service_worker": Route(OPEN),
    "manifest": Route(OPEN),
    "acknowledge_by_link": Route(
        dict.fromkeys(WHO, 302), lambda scene: {"secret": address_for(scene.reminder).split("/")[-2]}, "post"
    ),
    "own_calendars": Route(SIGNED_IN),
    "guest_calendar": Route(serving(200), sato, "post"),
    "revoke_calendar": Route(serving(302), lambda scene: {"pk": scene.feed.pk}, "post"),
    "calendar_feed": Route(OPEN, lambda scene: {"secret": scene.secret}),
    "timelines": Route(DESK),
    "timeline": Route(OF_THE_DESK, lambda scene: {"slug": scene.cast.event.slug}),
    "fill_gap": Route(OF_THE_DESK, lambda scene: {"slug": scene.cast.event.slug} | sato(scene)),
    "guest_screen": Route(serving(200), sato),
    "guest_links": Route(serving(200), sato, "post", lambda scene: {"lasts": "stay"}),
    "revoke_guest_link": Route(serving(302), lambda scene: {"pk": scene.link.pk}, "post"),
    "shared_screen": Route(OPEN, lambda scene: {"secret": scene.link_secret}),
    "account_login": Route(dict.fromkeys(WHO, 302) | {"anonymous": 200}),
    "passkeys": Route(dict.fromkeys(WHO, 302)),
    "sign_in_over": Route(OPEN),
    "end_session": Route(NOBODY, lambda scene: {"pk": scene.device.pk}, "post"),
    "end_all_sessions": Route(dict.fromkeys(WHO, 302), method="post"),
    "choose_event": Route(DESK, method="post"),
    "keep_list": Route(
        DESK, method="post", data=lambda scene: {"table": "guests.visit", "name": "n", "query": "q=a"}
    ),
    "alive": Route(OPEN),
    "ready": Route(dict.fromkeys(WHO, 503)),  # no beat is to be heard of here
    "metrics": Route(dict.fromkeys(WHO, 404)),  # nobody brings the token
    "status": Route(DESK | {"hendra": 200, "ratna": 200}),
    "set_language": Route(dict.fromkeys(WHO, 302), method="post", data=lambda scene: {"language": "id"}),
}


def named_routes(patterns: list[Any]) -> Iterator[str]:
    """Every name in our own part of the resolver; allauth and the admin have tests of their own below."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace or "accounts/" in str(pattern.pattern):
                continue
            yield from named_routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern)


def test_every_route_has_a_row() -> None:
    assert sorted(set(named_routes(get_resolver().url_patterns))) == sorted(MATRIX)


def client_of(cast: Cast, who: str) -> Client:
    client = Client(raise_request_exception=True)
    if who != "anonymous":
        client.force_login(getattr(cast, who))
    return client


@pytest.mark.parametrize("name", MATRIX)
def test_each_of_the_cast_is_answered_as_stated(cast: Cast, name: str) -> None:
    scene, route = Scene(cast), MATRIX[name]
    address = reverse(name, kwargs=route.kwargs(scene))
    ask = {who: getattr(client_of(cast, who), route.method) for who in WHO}
    answers = {who: ask[who](address, route.data(scene)).status_code for who in WHO}
    assert answers == {who: route.expected[who] for who in WHO}


@pytest.mark.parametrize("name", [name for name, route in MATRIX.items() if route.method == "post"])
def test_what_writes_cannot_be_fetched(cast: Cast, name: str) -> None:
    scene, route = Scene(cast), MATRIX[name]
    if name in SHOWN_FIRST:
        return
    assert client_of(cast, "ratna").get(reverse(name, kwargs=route.kwargs(scene))).status_code == 405


ADMIN_TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label)  # noqa: SLF001 (no public way)


@pytest.mark.parametrize("model", ADMIN_TABLES, ids=lambda model: model._meta.label)  # noqa: SLF001
def test_tables_of_the_desk_open_for_coordinators_only(cast: Cast, model: Any) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")  # noqa: SLF001
    answers = {who: client_of(cast, who).get(address).status_code for who in WHO}
    refused = SIGN_IN | dict.fromkeys(("bagus", "dewi", "sari", "putri"), 403)
    assert answers == refused | {"hendra": 200, "ratna": 200}


@pytest.mark.parametrize("model", ADMIN_TABLES, ids=lambda model: model._meta.label)  # noqa: SLF001
@pytest.mark.parametrize("view", ["change", "history", "delete"])
def test_rows_of_another_event_are_not_there(cast: Cast, model: Any, view: str) -> None:
    scene = Scene(cast)
    ours = model.objects.visible_to(cast.ratna, at=timezone.now())
    theirs = model.objects.visible_to(cast.hendra, at=timezone.now())
    row = ours.exclude(pk__in=theirs.values("pk")).first()
    if row is None:
        assert model.__name__ not in {
            "Visit",
            "Contact",
            "Document",
            "Guest",
            "ItineraryItem",
            "Assignment",
            "Request",
            "GuestLink",
            "Print",
            "PrintRun",
            "ProgrammeFile",
            "RosterFile",
            "Session",
            "ProposalRun",
        }, scene
        return
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}"  # noqa: SLF001
    assert client_of(cast, "hendra").get(reverse(name, args=[row.pk])).status_code == 404


@pytest.mark.parametrize("model", [ProgrammeFile, RosterFile])
@pytest.mark.parametrize("step", ["columns", "preview", "done"])
def test_the_steps_of_a_file_are_its_coordinators(cast: Cast, model: Any, step: str) -> None:
    Scene(cast)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{step}"  # noqa: SLF001
    address = reverse(name, args=[model.objects.get().pk])
    answers = {who: client_of(cast, who).get(address).status_code for who in WHO}
    refused = SIGN_IN | dict.fromkeys(("bagus", "dewi", "sari", "putri"), 403)
    assert answers == refused | {"hendra": 404, "ratna": 302}  # to the step at which it stands, or the list
