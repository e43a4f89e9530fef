"""The canary sweep: marker words in rows out of somebody's scope, and every page and file fetched in search of them."""

import re
import subprocess
from collections import deque
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from guests.feeds import make_feed
from guests.guest_links import make_link
from guests.incidents import report_incident
from guests.models import (
    CalendarFeed,
    DayReport,
    Document,
    Export,
    Guest,
    GuestLink,
    GuestPrivate,
    Handover,
    Incident,
    ItineraryItem,
    LogbookEntry,
    Print,
    PrivateReading,
    ProtocolNote,
    Request,
    RequestComment,
    Visit,
)
from guests.prints import print_day_sheet, print_event_paper, print_handout
from guests.wording import LANGUAGES
from liaison.accounts.models import User
from liaison.notices import wording
from liaison.notices.acknowledging import address_for
from liaison.notices.channels import Letter
from liaison.notices.channels.push import payload_of
from liaison.notices.models import Notice, PushSubscription
from liaison.notices.vapid import make_private_key
from tests.cast import Cast, bring_to
from tests.factories import make_contact, make_delegation, make_document, make_request, make_venue

GUESTS = {"sato": "Zanzibar", "lim": "Quetzal", "okafor": "Xylophon"}
PRIVATE = "Kryptonit"
CONTACT, CONTACT_ELSEWHERE = "Marzipan", "Tamarind"
EVENT_PAPERS = (Print.Kind.EVENT_BOOK, Print.Kind.ARRIVALS, Print.Kind.TRANSPORT)
LINK = re.compile(r'(?:href|src|action)="([^"]+)"')
MOST_PAGES = 400


def paint(model: type[models.Model], rows: models.QuerySet[Any], word: str) -> None:
    """Put the word into every free text of the rows."""
    for column in model._meta.get_fields():  # noqa: SLF001 (Django's own API)
        if (
            type(column) is models.CharField
            and not column.choices
            and not column.unique
            and column.name not in {"country", "decline_reason"}  # only where it is declined
        ):
            rows.update(**{column.name: word})


def remind(person: User, visit: Visit, word: str) -> None:
    """A reminder that went out and waits for an answer."""
    at, zone = timezone.now(), visit.event.time_zone
    moments = dict.fromkeys(("starts_at", "moves_at"), (at + timedelta(hours=1)).isoformat())
    said = {"guest": word, "title": word, "place": word, "event": "Event", "zone": zone, "visit_id": visit.pk}
    Notice.objects.create(
        recipient=person, event=visit.event, kind="reminder", wants_acknowledgement=True, state=Notice.State.SENT, payload=said | moments,
        dedupe_key=f"{word}:{person.pk}", due_at=at, expires_at=at + timedelta(hours=1),
    )  # fmt: skip


@pytest.fixture
def painted(cast: Cast) -> Cast:
    """Every guest's rows carry the guest's own marker; private data and room a marker of their own."""
    at = timezone.now()
    bring_to(cast, at)
    for name, word in GUESTS.items():
        visit: Visit = getattr(cast, name)
        paint(Guest, Guest.objects.filter(pk=visit.guest_id), word)
        paint(Visit, Visit.objects.filter(pk=visit.pk), word)
        paint(ItineraryItem, ItineraryItem.objects.filter(visit=visit), word)
        ItineraryItem.objects.filter(visit=visit).update(
            starts_at=at + timedelta(hours=1), ends_at=at + timedelta(hours=2)
        )
        paint(Request, Request.objects.filter(visit=visit), word)
        declined = make_request(
            visit, cast.ratna, word, state="declined", decline_reason=word, closed_by=cast.ratna, closed_at=at
        )
        RequestComment.objects.create(request=declined, author=cast.ratna, text=word, written_at=at)
        paint(ProtocolNote, ProtocolNote.objects.filter(guest=visit.guest_id), word)
        ItineraryItem.objects.get(visit=visit).vehicle.driver.delete()  # type: ignore[union-attr]
        Incident.objects.create(visit=visit, kind="loss", text=word, raised_by=cast.ratna, raised_at=at)
        LogbookEntry.objects.create(visit=visit, text=word, author=cast.ratna, happened_at=at)
        for duty in visit.assignments.current(at):
            DayReport.objects.create(
                visit=visit, officer=duty.officer.user, day=at.date(), text=word, signed_at=at
            )
            Handover.objects.create(
                assignment=duty,
                receiver=duty.officer,
                note={"mood": word},
                offered_at=at - timedelta(minutes=5),
            )
        make_document(visit, f"Paper {word}", kind="png", data=word.encode())
        make_document(visit, "Passport", is_private=True, kind="png", data=f"{PRIVATE} {word}".encode())
        GuestPrivate.objects.create(guest=visit.guest, health=f"{PRIVATE} {word}")
        PrivateReading.objects.create(guest=visit.guest, reader=cast.ratna, read_at=at)
        Visit.objects.filter(pk=visit.pk).update(
            delegation=make_delegation(visit.event, f"Delegation {word}")
        )
        visit.refresh_from_db()
        print_handout(visit=visit, language="en", by=cast.ratna, at=at)
        for duty in visit.assignments.select_related("officer__user"):
            print_day_sheet(visit=visit, day=at.date(), holder=duty.officer.user, by=cast.ratna, at=at)
        told = [cast.ratna if visit.event == cast.event else cast.hendra]
        for person in told + [duty.officer.user for duty in visit.assignments.current(at)]:
            remind(person, visit, word)
    for event, by in ((cast.event, cast.ratna), (cast.other_event, cast.hendra)):
        for kind in EVENT_PAPERS:
            day = None if kind == Print.Kind.EVENT_BOOK else event.starts_on
            print_event_paper(kind, event=event, by=by, at=at, language="en", day=day)
    make_venue(cast.other_event, f"Venue {GUESTS['okafor']}")
    make_contact(cast.other_event, f"Guard {CONTACT_ELSEWHERE}")
    make_contact(cast.event, f"Guard {CONTACT}")
    return cast


def address_of(cast: Cast, **owner: Any) -> str:
    """A calendar address, as somebody has it to whom it was given."""
    return reverse("calendar_feed", args=[make_feed(by=cast.ratna, at=timezone.now(), **owner)[1]])


def addresses_to_guess(cast: Cast) -> list[str]:
    """What somebody would try who counts up numbers and knows how the desk is built."""
    guesses = [
        reverse("home"),
        reverse("today"),
        "/admin/",
        reverse("own_calendars"),
        reverse("own_contacts"),
        reverse("inbox"),
        reverse("inbox") + "?page=2",
        reverse("notice_ways"),
    ]
    searched = [
        word[1:] for word in (*GUESTS.values(), PRIVATE, CONTACT, CONTACT_ELSEWHERE)
    ]  # the page says the word again
    guesses += [f"{reverse('search')}?q={word}" for word in searched]
    guesses += [reverse("document", args=[paper.pk]) for paper in Document.objects.all()]
    for event in (cast.event, cast.other_event):
        guesses += [reverse(name, kwargs={"slug": event.slug}) for name in ("press", "board", "board_state")]
        guesses.append(reverse("admin:guests_export_lists", args=[event.slug]))
        guesses.append(reverse("admin:guests_erasure_plan", args=[event.slug]))
        timeline = reverse("timeline", args=[event.slug])
        guesses += [timeline, f"{timeline}?by=guests&day=all", f"{timeline}?q=a"]
        guesses.append(reverse("event_papers", args=[event.slug]))
        guesses += [reverse("preview_event_paper", args=[event.slug, kind]) for kind in EVENT_PAPERS]
        guesses += [reverse(paper.kind, args=[paper.pk]) for paper in event.prints.filter(visit=None)]
        guesses += [reverse("fill_gap", args=[event.slug, visit.pk]) for visit in Visit.objects.all()]
    guesses += [reverse("admin:guests_erasure_guest", args=[guest.pk]) for guest in Guest.objects.all()]
    for visit in Visit.objects.all():
        pages = ["visit", "log_request", "late", "incident", "sos", "report", "hand_over", "guest_calendar"]
        pages += ["guest_screen", "guest_links", "papers", "preview_handout", "preview_day_sheet"]
        guesses += [reverse(page, kwargs={"pk": visit.pk}) for page in pages]
        guesses += [reverse("late", kwargs={"pk": visit.pk}) + "?minutes=30"]
        guesses += [reverse("request", kwargs={"pk": each.pk}) for each in visit.requests.all()]
        offers = Handover.objects.filter(assignment__visit=visit)
        guesses += [reverse("handover", kwargs={"pk": offer.pk}) for offer in offers]
        guesses += [reverse(paper.kind, kwargs={"pk": paper.pk}) for paper in visit.prints.all()]
        guesses += [reverse("since_day_sheet", kwargs={"pk": paper.pk}) for paper in visit.prints.all()]
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001
        guesses += [reverse(f"{base}_changelist"), reverse(f"{base}_changelist") + "?q=a"]
        for row in model._default_manager.all()[:50]:  # noqa: SLF001
            guesses += [reverse(f"{base}_{page}", args=[row.pk]) for page in ("change", "history", "delete")]
    fields = [
        ("guests", "visit", "guest"),
        ("guests", "visit", "delegation"),
        ("guests", "assignment", "visit"),
    ]
    fields += [
        ("guests", "itineraryitem", "venue"),
        ("guests", "itineraryitem", "vehicle"),
        ("guests", "request", "visit"),
    ]
    for app, model_name, name in fields:
        guesses.append(
            f"/admin/autocomplete/?app_label={app}&model_name={model_name}&field_name={name}&term="
        )
    return guesses


def text_of(response: Any) -> str:
    """What a person reads: of a PDF its words, of a workbook its parts, of all else its source."""
    body: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    if response.headers.get("Content-Type", "").startswith("application/pdf"):
        command = ["pdftotext", "-", "-"]
        return subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()  # noqa: S603 (no shell, no foreign word)
    return body.decode(errors="replace")


def sweep(user: User, guesses: list[str]) -> dict[str, str]:
    """Every page and file the person reaches by guessing or by following links, with its text."""
    client = Client()
    client.force_login(user)
    waiting, seen = deque(guesses), set(guesses)
    read: dict[str, str] = {}
    while waiting and len(read) < MOST_PAGES:
        address = waiting.popleft()
        response = client.get(address)
        assert response.status_code < 500, address
        read[address] = text_of(response) + str(dict(response.headers))
        for link in [
            *LINK.findall(read[address].replace("&amp;", "&")),
            response.headers.get("Location", ""),
        ]:
            found = urlsplit(urldefrag(urljoin(f"http://testserver{address}", link)).url)
            path = found.path + (f"?{found.query}" if found.query else "")
            foreign = found.netloc != "testserver" or path.startswith(("/static/", "/accounts/logout"))
            if not foreign and path not in seen:
                seen.add(path)
                waiting.append(path)
    return read


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("sari", {"sato"}),
        ("bagus", {"lim"}),
        ("dewi", set()),
        ("putri", set()),
        ("hendra", {"okafor"}),
        ("ratna", {"sato", "lim"}),
    ],
)
def test_nobody_reads_a_word_out_of_their_scope(painted: Cast, who: str, sees: set[str]) -> None:
    read = sweep(getattr(painted, who), addresses_to_guess(painted))
    everything = "\n".join(read.values())
    for guest, word in GUESTS.items():
        leaks = [address for address, text in read.items() if word in text]
        if guest in sees:
            assert word in everything, "the canary does not sing at all: the sweep proves nothing"
        elif who == "putri":  # public names and offices of the event's guests are the press officer's work
            assert set(leaks) <= {reverse("press", kwargs={"slug": painted.event.slug})}
        else:
            assert leaks == []
    assert [address for address, text in read.items() if PRIVATE in text] == []
    assert (CONTACT in everything) == (who in {"sari", "bagus", "ratna"})
    assert (CONTACT_ELSEWHERE in everything) == (who == "hendra")


@pytest.mark.parametrize(
    ("owner", "sings"),
    [
        ({"officer": "sari_officer"}, {"sato"}), ({"officer": "bagus_officer"}, {"lim"}), ({"officer": "dewi_officer"}, set()),
        ({"visit": "sato"}, {"sato"}), ({"visit": "lim"}, {"lim"}), ({"visit": "okafor"}, {"okafor"}),
    ],
)  # fmt: skip
def test_a_calendar_has_no_word_of_another_guest_whoever_fetches_it(
    painted: Cast, owner: dict[str, str], sings: set[str]
) -> None:
    address = address_of(painted, **{kind: getattr(painted, name) for kind, name in owner.items()})
    for who in ("", "sari", "bagus", "dewi", "putri", "hendra", "ratna"):
        client = Client()
        if who:
            client.force_login(getattr(painted, who))
        text = text_of(client.get(address)).replace("\r\n ", "")
        assert "BEGIN:VCALENDAR" in text
        assert {guest for guest, word in GUESTS.items() if word in text} == sings
        assert PRIVATE not in text


@pytest.mark.parametrize("guest", list(GUESTS))
def test_a_guests_link_has_no_word_of_another_guest_whoever_opens_it(painted: Cast, guest: str) -> None:
    visit, at = getattr(painted, guest), timezone.now()
    lasts = GuestLink.Lasts.STAY
    _link, secret = make_link(visit=visit, lasts=lasts, by=painted.ratna, at=at, client_uuid=uuid4())
    address = reverse("shared_screen", args=[secret])
    readers = [("", language) for language in LANGUAGES]
    readers += [(who, "en") for who in ("sari", "bagus", "dewi", "putri", "hendra", "ratna")]
    for who, language in readers:
        client = Client()
        if who:
            client.force_login(getattr(painted, who))
        text = text_of(client.get(address, {"lang": language}))
        assert f'<html lang="{language}"' in text
        assert {each for each, word in GUESTS.items() if word in text} == {guest}
        assert PRIVATE not in text


@pytest.mark.parametrize(
    ("who", "sees"),
    [("sari", {"sato"}), ("bagus", {"lim"}), ("dewi", set()), ("putri", set()), ("hendra", {"okafor"}), ("ratna", {"sato", "lim"})],
)  # fmt: skip
def test_an_inbox_has_no_word_of_what_others_were_sent(painted: Cast, who: str, sees: set[str]) -> None:
    client = Client()
    client.force_login(getattr(painted, who))
    text = text_of(client.get(reverse("inbox")))
    assert {guest for guest, word in GUESTS.items() if word in text} == sees


def test_what_a_locked_screen_shows_has_no_word_of_any_guest(painted: Cast) -> None:
    visit = painted.sato
    report_incident(
        visit=visit, kind=Incident.Kind.MEDICAL, severity=Incident.Severity.SOS, place=GUESTS["sato"],
        text=PRIVATE, by=painted.sari, at=timezone.now(), client_uuid=uuid4(),
    )  # fmt: skip
    for notice in Notice.objects.select_related("recipient"):
        words = wording.word(notice)
        letter = Letter("", "<1@example.org>", words)
        assert not [
            each for each in (*GUESTS.values(), PRIVATE) if each in words.short + payload_of(letter).decode()
        ]
    said = [wording.word(notice).subject for notice in Notice.objects.select_related("recipient")]
    assert {guest for guest, marker in GUESTS.items() if any(marker in each for each in said)} == set(GUESTS)


@pytest.mark.parametrize("who", ["sari", "bagus", "ratna"])
def test_nobody_reads_by_which_device_others_are_reached(painted: Cast, who: str) -> None:
    for person in (painted.sari, painted.bagus, painted.ratna):
        device = f"Device-of-{person.pk}"
        PushSubscription.objects.create(
            user=person,
            endpoint=f"https://push.example/{person.pk}",
            device=device,
            created_at=timezone.now(),
        )
    with override_settings(PUSH_PRIVATE_KEY=make_private_key()):
        read = sweep(getattr(painted, who), [reverse("notice_ways"), reverse("inbox")])
    found = set(re.findall(r"Device-of-(\d+)", "\n".join(read.values())))
    assert found == {str(getattr(painted, who).pk)}
    assert "push.example" not in "\n".join(read.values())


@pytest.mark.parametrize("who", ["", "sari", "bagus", "dewi", "putri", "hendra", "ratna"])
@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_the_page_behind_a_mails_link_has_no_word_of_any_guest(
    painted: Cast, who: str, is_acknowledged: bool
) -> None:
    client = Client()
    if who:
        client.force_login(getattr(painted, who))
    for notice in Notice.objects.filter(kind="reminder", state=Notice.State.SENT):
        address = urlsplit(address_for(notice)).path
        if is_acknowledged:
            client.post(address)
        answer = client.get(address)
        text = text_of(answer) + str(dict(answer.headers))
        assert (answer.status_code, "Thank you" in text) == (200, is_acknowledged)
        assert not [word for word in (*GUESTS.values(), PRIVATE) if word in text]


@pytest.mark.parametrize("who", ["", "sari", "bagus", "dewi", "putri", "hendra", "ratna"])
def test_nobody_takes_a_list_or_makes_an_address_out_of_scope(painted: Cast, who: str) -> None:
    client = Client()
    if who:
        client.force_login(getattr(painted, who))
    runs = {"hendra": painted.other_event, "ratna": painted.event}.get(who)
    serves = {"sari": {"sato"}, "bagus": {"lim"}, "hendra": {"okafor"}, "ratna": {"sato", "lim"}}.get(
        who, set()
    )
    for event in {painted.event, painted.other_event} - {runs}:
        lists = reverse("admin:guests_export_lists", args=[event.slug])
        said = [text_of(client.post(lists, {"kind": kind, "format": "csv"})) for kind in Export.Kind.values]
        assert not [text for text in said for word in (*GUESTS.values(), PRIVATE) if word in text]
    assert not Export.objects.exists()
    for guest, word in GUESTS.items():
        answer = client.post(reverse("guest_calendar", args=[getattr(painted, guest).pk]))
        assert (answer.status_code == 200, word in text_of(answer)) == (guest in serves,) * 2
        links = reverse("guest_links", args=[getattr(painted, guest).pk])
        answer = client.post(links, {"lasts": "stay"})
        assert (answer.status_code == 200, word in text_of(answer)) == (guest in serves,) * 2
    theirs = {getattr(painted, guest) for guest in serves}
    assert {feed.visit for feed in CalendarFeed.objects.all()} == theirs
    assert {link.visit for link in GuestLink.objects.all()} == theirs


@pytest.mark.parametrize("how", ["xlsx", "csv"])
@pytest.mark.parametrize(("who", "sees"), [("hendra", {"okafor"}), ("ratna", {"sato", "lim"})])
def test_no_list_that_is_taken_away_has_a_word_out_of_scope(
    painted: Cast, who: str, sees: set[str], how: str
) -> None:
    ItineraryItem.objects.update(kind=ItineraryItem.Kind.TRANSFER)
    event = painted.event if who == "ratna" else painted.other_event
    client = Client()
    client.force_login(getattr(painted, who))
    address = reverse("admin:guests_export_lists", args=[event.slug])
    files = {
        kind: text_of(client.post(address, {"kind": kind, "format": how})) for kind in Export.Kind.values
    }
    assert Export.objects.count() == len(files)
    for guest, word in GUESTS.items():
        singing = {kind for kind, text in files.items() if word in text}
        assert singing == (
            {"guests", "assignments", "arrivals", "manifest", "readings"}
            - ({"assignments"} if guest == "okafor" else set())
            if guest in sees
            else set()
        )
    assert not [kind for kind, text in files.items() if PRIVATE in text]
