"""Every form there is gets nonsense, from those who may send it: each is reached, and none falls over."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django import forms
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.forms.forms import BaseForm
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from liaison.accounts.models import User
from liaison.notices.vapid import make_private_key
from tests.cast import Cast
from tests.events.programme.listings import HOUR, local, table
from tests.factories import NOW, PASSWORD, make_assignment, make_guest, make_user, make_visit
from tests.guests.importing.lists import ANA
from tests.guests.importing.lists import HEADINGS as GUESTS
from tests.guests.roster.rosters import HEADINGS as OFFICERS
from tests.guests.roster.rosters import RINA
from tests.liaison.sheets import files
from tests.liaison.test_second_factor import sign_in, with_app
from tests.nonsense import VALUES, Aim, forms_on, forms_shown, pages
from tests.test_random_requests import SEED
from tests.test_routes import Scene, client_of

OURS = ("events.", "guests.", "liaison.")


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> set[type[Any]]:
    """The kinds of form that judged something sent, those included that they are made of."""
    found: set[type[Any]] = set()
    judge = BaseForm.full_clean

    def noted(form: BaseForm) -> None:
        if form.is_bound:
            found.update(type(form).__mro__)
        judge(form)

    monkeypatch.setattr(BaseForm, "full_clean", noted)
    return found


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def all_forms(kind: type[Any] = BaseForm) -> Iterator[type[Any]]:
    for form in kind.__subclasses__():
        yield form
        yield from all_forms(form)


def uploaded(cast: Cast) -> list[str]:
    """The pages on which the columns of a guest list, of a list of officers and of a programme are chosen."""
    client, found = client_of(cast, "ratna"), []
    opening = ["A", "Opening", local(NOW + HOUR), local(NOW + 2 * HOUR), "Ballroom", "Room 1"]
    tables: dict[str, Any] = {
        "guests_guestlist": [GUESTS, ANA],
        "guests_rosterfile": [OFFICERS, RINA],
        "events_programmefile": table([opening]),
    }
    for name, rows in tables.items():
        file = SimpleUploadedFile("table.xlsx", files.xlsx(rows))
        answer = client.post(reverse(f"admin:{name}_add"), {"event": cast.event.pk, "file": file})
        assert answer.status_code == 302, name
        found.append(answer["Location"])
    return found


def behind_a_step(cast: Cast) -> Iterator[tuple[Client, Aim]]:
    """What no page of the scene leads to, and who is shown it: forms behind another step, and those that a script sends."""
    at = timezone.now()
    kept = make_visit(cast.event, make_guest("Nia Roy"))  # whom nobody is offered yet
    make_assignment(kept, cast.sari_officer, starts_at=at - HOUR, ends_at=at + HOUR)
    yield from shown(client_of(cast, "sari"), reverse("hand_over", args=[kept.pk]))
    yield from shown(sign_in(with_app(make_user("Halfway")))[0], reverse("mfa_authenticate"))
    yield from shown(trusted(make_user("Newcomer")), reverse("mfa_add_webauthn"))
    owner = make_user("Owner")
    client = trusted(owner)
    key = Authenticator.objects.create(user=owner, type="webauthn", data={"name": "Phone"})
    yield from shown(client, reverse("mfa_edit_webauthn", args=[key.pk]))
    for asked, name in ((client, "mfa_reauthenticate_webauthn"), (Client(), "mfa_login_webauthn")):
        yield asked, Aim(reverse(name), {"credential": "{}"}, ("credential", "next"))


def trusted(user: User) -> Client:
    """Where the person has just given the password once more."""
    client, _answer = sign_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def shown(client: Client, address: str) -> Iterator[tuple[Client, Aim]]:
    """The forms there, of which there are some."""
    forms = forms_on(client, address)
    assert forms, address
    yield from ((client, form) for form in forms)


def who_sends(address: str) -> list[str]:
    if address.startswith("/admin/"):
        return ["ratna"]
    return ["anonymous", "sari"] if address.startswith("/accounts/") else ["sari"]


def test_every_form_is_sent_nonsense_and_none_falls_over(
    cast: Cast, judged: set[type[Any]], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT, settings.PUSH_PRIVATE_KEY = tmp_path, make_private_key()
    scene = Scene(cast)
    known = pages(scene)
    steps = [form for address in uploaded(cast) for form in forms_on(client_of(cast, "ratna"), address)]
    assert len(steps) >= 3
    aims = [*forms_shown(scene, known), *steps, *(aim for aim in known if aim.meant)]
    clients = {who: client_of(cast, who) for who in ("anonymous", "sari", "ratna")}
    sent = [(clients[who], aim) for aim in aims for who in who_sends(aim.address)] + [*behind_a_step(cast)]
    judged.clear()
    for client, aim in sent:
        _send(client, aim)
    ours = {form for form in all_forms() if form.__module__.startswith(OURS)}
    assert {form.__name__ for form in ours - judged} == set(), (
        "a form that is sent by nobody: add what leads to it"
    )
    assert forms.Form in judged


def _send(client: Client, aim: Aim) -> None:
    """As it stands, then with nonsense in some of its fields."""
    cookies = client.cookies.output(header="")

    @seed(SEED)
    @settings(
        max_examples=1,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        wrong = data.draw(st.dictionaries(st.sampled_from(aim.names), VALUES, min_size=1, max_size=8))
        for sent in (dict(aim.meant), {**aim.meant, **wrong}):
            note(f"{aim.address} {sent}")
            cache.clear()
            client.cookies.clear()
            client.cookies.load(cookies)
            with transaction.atomic():
                answer = client.post(aim.address, sent)
                answer.getvalue()  # to the end, after which a file is closed
                transaction.set_rollback(True)
            assert answer.status_code < 500

    ask()
