"""Over every address of the installation, taken from the resolver itself: forged forms, foreign rows, and names that climb."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern
from django.utils import timezone

from tests.cast import Cast
from tests.factories import PASSWORD
from tests.guests.desk_rows import fill
from tests.test_attacks import BY_SECRET
from tests.test_routes import MATRIX, Scene, client_of

_PLACE = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>(?:\[[^]]*\]|[^)\[])*\)")
_NUMBER = re.compile(r"<int:\w+>")


def places(patterns: Any = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its arguments as the resolver writes them, and what stands behind it."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        own = str(each.pattern)
        if not isinstance(each.pattern, RoutePattern):
            own = own.removeprefix("^").removesuffix("$").removesuffix(r"\Z").replace("\\", "")
        if isinstance(each, URLResolver):
            yield from places(each.url_patterns, before + own)
        else:
            yield before + own, each


def filled(place: str, said: str, number: str = "1") -> str:
    return _PLACE.sub(lambda _found: said, _NUMBER.sub(number, place))


def test_the_walk_finds_every_address() -> None:
    found = {place for place, _pattern in places()}
    assert len(found) > 350
    assert found >= {"/", "/visits/<int:pk>/late/", "/g/<str:secret>/", "/admin/guests/visit/<path:object_id>/change/", "/accounts/login/",
                     "/admin/notices/notice/<int:pk>/send-again/", "/admin/autocomplete/", "/accounts/2fa/webauthn/keys/<int:pk>/edit/"}  # fmt: skip
    assert not [place for place in found if set("^$()") & set(filled(place, "x"))]


# --- forged forms --------------------------------------------------------------------------------------------------


def test_no_address_takes_a_form_that_another_site_sent(cast: Cast) -> None:
    """The rows need not be there: what is forged is refused before anybody looks for one."""
    client = client_of(cast, "ratna")
    client.handler.enforce_csrf_checks = True
    taken, by_secret = {}, set()
    for place, pattern in places():
        with transaction.atomic():
            answer = client.post(filled(place, "x"), {"action": "delete_selected"})
            transaction.set_rollback(True)
        if pattern.name in BY_SECRET:
            by_secret.add(pattern.name)
        elif answer.status_code != 403:
            taken[place] = answer.status_code
    assert taken == {}
    assert by_secret == BY_SECRET
    exempt = {pattern.name for _place, pattern in places() if getattr(pattern.callback, "csrf_exempt", False)}
    assert exempt == BY_SECRET


# --- foreign rows --------------------------------------------------------------------------------------------------

FOREIGN = ("bagus", "dewi", "putri", "hendra")
"""Nobody of whom has to do with Mr Sato now; Putri reads what the press may, on a page of its own."""


def takes(name: str, kind: str) -> bool:
    return any(f"<{kind}:" in place for place, pattern in places() if pattern.name == name and ":" in place)


NUMBERED = sorted(name for name in MATRIX if takes(name, "int"))


def test_the_matrix_says_404_to_strangers_wherever_a_row_is_named() -> None:
    """So that a new route cannot say anything else without somebody changing this line."""
    assert len(NUMBERED) > 45
    said = {name: {MATRIX[name].expected[who] for who in FOREIGN} for name in NUMBERED}
    at_the_desk = {"fill_gap": {403, 404}}
    assert {name: codes for name, codes in said.items() if codes != {404}} == at_the_desk


@pytest.mark.parametrize("name", NUMBERED)
def test_a_row_that_is_not_there_is_answered_as_a_foreign_one(cast: Cast, name: str) -> None:
    """Nobody learns from an answer whether somebody else's row exists."""
    scene, route = Scene(cast), MATRIX[name]
    for who in FOREIGN:
        said = []
        for pk in (route.kwargs(scene)["pk"], 2**31 - 1, 2**70):
            address = reverse(name, kwargs=route.kwargs(scene) | {"pk": pk})
            answer = getattr(client_of(cast, who), route.method)(address, route.data(scene))
            page = answer.content.decode().replace(
                address, ""
            )  # to which the choice of a language leads back
            page = page.replace(answer["X-Request-ID"][-8:], "")
            said.append((answer.status_code, re.sub(r"csrf\S+ value=\"\w+\"|nonce-\S+", "", page)))
        assert said[0] == said[1] == said[2], who


def desk_places() -> list[str]:
    """The desk's addresses of one thing, but for Django's old ones, which lead to the new ones whatever is there."""
    told = [place for place, _pattern in places() if re.search(r"^/admin/.*<(path|int|slug):", place)]
    return [place for place in told if not re.fullmatch(r"/admin/\w+/\w+/<path:object_id>/", place)]


def rows_of(place: str, cast: Cast) -> Any:
    """Of the table that the address is about the rows of Ratna's event, which Hendra does not run."""
    app, _slash, rest = place.removeprefix("/admin/").partition("/")
    model: Any = {m._meta.label_lower: m for m in admin.site._registry}.get(f"{app}.{rest.split('/')[0]}")  # noqa: SLF001 (no public way)
    if model is None:
        return None
    at = timezone.now()
    theirs = model.objects.visible_to(cast.hendra, at=at).values("pk")
    return model.objects.visible_to(cast.ratna, at=at).exclude(pk__in=theirs)


ABOUT_EVENTS_OR_GUESTS = ("export", "erasure", "timeline")


@pytest.mark.parametrize("who", ["hendra", "sari", "dewi", "putri"])
def test_no_page_of_the_desk_opens_or_changes_a_foreign_row(cast: Cast, who: str) -> None:
    scene = Scene(cast)
    fill(cast.event, cast.ratna, visits=1)
    client, reached = client_of(cast, who), set()
    for place in desk_places():
        rows = rows_of(place, cast)
        row = None if rows is None else rows.first()
        keys = [row.pk] if row else []
        if any(f"/{word}/" in place for word in ABOUT_EVENTS_OR_GUESTS):
            keys = [
                scene.cast.sato.guest_id
                if "guest" in place.rpartition("/erasure/")[2]
                else scene.cast.event.slug
            ]
        for key in keys:
            slugged = re.sub(r"<slug:\w+>", cast.event.slug, place)
            address = filled(slugged, str(key), str(key if isinstance(key, int) else cast.sato.pk))
            for way in ("get", "post"):
                with transaction.atomic():
                    answer = getattr(client, way)(address, {"post": "yes", "_save": "x"})
                    transaction.set_rollback(True)
                assert answer.status_code in ({404, 405} if who == "hendra" else {403, 404, 405}), (
                    way,
                    address,
                    answer.status_code,
                )
                reached.add(place)
    assert len(reached) > 90


def test_a_foreign_passkey_is_not_there(cast: Cast) -> None:
    theirs = Authenticator.objects.create(
        user=cast.bagus, type="webauthn", data={"name": "Bagus", "credential": {}}
    )
    own = Authenticator.objects.create(
        user=cast.sari, type="webauthn", data={"name": "Sari", "credential": {}}
    )
    client = client_of(cast, "sari")
    again = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"})
    assert again.status_code == 302
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        answers = [client.get(reverse(name, args=[each.pk])).status_code for each in (own, theirs)]
        assert answers == [200, 404], name
        assert client.post(reverse(name, args=[theirs.pk]), {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Bagus"


# --- names that climb ----------------------------------------------------------------------------------------------

CLIMBING = [
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cx", "....//....//etc/passwd", "%00",
    "bait.txt", "bait.txt%00.png", "..", "%252e%252e%252fbait.txt", "file:///etc/passwd", "%0d%0aSet-Cookie:eve=1", "%ff%fe",
]  # fmt: skip
SAYS_IT_IS_GONE = re.compile(
    r"/(g|p|acknowledge|notices/stop)/|/accounts/(password/reset/key|confirm-email)/"
)
"""Behind a secret that is none stands a page that says so."""


@pytest.mark.parametrize("who", ["anonymous", "sari", "ratna"])
def test_no_argument_of_any_address_climbs_into_the_files(cast: Cast, who: str) -> None:
    bait = Path(settings.MEDIA_ROOT) / "bait.txt"
    bait.parent.mkdir(parents=True, exist_ok=True)
    bait.write_text("worm")
    try:
        client, asked = client_of(cast, who), 0
        for place, _pattern in places():
            if not _PLACE.search(_NUMBER.sub("1", place)):
                continue
            for name in CLIMBING:
                answer: Any = client.get(filled(place, name))
                asked += 1
                assert answer.status_code < 500, (place, name)
                assert answer.status_code != 200 or SAYS_IT_IS_GONE.search(place), (place, name)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                assert not [word for word in (b"worm", b"root:x") if word in body], (place, name)
                assert "eve" not in answer.cookies
        assert asked > 400
    finally:
        bait.unlink()
