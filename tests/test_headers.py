"""What every answer tells the browser: no script but ours, no frame, no stranger; and nobody is led away by `next`."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.test import Client, override_settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, path, reverse

from liaison.middleware import WALLS
from liaison.urls import urlpatterns as ours
from tests.cast import Cast
from tests.test_routes import MATRIX, Scene, client_of

STRICT = {
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}


def faults(answer: Any, *, at_desk: bool = False, is_public: bool = False) -> list[str]:
    """What the answer's headers lack."""
    found = [f"{name}: {answer.get(name)}" for name, value in WALLS.items()
             if answer.get(name) != value and (name, answer.get(name)) != ("Referrer-Policy", "no-referrer")]  # fmt: skip
    policy = answer.get("Content-Security-Policy", "")
    parts = {part.strip() for part in policy.split(";")}
    found += sorted(STRICT - parts)
    scripts = next((part for part in parts if part.startswith("script-src")), "no script-src")
    if not at_desk and re.search(r"unsafe|\*|https?:|data:", scripts):
        found.append(scripts)
    cache = answer.get("Cache-Control", "")
    if not (is_public or re.search(r"private|no-store|no-cache", cache)):
        found.append(f"Cache-Control: {cache}")
    return found


def test_every_answer_of_every_route_carries_the_walls(cast: Cast) -> None:
    scene, seen = Scene(cast), set()
    for name, route in MATRIX.items():
        address = reverse(name, kwargs=route.kwargs(scene))
        at_desk = address.startswith("/admin/")
        for who in ("anonymous", "sari", "putri", "ratna"):
            for ask in sorted({route.method, "get"}):
                answer = getattr(client_of(cast, who), ask)(address, route.data(scene))
                found = faults(
                    answer, at_desk=at_desk, is_public=name == "manifest"
                )  # the same for everybody
                assert found == [], (who, ask, address, answer.status_code)
                seen.add(answer.status_code)
    assert seen >= {200, 302, 303, 403, 404, 405}


def account_addresses(patterns: Any = None, below: str = "/accounts/") -> Iterator[str]:
    """The addresses of signing in that take no argument."""
    for pattern in get_resolver("allauth.urls").url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from account_addresses(pattern.url_patterns, below)
        elif isinstance(pattern, URLPattern) and pattern.name:
            try:
                yield reverse(pattern.name)
            except NoReverseMatch:
                continue


def test_so_does_every_page_of_signing_in(cast: Cast) -> None:
    addresses = sorted(set(account_addresses()))
    assert len(addresses) > 15
    for who in ("anonymous", "sari", "ratna"):
        for address in addresses:
            for answer in (client_of(cast, who).get(address), client_of(cast, who).post(address)):
                assert faults(answer) == [], (who, address, answer.status_code)


def test_and_every_table_of_the_desk(cast: Cast) -> None:
    Scene(cast)
    client = client_of(cast, "ratna")
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")  # noqa: SLF001
        assert faults(client.get(address), at_desk=True) == [], address


def fall_over(request: Any) -> Any:
    raise RuntimeError("The page falls over.")


urlpatterns = [*ours, path("falls-over/", fall_over)]


@pytest.mark.parametrize("who", ["anonymous", "sari"])
def test_and_errors_refusals_and_redirects(cast: Cast, who: str, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.test_headers"
    client = client_of(cast, who)
    client.raise_request_exception = False
    strict = client_of(cast, who)
    strict.handler.enforce_csrf_checks = True
    answers = {
        500: client.get("/falls-over/"),
        404: client.get("/nothing/"),
        301: client.get("/today"),
        405: client.get(reverse("set_language")),
        403: strict.post(reverse("set_language"), {"language": "id"}),
        400: client.get("/today/", headers={"Host": "evil.example"}),
    }
    assert {code: answer.status_code for code, answer in answers.items()} == {code: code for code in answers}
    assert {code: found for code, answer in answers.items() if (found := faults(answer))} == {}


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_PRELOAD=True)
@override_settings(SECURE_HSTS_INCLUDE_SUBDOMAINS=True)
def test_over_http_all_leads_to_https_which_browsers_remember(db: None) -> None:
    to_https = Client().get("/today/")
    assert (to_https.status_code, to_https["Location"]) == (301, "https://testserver/today/")
    assert {name: to_https.get(name) for name in WALLS} == WALLS
    safe = Client().get("/accounts/login/", secure=True)
    assert safe["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_no_script_and_no_style_stands_in_a_page(cast: Cast) -> None:
    """The policy would stop them; that none is there shows that it has nothing to stop."""
    scene = Scene(cast)
    inline = re.compile(
        r"<script(?![^>]*(?: src=|application/json))|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE
    )
    for who in ("sari", "ratna"):
        client = client_of(cast, who)
        addresses = [reverse(name, kwargs=route.kwargs(scene)) for name, route in MATRIX.items()]
        for address in [*addresses, *account_addresses()]:
            answer = client.get(address)
            is_page = answer.get("Content-Type", "").startswith("text/html")
            if is_page and not address.startswith(("/admin/", "/accounts/logout")):
                assert not inline.search(answer.content.decode()), address


def test_cookies_are_for_this_site_and_no_script(cast: Cast) -> None:
    client = Client()
    login = reverse("account_login")
    client.get(login)
    client.post(reverse("set_language"), {"language": "id"})
    client.post(login, {"login": cast.sari.email, "password": "kata-sandi-panjang"})
    assert set(client.cookies) >= {"sessionid", "csrftoken", "django_language"}
    for name, cookie in client.cookies.items():
        if name != "messages":
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/"), name


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example/", "\\\\evil.example", "/\\evil.example", "http:evil.example",
    "javascript:alert(1)", "https:/\\evil.example", "\t//evil.example", "/\t/evil.example", "https://testserver@evil.example/",
    "https://testserver.evil.example/", "data:text/html,x", "/today/\r\nLocation: https://evil.example/",
]  # fmt: skip


def leads_away(answer: Any) -> bool:
    to = answer.get("Location", "/").replace("\\", "/").replace("\t", "")
    found = urlsplit(to)
    return (found.scheme, found.netloc) not in {("", ""), ("http", "testserver")} or to.startswith("//")


def test_that_check_can_fail() -> None:
    led = [leads_away({"Location": there}) for there in ELSEWHERE if "evil" in there and "today" not in there]
    assert led
    assert all(led)
    assert not leads_away({"Location": "/today/?next=https://evil.example/"})


def told(there: str) -> dict[str, str]:
    return dict.fromkeys(("next", "then", "back", "return", "url", "redirect"), there)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nobody_is_led_to_another_site(cast: Cast, there: str) -> None:
    signing_in = {"login": cast.sari.email, "password": "kata-sandi-panjang"}
    for answer in (
        Client().post(reverse("account_login"), signing_in | told(there)),
        Client().post(reverse("account_login", query={"next": there}), signing_in),
        Client().get(reverse("admin:login", query={"next": there})),
        Client().post(reverse("set_language"), {"language": "en"} | told(there)),
        client_of(cast, "ratna").get(reverse("account_login", query={"next": there})),
        client_of(cast, "ratna").post(reverse("account_logout"), told(there)),
        client_of(cast, "ratna").post(reverse("admin:logout"), told(there)),
        client_of(cast, "ratna").post(reverse("choose_event"), {"event": cast.event.pk} | told(there)),
    ):
        assert not leads_away(answer), answer["Location"]


def test_nor_by_any_form(cast: Cast) -> None:
    scene = Scene(cast)
    for there in ELSEWHERE[:3]:
        for name, route in MATRIX.items():
            if route.method == "post":
                client = client_of(cast, "ratna")
                address = reverse(name, kwargs=route.kwargs(scene))
                answer = client.post(address, route.data(scene) | told(there))
                assert not leads_away(answer), (name, answer["Location"])
