"""Nonsense for every form and page, as each of the cast: whatever is sent, no page falls over.

`RANDOM_REQUESTS` in the environment says how many as each person, `RANDOM_SEED` which; a long run takes thousands.
"""

import os
from datetime import UTC, timedelta
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.test_headers import account_addresses
from tests.test_routes import MATRIX, Scene, client_of

REQUESTS = int(os.environ.get("RANDOM_REQUESTS", "20"))
SEED = int(os.environ.get("RANDOM_SEED", "20270513"))
PEOPLE = ("anonymous", "sari", "dewi", "putri", "hendra", "ratna")
SLOW_OR_ENDING = {"print_handout", "handout", "end_all_sessions"}
"""A paper takes a second to set, and has no field; the other signs out whoever asks."""

TEXTS = ["", " ", "0", "-1", "99999999999999999999", "1e309", "NaN", "\x00", "a\x00b", "null", "[]", "{}", "true", "';--", "%s%n", "{{7*7}}",
         "../../x", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\u202e\u0661\u0662", "٣", "²", "2027-02-30", "25:61", "0001-01-01",
         "9999-12-31T23:59:59Z", "2027-05-13T10:00:00+99:99", "a" * 5000, "a@b", "+62", "id", "en", "csv", "__all__", "on", "\r\n\r\n"]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(TEXTS),
    st.integers(-(2**70), 2**70).map(str),
    st.integers(0, 40).map(str),
    st.text(max_size=30),
    st.floats().map(str),
    st.datetimes().map(str),
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()),
    st.dates().map(str),
    st.times().map(str),
    st.uuids().map(str),
    st.emails(),
    st.timedeltas(timedelta(0)).map(str),
    st.binary(max_size=200).map(lambda data: SimpleUploadedFile("x.pdf", b"%PDF-1.7" + data)),
    st.binary(max_size=200).map(lambda data: SimpleUploadedFile("../x.xlsx", data + b".", "image/png")),
)


FIELDS = [
    "next",
    "q",
    "page",
    "p",
    "o",
    "lang",
    "by",
    "day",
    "minutes",
    "undo",
    "client_uuid",
    "at",
    "pk",
    "text",
    "kind",
    "read",
    "owner",
    "due",
    "reason",
    "status",
    "item",
    "distance",
    "seen",
    "severity",
    "category",
    "because",
    "language",
    "lasts",
    "receiver",
    "officer",
    "mood",
    "promises",
    "car",
    "luggage",
    "event",
    "table",
    "name",
    "query",
    "email",
    "login",
    "password",
    "password1",
    "password2",
    "oldpassword",
    "code",
    "credential",
    "action",
    "action_add",
    "action_remove",
    "action_primary",
    "index",
    "select_across",
    "_selected_action",
    "_save",
    "_popup",
    "_to_field",
]
"""What forms and pages of ours ask for."""


def targets(scene: Scene) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Every address, what its form is sent when it is meant, and the names of its fields."""
    found = [(reverse(name, kwargs=route.kwargs(scene)), route.data(scene), [*FIELDS, *route.data(scene)])
             for name, route in MATRIX.items() if name not in SLOW_OR_ENDING]  # fmt: skip
    found += [
        (address, {}, FIELDS) for address in sorted(set(account_addresses())) if "logout" not in address
    ]
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001
        columns = [each.name for each in model._meta.get_fields()]  # noqa: SLF001 (Django's own API)
        names = [
            *columns,
            *(f"{name}_{part}" for name in columns for part in "01"),
            *(f"{name}__exact" for name in columns),
        ]
        rows = list(model._default_manager.order_by("-pk")[:1])  # noqa: SLF001
        pages = [reverse(f"{base}_changelist"), reverse(f"{base}_add")]
        pages += [reverse(f"{base}_change", args=[row.pk]) for row in rows]
        found += [(page, {}, [*names, *FIELDS]) for page in pages]
    return found


def test_no_page_falls_over(cast: Cast) -> None:
    scene = Scene(cast)
    aims = targets(scene)
    assert len(aims) > 120
    answered: dict[str, set[int]] = {}

    @seed(SEED)
    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(who: str, data: st.DataObject) -> None:
        address, meant, names = data.draw(st.sampled_from(aims))
        sent = meant | data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=8))
        way = data.draw(st.sampled_from(["post", "post", "post", "get"]))
        if way == "get":
            sent = {name: value for name, value in sent.items() if isinstance(value, str | int)}
        note(f"{who}: {way} {address} {sent}")
        cache.clear()
        with transaction.atomic():
            answer = getattr(client_of(cast, who), way)(address, sent)
            transaction.set_rollback(True)
        answered.setdefault(who, set()).add(answer.status_code)
        assert answer.status_code < 500

    for who in PEOPLE:
        ask(who)
    assert set().union(*answered.values()) >= {200, 302, 403, 404}
