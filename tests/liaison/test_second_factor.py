"""Second factors: who must have one, until when without, and what opens with one."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from liaison.accounts.models import User
from tests.cast import Cast
from tests.factories import PASSWORD, make_user

SECRET = "JBSWY3DPEHPK3PXP"


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    shown: str = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    return shown


def with_app(user: User) -> User:
    """The person with an authenticator app and recovery codes."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(user: User, *, days_ago: float) -> User:
    user.second_factor_asked_at = timezone.now() - timedelta(days=days_ago)
    user.save(update_fields=["second_factor_asked_at"])
    return user


def sign_in(user: User, password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(reverse("account_login"), {"login": user.email, "password": password})


def test_the_days_of_grace_begin_at_the_first_sign_in(cast: Cast) -> None:
    client, answer = sign_in(cast.ratna)
    assert answer.status_code == 302
    cast.ratna.refresh_from_db()
    begun = cast.ratna.second_factor_asked_at
    assert begun is not None
    for page in (client.get(reverse("inbox")), client.get(reverse("admin:index"))):
        assert "Add a second factor: 7 days are left." in page.content.decode()
    sign_in(cast.ratna)
    cast.ratna.refresh_from_db()
    assert cast.ratna.second_factor_asked_at == begun


@pytest.mark.parametrize(("days", "said"), [(0.5, "7 days are"), (5.5, "2 days are"), (6.5, "1 day is")])
def test_the_banner_counts_the_days(cast: Cast, days: float, said: str) -> None:
    page = signed_in(asked(cast.ratna, days_ago=days)).get(reverse("inbox"))
    assert f"Add a second factor: {said} left." in page.content.decode()


def test_who_was_signed_in_before_they_came_to_the_desk_is_counted_from_the_first_thing_they_do(
    cast: Cast,
) -> None:
    client = signed_in(cast.ratna)
    client.get(reverse("inbox"))
    assert User.objects.get(pk=cast.ratna.pk).second_factor_asked_at is None  # looking writes nothing
    client.post(reverse("set_language"), {"language": "en"})
    assert User.objects.get(pk=cast.ratna.pk).second_factor_asked_at is not None


AFTER_GRACE = {
    "mfa_index": 200,
    "mfa_add_webauthn": 302,
    "mfa_activate_totp": 302,
    "account_reauthenticate": 200,
}
"""What opens; the second and third ask for the password first."""


def test_after_the_grace_only_the_setting_up_and_the_way_out_open(cast: Cast) -> None:
    client = signed_in(asked(cast.ratna, days_ago=8))
    to_set_up = reverse("mfa_index")
    for name in (
        "home",
        "today",
        "inbox",
        "search",
        "admin:index",
        "admin:guests_visit_changelist",
        "account_email",
    ):
        assert client.get(reverse(name))["Location"] == to_set_up, name
    late = client.post(reverse("late", args=[cast.sato.pk]), {"minutes": 15})
    assert late["Location"] == to_set_up
    assert {name: client.get(reverse(name)).status_code for name in AFTER_GRACE} == AFTER_GRACE
    assert "all else opens again" in client.get(to_set_up).content.decode()
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("inbox"))["Location"].startswith(reverse("account_login"))


def test_an_administrator_needs_one_and_an_officer_does_not(cast: Cast) -> None:
    root = User.objects.create_superuser("root@example.org", PASSWORD, name="Root")
    root.is_staff = False
    root.save()
    assert signed_in(asked(root, days_ago=8)).get(reverse("inbox")).status_code == 302
    for officer in (cast.sari, cast.putri):
        page = signed_in(asked(officer, days_ago=99)).get(reverse("inbox"))
        assert (page.status_code, "second factor" in page.content.decode()) == (200, False)


def test_the_grace_is_the_installations(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_GRACE_DAYS = 0
    assert signed_in(asked(cast.ratna, days_ago=0)).get(reverse("inbox"))["Location"] == reverse("mfa_index")


def test_a_second_factor_opens_everything_and_its_loss_closes_it(cast: Cast) -> None:
    client = signed_in(asked(cast.ratna, days_ago=8))
    with_app(cast.ratna)
    page = client.get(reverse("inbox"))
    assert (page.status_code, "second factor" in page.content.decode()) == (200, False)
    Authenticator.objects.filter(type="totp").delete()  # codes for recovery alone are none
    assert client.get(reverse("inbox")).status_code == 302


def test_no_page_asks_the_database_once_more_for_it(
    cast: Cast, django_assert_num_queries: Any, settings: Settings
) -> None:
    client = signed_in(with_app(cast.ratna))
    with django_assert_num_queries(2):  # the session and its person
        client.get(reverse("sign_in_over"))


def test_an_app_is_set_up_and_then_asked_for(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.sari)
    address = reverse("mfa_activate_totp")
    asked_first = client.get(address)
    assert asked_first["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked_first["Location"], {"password": PASSWORD})
    secret = re.findall(r'id="secret">(\w+)<', client.get(address).content.decode())[0]
    assert client.post(address, {"code": "000000"}).status_code == 200
    assert client.post(address, {"code": code_of(secret)})["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<code>(\d+)</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(codes) == 10
    for good in (code_of(secret), codes[0]):
        Authenticator.objects.update(last_used_at=None)
        fresh, answer = sign_in(cast.sari)
        assert answer["Location"] == reverse("mfa_authenticate")
        assert fresh.get(reverse("today")).status_code == 302  # the password alone opens nothing
        assert "not right" in fresh.post(answer["Location"], {"code": "000000"}).content.decode()
        cache.clear()  # a code of the app opens once, and it is still the same half minute
        assert fresh.post(answer["Location"], {"code": good}).status_code == 302
        assert fresh.get(reverse("today")).status_code == 200
    _fresh, answer = sign_in(cast.sari)
    assert _fresh.post(answer["Location"], {"code": codes[0]}).status_code == 200, (
        "a recovery code opens once"
    )


def test_secrets_of_second_factors_stand_encrypted(cast: Cast) -> None:
    with_app(cast.ratna)
    kept = {each.type: each.data for each in Authenticator.objects.all()}
    assert SECRET not in str(kept)
    assert all(
        value.startswith("gAAAA") for value in (kept["totp"]["secret"], kept["recovery_codes"]["seed"])
    )
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_of(SECRET))


def test_an_administrator_forgets_what_somebody_lost(cast: Cast) -> None:
    client = signed_in(asked(with_app(cast.ratna), days_ago=8))
    fresh, answer = sign_in(cast.ratna)
    fresh.post(answer["Location"], {"code": code_of(SECRET)})
    assert fresh.get(reverse("admin:index")).status_code == 200
    call_command("forget_second_factor", cast.ratna.email.upper(), verbosity=0, stdout=StringIO())
    assert not Authenticator.objects.exists()
    assert fresh.get(reverse("admin:index")).status_code == 302
    assert client.get(reverse("inbox")).status_code == 200, "the days of grace began anew"
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("forget_second_factor", "nobody@example.org")


def test_nobody_touches_anothers_passkey(cast: Cast) -> None:
    key = Authenticator.objects.create(user=with_app(cast.ratna), type="webauthn", data={"name": "Mine"})
    client = signed_in(make_user("Thief", password=None))
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        for ask in (client.get, client.post):
            assert ask(reverse(name, args=[key.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize(
    "junk",
    ["", "[]", "{}", "null", "7", '"x"', '{"response": 1}', '{"id": "AA", "rawId": "AA", "response": {}, "type": "x"}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"MQ","clientDataJSON":"AA","authenticatorData":"AA","signature":"AA"}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"_w","clientDataJSON":"e30","authenticatorData":"","signature":""}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"_w"}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}'],
)  # fmt: skip
def test_nonsense_for_a_passkey_is_answered(cast: Cast, junk: str) -> None:
    stranger = Client()
    stranger.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert stranger.post(reverse("mfa_login_webauthn"), {"credential": junk})["Location"] == reverse(
        "account_login"
    )
    client = signed_in(make_user("Newcomer", password=None))
    client.get(reverse("mfa_add_webauthn"))
    assert client.post(reverse("mfa_add_webauthn"), {"credential": junk}).status_code == 200
    half, _answer = sign_in(with_app(cast.sari))
    half.get(reverse("mfa_authenticate"))
    assert half.post(reverse("mfa_authenticate"), {"credential": junk}).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()
