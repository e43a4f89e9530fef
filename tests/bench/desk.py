"""The coordinator's desk against bare Django, in the same run on the same server: the list of guests, and the first page."""

from statistics import median

from django.conf import settings
from django.test import Client
from django.urls import reverse

from events.models import Event
from guests.demo import volume
from liaison.accounts.models import User
from tests.bench.load import Question
from tests.bench.screen import Page, ratios, take_turns

ROWS = 100
MOST = 5.0  # times the bare view, for as many rows


def measure(event: Event, *, rounds: int, seconds: float) -> tuple[list[str], list[str]]:
    """The table's lines, and the targets that were missed."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email=f"coordinator@{volume.DOMAIN}"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def asked(letter: str, label: str, path: str) -> Page:
        return Page(letter, label, Question(path, cookie))

    bare = asked(
        "a", f"bare view: sign-in, 5 queries, {ROWS} rows", reverse("bench_hundred", args=[event.pk])
    )
    guests = asked("d", f"the desk's guests, {ROWS} rows", reverse("admin:guests_visit_changelist"))
    home = asked("e", "the desk's first page", reverse("admin:index"))
    pages = (bare, guests, home)
    _require_rows(client, guests.question.path)
    take_turns(client, pages, rounds=rounds, seconds=seconds)
    return _told(bare, guests, home)


def _require_rows(client: Client, path: str) -> None:
    """That the page shows as many rows as the bare view it is compared with."""
    shown = client.get(path).content.count(b'name="_selected_action"')
    if shown != ROWS:
        raise AssertionError(f"{path} shows {shown} rows, not {ROWS}.")


def _told(bare: Page, guests: Page, home: Page) -> tuple[list[str], list[str]]:
    head = f"     {'':<44} {'req/s':>7} {'p95 ms':>8} {'CPU ms':>8} {'queries':>8} {'kB':>7}"
    times = ratios(bare, guests)
    cpu = (guests.cpu_seconds / guests.answered) / (bare.cpu_seconds / bare.answered)
    verdict = f"(rounds {min(times):.2f}–{max(times):.2f}; needs ≤ {MOST:g})"
    missed = (
        [f"the desk's guests take {median(times):.2f} times the bare view"] if median(times) > MOST else []
    )
    return [
        head,
        *(page.line() for page in (bare, guests, home)),
        f"     d takes {median(times):.2f} × a {verdict}, by CPU alone {cpu:.2f} ×",
    ], missed
