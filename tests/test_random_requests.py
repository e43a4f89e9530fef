"""Nonsense for every form and page, as everybody: whatever is sent, no page falls over and none says a word too much.

`RANDOM_REQUESTS` in the environment says how many as each person, `RANDOM_SEED` which, `RANDOM_WHO` as whom; a long run
takes thousands.
"""

import logging
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from guests.models import Handover, PrivateReading
from tests.cast import Cast
from tests.factories import make_item, make_user
from tests.nonsense import VALUES, Aim, forms_shown, pages
from tests.test_canaries import GUESTS, PRIVATE, addresses_to_guess, text_of
from tests.test_canaries import painted as painted  # the fixture
from tests.test_routes import MATRIX, Scene, client_of

REQUESTS = int(os.environ.get("RANDOM_REQUESTS", "40"))
SEED = int(os.environ.get("RANDOM_SEED", "20270513"))
WHO = os.environ.get("RANDOM_WHO", "").split()
SEES: dict[str, set[str]] = {
    "anonymous": set(), "guest": {"sato"}, "sari": {"sato"}, "bagus": {"lim"}, "dewi": set(), "putri": {"sato", "lim"}, "hendra": {"okafor"},
    "ratna": {"sato", "lim"}, "administrator": set(GUESTS),
}  # fmt: skip
"""Whose words each may read. The guest has nothing but the link to their own screen; the press reads names on its page only."""
READ_PRIVATE = {"sari", "bagus", "hendra", "ratna", "administrator"}
AT_DESK = {"hendra", "ratna", "administrator"}
OPEN_BY_ADDRESS = ("shared_screen", "calendar_feed", "since_printed")
"""Whoever has such an address reads what is there, which is Mr Sato's."""


NOT_READY = ("/readyz", 503)
"""Neither worker nor beat runs here, and the page that is asked whether they do says so."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What is refused is not written down: that takes longer than refusing it."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def scene(painted: Cast) -> Scene:
    """The cast whose every row carries a marker, with all that the route matrix needs."""
    Handover.objects.all().delete()
    scene = Scene(painted)
    for guest, word in GUESTS.items():
        visit = getattr(painted, guest)
        visit.items.update(title=word) or make_item(visit, word)
    return scene


# A list that is taken away is closed by the server that sends it, and nobody sends it here.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_page_falls_over_or_says_a_word_too_much(scene: Scene) -> None:
    known = pages(scene)
    forms = forms_shown(scene, known)
    assert (len(known) > 150, len(forms) > 100) == (True, True)
    answered: set[int] = set()
    for who in WHO or SEES:
        heard = _asked_as(scene, who, _aims(scene, who, known, forms), answered)
        assert heard or not SEES[who] or REQUESTS < 1000, "the canary does not sing at all: nothing is proved"
    assert WHO or answered >= {200, 302, 403, 404, 405}


def _asked_as(scene: Scene, who: str, aims: list[list[Aim]], answered: set[int]) -> set[str]:
    """Ask as that person; whose words were read."""
    client, heard = _client(scene.cast, who), set()
    groups = [_Group(group) for group in aims]
    cookies, logged = client.cookies.output(header=""), PrivateReading.objects.count()

    @seed(f"{SEED} {who}")
    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        aim = data.draw(st.sampled_from(data.draw(st.sampled_from(groups)).aims))
        sent = {**aim.meant, **data.draw(st.dictionaries(st.sampled_from(aim.names), VALUES, max_size=8))}
        way = data.draw(st.sampled_from(["post", "post", "post", "get"]))
        if way == "get":
            sent = {name: value for name, value in sent.items() if isinstance(value, str | int)}
        note(f"{who}: {way} {aim.address} {sent}")
        cache.clear()
        client.cookies.clear()
        client.cookies.load(cookies)
        with transaction.atomic():
            answer = getattr(client, way)(aim.address, sent)
            text = _words_of(answer) + str(dict(answer.headers))
            was_logged = PRIVATE not in text or PrivateReading.objects.count() > logged
            transaction.set_rollback(True)
        said = {guest for guest, word in GUESTS.items() if word in text}
        answered.add(answer.status_code)
        heard.update(said)
        assert answer.status_code < 500 or (aim.address, answer.status_code) == NOT_READY
        assert said <= _may_read(scene, who, aim.address)
        assert was_logged
        assert PRIVATE not in text or who in READ_PRIVATE

    ask()
    return heard


@dataclass(frozen=True)
class _Group:
    """Aims that need not be told one by one when something was found."""

    aims: list[Aim] = field(repr=False)


def _words_of(answer: Any) -> str:
    try:
        return text_of(answer)
    except subprocess.CalledProcessError:  # a document of the scene, which is none
        return str(answer.content)


def _client(cast: Cast, who: str) -> Client:
    if who == "administrator":
        client = Client()
        client.force_login(make_user("Admin", is_staff=True, is_superuser=True))
        return client
    return client_of(cast, "anonymous" if who == "guest" else who)


def _aims(scene: Scene, who: str, known: list[Aim], forms: list[Aim]) -> list[list[Aim]]:
    """Groups of what is aimed at, each as often as the others; without the words that are listened for."""
    guesses = [Aim(address) for address in addresses_to_guess(scene.cast)]
    groups = [part for group in (known, forms, guesses) for part in _halves(group)]
    if who not in AT_DESK:
        groups = [*groups[::2], [aim for desk in groups[1::2] for aim in desk]]
    if who == "guest":
        groups.append([aim for aim in known if aim.address in _open_by_address(scene)])
    words = (*GUESTS.values(), PRIVATE)
    return [[aim.without(words) for aim in group] for group in groups]


def _halves(aims: list[Aim]) -> tuple[list[Aim], list[Aim]]:
    """What is not at the desk, and what is."""
    return tuple(
        [aim for aim in aims if aim.address.startswith("/admin/") == at_desk] for at_desk in (False, True)
    )  # type: ignore[return-value]  # two


def _open_by_address(scene: Scene) -> set[str]:
    return {reverse(name, kwargs=MATRIX[name].kwargs(scene)) for name in OPEN_BY_ADDRESS}


def _may_read(scene: Scene, who: str, address: str) -> set[str]:
    if address in _open_by_address(scene):
        return SEES[who] | {"sato"}
    if who == "putri" and address != reverse("press", args=[scene.cast.event.slug]):
        return set()
    return set() if who == "guest" else SEES[who]
