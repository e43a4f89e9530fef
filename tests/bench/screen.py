"""The officer's phone against bare Django, in the same run on the same server."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Role
from guests.looking import begin_looking
from guests.models import Assignment, Visit
from liaison.accounts.models import User
from tests.bench import server
from tests.bench.load import Question, Round, fetch, percentile, run

GUESTS = 3


@dataclass
class Page:
    """Something that is asked, what it should reach against the bare view of five queries, and what was measured."""

    letter: str
    label: str
    question: Question
    target: float | None = None
    most_queries: int | None = None
    rounds: list[Round] = field(default_factory=list)
    cpu_seconds: float = 0.0
    queries: int = 0
    size: int = 0

    @property
    def answered(self) -> int:
        return sum(len(each.latencies) for each in self.rounds)

    @property
    def rate(self) -> float:
        """Requests per second over all rounds."""
        return self.answered / sum(each.seconds for each in self.rounds)

    @property
    def p95(self) -> float:
        return percentile([latency for each in self.rounds for latency in each.latencies], 95)

    def line(self) -> str:
        """What was measured, for the table."""
        return (
            f"  {self.letter}  {self.label:<44} {self.rate:7.1f} {self.p95 * 1000:8.1f} "
            f"{self.cpu_seconds / self.answered * 1000:8.2f} {self.queries:8d} {self.size / 1024:7.1f}"
        )


def measure(event: Event, *, rounds: int, seconds: float) -> tuple[list[str], list[str]]:
    """The table's lines, and the targets that were missed."""
    officer = officer_with(event, GUESTS)
    client = Client(headers={"host": "localhost"})
    client.force_login(officer)
    pages = _pages(event, officer, client)
    take_turns(client, pages, rounds=rounds, seconds=seconds)
    return _told(pages)


def take_turns(client: Client, pages: Sequence[Page], *, rounds: int, seconds: float) -> None:
    """Measure the pages in turns, so that each turn is compared with its neighbours and what else the machine does cancels out."""
    with server.running() as gunicorn:
        for page in pages:
            question = _ready(page, gunicorn.port, seconds)
            page.queries = queries_of(client, question)
            page.size = len(fetch(gunicorn.port, question))
            run(gunicorn.port, question, seconds)  # warm up
        for _ in range(rounds):
            for page in pages:
                question = _ready(page, gunicorn.port, seconds)
                before = gunicorn.cpu_seconds()
                page.rounds.append(run(gunicorn.port, question, seconds))
                page.cpu_seconds += gunicorn.cpu_seconds() - before


def _pages(event: Event, officer: User, client: Client) -> list[Page]:
    """The bare views first; then what an officer asks, who has looked at each guest and confirmed."""
    at = timezone.now()
    duties = Assignment.objects.filter(officer__user=officer)
    duties.update(state=Assignment.State.CONFIRMED)
    visits = list(duties.values_list("visit", flat=True))
    begin_looking(visits=visits, user=officer, at=at)
    client.get(reverse("today"))  # brings the token of the forms
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    cookie = "; ".join(f"{name}={client.cookies[name].value}" for name in names)
    tap = f"csrfmiddlewaretoken={client.cookies[settings.CSRF_COOKIE_NAME].value}&status=landed"

    def page(letter: str, label: str, path: str, **more: Any) -> Page:
        wanted = {name: more.pop(name) for name in ("target", "most_queries") if name in more}
        return Page(letter, label, Question(path, more.pop("cookie", cookie), **more), **wanted)

    today, visit, all_rows = reverse("today"), visits[0], _cookie_of_administrator(event)
    return [
        page(
            "a",
            "bare view: sign-in, 5 queries, 20 rows",
            reverse("bench_five", args=[event.pk]),
            cookie=all_rows,
        ),
        page(
            "b",
            "bare view: sign-in, 1 query, 20 rows",
            reverse("bench_one", args=[event.pk]),
            cookie=all_rows,
        ),
        page("c", f"today's screen, {GUESTS} guests", today, target=0.6, most_queries=8),
        page("d", "today's screen, unchanged", today, expected=304, target=2.0),
        page("e", "a dossier", reverse("visit", args=[visit]), target=0.4, most_queries=12),
        page("f", "a status tap", reverse("set_status", args=[visit]), form=tap, expected=302),
    ]


def _cookie_of_administrator(event: Event) -> str:
    """Of somebody for whom there is no second wall: a bare view asks for all rows, and an officer is shown three."""
    email = "administrator@bench.example"
    someone = User.objects.filter(email=email).first() or User.objects.create_superuser(email, name="Admin")
    event.memberships.get_or_create(user=someone, role=Role.PRESS)
    client = Client(headers={"host": "localhost"})
    client.force_login(someone)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _ready(page: Page, port: int, seconds: float) -> Question:
    """The page's question; where it is about something unchanged, with what the server last said of it."""
    if page.question.expected != 304:
        return page.question
    left = 60 - time.time() % 60
    if left < seconds + 2:  # today's screen changes with the minute
        time.sleep(left + 0.1)
    head = fetch(port, replace(page.question, expected=200)).partition(b"\r\n\r\n")[0].decode()
    etag = next(line.split(": ", 1)[1] for line in head.splitlines() if line.lower().startswith("etag:"))
    return replace(page.question, headers=f"If-None-Match: {etag}")


def officer_with(event: Event, guests: int) -> User:
    """An officer who leads so many guests and looks after no others."""
    leads = Count("memberships__assignments", filter=Q(memberships__assignments__role=Assignment.Role.LEAD))
    officers = User.objects.filter(memberships__event=event).annotate(
        duties=Count("memberships__assignments"), leads=leads
    )
    found: User = officers.filter(duties=guests, leads=guests).earliest("pk")
    return found


def queries_of(client: Client, question: Question) -> int:
    """How many queries one request makes, the session's and the user's included."""
    headers = dict(line.split(": ", 1) for line in question.headers.splitlines())
    if question.form is not None:
        kind = "application/x-www-form-urlencoded"
        made, response = _asked(lambda: client.post(question.path, question.form, content_type=kind))
    else:
        client.get(question.path)
        made, response = _asked(lambda: client.get(question.path, headers=headers))
    is_today = question.path == reverse("today") and response.status_code == 200
    if response.status_code != question.expected or (is_today and not _shows_all(response.content)):
        raise AssertionError(f"{question.path} does not show what is measured.")
    return made


def _asked(ask: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as queries:
        response = ask()
    return len(queries), response


def _shows_all(page: bytes) -> bool:
    """Whether each of the officer's guests has a card."""
    found = [pk for pk in Visit.objects.values_list("pk", flat=True) if f'id="visit-{pk}"'.encode() in page]
    return len(found) == GUESTS


def _told(pages: Sequence[Page]) -> tuple[list[str], list[str]]:
    head = f"     {'':<44} {'req/s':>7} {'p95 ms':>8} {'CPU ms':>8} {'queries':>8} {'kB':>7}"
    bare, *others = pages
    lines, missed = [head, *(page.line() for page in pages)], []
    for page in others:
        found = ratios(page, bare)
        needs = f"; needs ≥ {page.target}" if page.target else ""
        cpu = (bare.cpu_seconds / bare.answered) / (page.cpu_seconds / page.answered)
        slower = page.p95 / bare.p95
        lines.append(
            f"     {page.letter}/a {median(found):.2f} (rounds {min(found):.2f}–{max(found):.2f}{needs})"
            f"   by CPU alone {cpu:.2f}   p95 {slower:.2f} times a's"
        )
        if page.target and median(found) < page.target:
            missed.append(f"{page.letter}/a is {median(found):.2f}, below {page.target}")
        if page.most_queries and page.queries > page.most_queries:
            missed.append(f"{page.label} makes {page.queries} queries, above {page.most_queries}")
    return lines, missed


def ratios(one: Page, other: Page) -> list[float]:
    """How many times as many requests the one answered, round by round."""
    return [mine.rate / theirs.rate for mine, theirs in zip(one.rounds, other.rounds, strict=True)]
