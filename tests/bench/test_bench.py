"""The bench measures what it says: the load generator, the percentile, and baselines that do five queries and one."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from liaison.notices.dispatch import dispatch
from liaison.notices.models import Notice
from liaison.settings import ROOT, TEMPLATES
from tests.bench import crowd, load, matching, piles, plain, server, soak
from tests.bench.screen import queries_of
from tests.cast import Cast

SIGN_IN = 2  # the session and the user
BENCH_TEMPLATES = [TEMPLATES[0] | {"DIRS": [ROOT / "tests" / "bench" / "templates"]}]


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is given)
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_generator_counts_answers_in_a_bounded_time(port: int) -> None:
    done = load.run(port, load.Question("/"), 0.2)
    assert done.latencies
    assert done.seconds < 2
    assert done.rate == len(done.latencies) / done.seconds


def test_the_generator_fails_on_anything_but_the_page(port: int) -> None:
    with pytest.raises(load.UnexpectedAnswerError, match="404"):
        load.run(port, load.Question("/gone"), 0.2)


def test_percentile_is_the_nearest_rank() -> None:
    assert load.percentile(range(1, 101), 95) == 95
    assert load.percentile([3.0], 95) == 3.0
    assert load.percentile([1.0, 2.0], 95) == 2.0


@override_settings(ROOT_URLCONF="tests.bench.urls", TEMPLATES=BENCH_TEMPLATES)
def test_the_baselines_make_five_queries_and_one(cast: Cast, client: Client) -> None:
    client.force_login(cast.sari)
    assert queries_of(client, load.Question(reverse("bench_five", args=[cast.event.pk]))) == SIGN_IN + 5
    assert queries_of(client, load.Question(reverse("bench_one", args=[cast.event.pk]))) == SIGN_IN + 1


def test_a_proposal_is_never_dearer_than_what_a_real_team_did(db: None) -> None:
    beside = matching.beside_the_real_team()
    assert (beside.guests, beside.officers) == (37, 19)
    assert beside.is_good
    assert beside.bound <= beside.proposed


def test_the_images_own_command_line_is_what_is_measured() -> None:
    words = server.of_the_image(1234)
    assert words[1:4] == ["-m", "gunicorn", "liaison.wsgi"]
    assert "127.0.0.1:1234" in words


def test_a_crowd_notes_what_went_wrong_and_what_did_not(port: int) -> None:
    ledger = crowd.Ledger()
    visitor = crowd.Visitor(port, ledger)

    async def ask() -> None:
        await visitor.get("a page", "/")
        await visitor.get("another", "/gone")

    asyncio.run(ask())
    assert len(ledger.seconds["a page"]) == ledger.answered == 1
    assert [what for _asked, _known, what in ledger.errors] == ["another: 404"]


def test_a_soak_fails_on_growth_leaks_losses_and_errors_but_not_while_the_database_is_away() -> None:
    steady = [(float(second), 100.0) for second in range(0, 400, 5)]
    well = soak.Lived(0.0, 400.0, memory={"web": steady}, connections=[(at, 5) for at, _megabytes in steady])
    away = (200.0, 204.0)
    well.errors = [(180.0, 201.0, "a page: 500")]
    assert list(soak.missed_of(well, away)) == []
    ill = replace(
        well,
        memory={"web": [(at, 100.0 + at) for at, _megabytes in steady]},
        connections=[(at, 5 + int(at / 50)) for at, _megabytes in steady],
        errors=[(100.0, 101.0, "a page: 500")],
        lost_taps=1,
        unsent=2,
        failed=["a digest"] * 3,
    )
    assert [line.split(" ")[0] for line in soak.missed_of(ill, away)] == [
        *("web", "connections", "1", "1", "2", "3"),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_pipelining", [True, False])
def test_the_far_mail_server_takes_mails_of_a_plain_loop_and_of_ours(*, has_pipelining: bool) -> None:
    with piles.mail_server(has_pipelining=has_pipelining):
        rates = plain.smtp(2, piles.people())
        assert min(rates.made, rates.ready, rates.worded) > 0
        piles.make_due(3, piles.people(), timezone.now())
        assert dispatch(at=timezone.now()) == 6
    assert Notice.objects.filter(state=Notice.State.SENT).count() == 3
