"""Today's screen against bare Django, in the same run on the same server."""

from dataclasses import dataclass, field
from statistics import median

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from guests.models import Assignment, Visit
from liaison.accounts.models import User
from tests.bench import server
from tests.bench.load import Round, fetch, percentile, run

GUESTS = 3
TARGET = 0.7
MOST_QUERIES = 8


@dataclass
class Page:
    """An address that is measured, and what was measured."""

    letter: str
    label: str
    path: str
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

    def line(self) -> str:
        """What was measured, for the table."""
        p95 = percentile([latency for each in self.rounds for latency in each.latencies], 95)
        return (
            f"  {self.letter}  {self.label:<44} {self.rate:7.1f} {p95 * 1000:8.1f} "
            f"{self.cpu_seconds / self.answered * 1000:8.2f} {self.queries:8d} {self.size / 1024:7.1f}"
        )


def measure(event: Event, *, rounds: int, seconds: float) -> tuple[list[str], list[str]]:
    """The table's lines, and the targets that were missed.

    The pages take turns, and each turn is compared with its neighbours only: what else the machine does cancels out.
    """
    officer = officer_with(event, GUESTS)
    client = Client(headers={"host": "localhost"})
    client.force_login(officer)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    a = Page("a", "bare view: sign-in, 5 queries, 20 rows", reverse("bench_five", args=[event.pk]))
    b = Page("b", "bare view: sign-in, 1 query, 20 rows", reverse("bench_one", args=[event.pk]))
    c = Page("c", f"today's screen, {GUESTS} guests", reverse("today"))
    with server.running() as gunicorn:
        for page in (a, b, c):
            page.queries = queries_of(client, page.path)
            page.size = len(fetch(gunicorn.port, page.path, cookie))
            run(gunicorn.port, page.path, cookie, seconds)  # warm up
        for _ in range(rounds):
            for page in (a, b, c):
                before = gunicorn.cpu_seconds()
                page.rounds.append(run(gunicorn.port, page.path, cookie, seconds))
                page.cpu_seconds += gunicorn.cpu_seconds() - before
    return _told(a, b, c)


def officer_with(event: Event, guests: int) -> User:
    """An officer who leads so many guests and looks after no others."""
    leads = Count("memberships__assignments", filter=Q(memberships__assignments__role=Assignment.Role.LEAD))
    officers = User.objects.filter(memberships__event=event).annotate(
        duties=Count("memberships__assignments"), leads=leads
    )
    found: User = officers.filter(duties=guests, leads=guests).earliest("pk")
    return found


def queries_of(client: Client, path: str) -> int:
    """How many queries one request makes, the session's and the user's included."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    if response.status_code != 200 or (path == reverse("today") and not _shows_all(response.content)):
        raise AssertionError(f"{path} does not show what is measured.")
    return len(queries)


def _shows_all(page: bytes) -> bool:
    """Whether each of the officer's guests has a card."""
    found = [pk for pk in Visit.objects.values_list("pk", flat=True) if f'id="visit-{pk}"'.encode() in page]
    return len(found) == GUESTS


def _told(a: Page, b: Page, c: Page) -> tuple[list[str], list[str]]:
    head = f"     {'':<44} {'req/s':>7} {'p95 ms':>8} {'CPU ms':>8} {'queries':>8} {'kB':>7}"
    to_five, to_one = ratios(c, a), ratios(c, b)
    verdict = f"(rounds {min(to_five):.2f}–{max(to_five):.2f}; needs ≥ {TARGET})"
    missed = []
    if median(to_five) < TARGET:
        missed.append(f"c/a is {median(to_five):.2f}, below {TARGET}")
    if c.queries > MOST_QUERIES:
        missed.append(f"today's screen makes {c.queries} queries, above {MOST_QUERIES}")
    cpu = (a.cpu_seconds / a.answered) / (c.cpu_seconds / c.answered)
    return [
        head,
        *(page.line() for page in (a, b, c)),
        f"     c/a {median(to_five):.2f} {verdict}   c/b {median(to_one):.2f}   by CPU alone c/a {cpu:.2f}",
    ], missed


def ratios(one: Page, other: Page) -> list[float]:
    """How many times as many requests the one answered, round by round."""
    return [mine.rate / theirs.rate for mine, theirs in zip(one.rounds, other.rounds, strict=True)]
