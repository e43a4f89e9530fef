"""Proposals in a real browser: by keyboard, without JavaScript, and in the eyes of axe."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import reverse
from playwright.sync_api import expect

from guests.models import Assignment, ProposalRun
from guests.proposals.runs import request_proposal
from guests.proposals.weights import Weights
from guests.proposals.working import solve_next_proposal
from liaison.accounts.models import SpokenLanguage, User
from tests.browser.conftest import Opener
from tests.browser.scene import Scene
from tests.factories import NOW, make_delegation, make_guest, make_member, make_user, make_visit

LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "has_touch": False, "is_mobile": False}
TABLET: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}, "has_touch": True, "is_mobile": False}


def propose(scene: Scene) -> ProposalRun:
    """Two guests of one delegation, one whom nobody can take, and those who are led already."""
    japan = make_delegation(scene.event, "Jepang")
    for name in ("Aiko Tanaka", "Haru Mori"):
        make_visit(scene.event, make_guest(name, languages=["ja"]), delegation=japan, level="vvip")
    for name in ("Joko", "Rini"):
        officer = make_member(make_user(name), scene.event)
        SpokenLanguage.objects.create(user=officer.user, language="ja", level=4)
    by = User.objects.get(pk=scene.ratna.pk)
    visits = list(scene.event.visits.select_related("event"))
    run = request_proposal(visits=visits, weights=Weights(), by=by, at=NOW)
    assert solve_next_proposal(clock=lambda: NOW, seconds=10)
    run.refresh_from_db()
    return run


def address_of(run: ProposalRun) -> str:
    return reverse("admin:guests_proposalrun_change", args=[run.pk])


def test_a_proposal_is_accepted_by_keyboard(scene: Scene, open_page: Opener) -> None:
    run = propose(scene)
    desk = open_page(scene.ratna, address_of(run), **LAPTOP, java_script_enabled=False)
    changed = desk.locator("input[name=accept]:checked")
    chosen = changed.count()
    assert chosen >= 2
    changed.first.focus()
    desk.keyboard.press("Space")
    desk.get_by_role("button", name="Accept the ticked lines").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("body")).to_contain_text("accepted")
    assert run.lines.filter(state="accepted").count() == chosen - 1
    assert Assignment.objects.filter(visit__delegation__name="Jepang").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["1280", "768"])
def test_axe_finds_nothing_on_the_pages_of_a_proposal(
    scene: Scene, open_page: Opener, size: dict[str, Any], scheme: str
) -> None:
    run = propose(scene)
    for address in (address_of(run), reverse("admin:guests_proposalrun_add")):
        page = open_page(scene.ratna, address, **size, color_scheme=scheme)
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found = Axe().run(page, context="#content", options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
        width = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0
