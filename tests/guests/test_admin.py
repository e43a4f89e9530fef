"""The desk: every table, for the coordinator it belongs to, and nothing of it for another."""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.db.models import ForeignKey, ManyToManyField
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.admin.base import EventRows
from events.admin.filters import EVENT_PARAMETER
from events.models import Event, ProgrammeFile
from guests.models import (
    GuestList,
    Handover,
    LogbookEntry,
    PrintRun,
    PrivateReading,
    RequestComment,
    RosterFile,
)
from liaison.accounts.models import User
from liaison.notices.models import Delivery, Notice
from tests.cast import Cast
from tests.factories import NOW, make_member
from tests.guests.desk import at, request_of, signed_in
from tests.guests.desk_rows import MARK
from tests.guests.desk_rows import forum as forum  # the fixture
from tests.liaison.test_scope import own_models

TABLES = sorted(
    (model for model in own_models() if site.is_registered(model)), key=lambda model: model.__name__
)
WITHOUT_A_TABLE = {
    "GatewayAddress",  # how somebody is reached is theirs to say, on a page of their own
    "NoticeChoice",
    "PushSubscription",
    "Look",  # what an officer has seen is nobody else's business
    "ProposalLine",
    # how a person wants to be reached is theirs
    "OfficerMark",
    "PlanMark",
    "GuestListRun",
    "ListedVisit",
    "SavedList",
    "SessionAsListed",
    "ToldPlan",
}  # shown to nobody, or on pages of their own


def ours(model: type[models.Model], user: User) -> Any:
    """A row of the model that is in the person's scope."""
    return model.objects.visible_to(user, at=NOW).order_by("pk").first()  # type: ignore[attr-defined]


def row_of_the_forum(model: type[models.Model], cast: Cast) -> Any:
    row = ours(model, cast.ratna)
    assert row is not None, f"the fixture makes no {model.__name__}"
    return row


_OPENS: dict[type[models.Model], int] = {
    GuestList: 302,
    ProgrammeFile: 302,
    RosterFile: 302,
}  # goes on to the step at which it stands
_MARKLESS = {PrintRun}  # shows nothing that could carry a mark


def test_every_table_is_at_the_desk() -> None:
    tables = [model for model in own_models() if not model._meta.proxy]  # noqa: SLF001 (Django's own API)
    missing = {model.__name__ for model in tables if not site.is_registered(model)}
    assert missing - WITHOUT_A_TABLE == set()


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_coordinator_opens_every_page_of_every_table(forum: Cast, model: type[models.Model]) -> None:
    client, row = signed_in(forum.ratna), row_of_the_forum(model, forum)
    table = site.get_model_admin(model)
    assert client.get(at(model, "changelist")).status_code == 200
    assert client.get(at(model, "changelist"), {"q": "a b"}).status_code == 200
    assert client.get(at(model, "change", row.pk)).status_code == _OPENS.get(model, 200)
    assert client.get(at(model, "history", row.pk)).status_code == 200
    may_add = table.has_add_permission(request_of(forum.ratna))
    assert client.get(at(model, "add")).status_code == (200 if may_add else 403)
    may_delete = table.has_delete_permission(request_of(forum.ratna))
    assert client.get(at(model, "delete", row.pk)).status_code == (200 if may_delete else 403)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_form_that_names_the_empty_field_is_answered(forum: Cast, model: type[models.Model]) -> None:
    """Django falls over it: its own forms never send it empty."""
    client, row = signed_in(forum.ratna), row_of_the_forum(model, forum)
    for page in ("change", "delete"):
        assert client.post(at(model, page, row.pk), {"_to_field": ""}).status_code in {200, 302, 403}, page


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_filter_and_every_column_can_be_used(forum: Cast, model: type[models.Model]) -> None:
    client = signed_in(forum.ratna)
    changelist = client.get(at(model, "changelist"), {"_facets": "True"}).context["cl"]
    for chosen in changelist.filter_specs:
        for choice in _offered(chosen, changelist)[:3]:
            asked = dict.fromkeys(chosen.expected_parameters()[:1], choice)
            assert client.get(at(model, "changelist"), asked).status_code == 200, (chosen.title, choice)
    for column in range(1, len(changelist.list_display)):
        assert client.get(at(model, "changelist"), {"o": str(column)}).status_code == 200


def test_an_administrator_opens_every_table(forum: Cast) -> None:
    root = User.objects.create_superuser("root@example.org", name="Root")
    client = signed_in(root)
    for model in TABLES:
        page = client.get(at(model, "changelist"))
        assert page.status_code == 200, model
        assert page.context["cl"].result_count == model.objects.count(), model  # type: ignore[attr-defined]
        assert client.get(at(model, "add")).status_code in {200, 403}, model


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_no_list_asks_about_its_rows_one_by_one(forum: Cast, model: type[models.Model]) -> None:
    client = signed_in(forum.ratna)
    client.get(at(model, "changelist"))  # what a process asks once
    with CaptureQueriesContext(connection) as asked:
        page = client.get(at(model, "changelist"))
    assert len(page.context["cl"].result_list) >= (1 if model is Event else 2)
    alike = Counter(re.sub(r"\d+", "#", query["sql"]) for query in asked)
    assert {sql: times for sql, times in alike.items() if times > 1} == {}


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_coordinator_of_another_event_finds_no_row(forum: Cast, model: type[models.Model]) -> None:
    client, row = signed_in(forum.hendra), row_of_the_forum(model, forum)
    for page in ("change", "history", "delete"):
        assert client.get(at(model, page, row.pk)).status_code == 404, page
        if page != "history":
            assert client.post(at(model, page, row.pk), {"post": "yes"}).status_code == 404, page
    for page in ("changelist", "add"):
        answer = client.get(at(model, page))
        assert MARK not in answer.content.decode(), page
    assert MARK not in client.get(at(model, "changelist"), {"q": MARK[:5]}).content.decode()
    assert type(row).objects.filter(pk=row.pk).exists()
    assert MARK in signed_in(forum.ratna).get(at(model, "changelist")).content.decode() or model in _MARKLESS


OF_EVENTS = [model for model in TABLES if getattr(site.get_model_admin(model), "event_path", "")]


@pytest.mark.parametrize("model", OF_EVENTS, ids=lambda model: model.__name__)
def test_the_filter_by_event_opens_no_other_event(forum: Cast, model: type[models.Model]) -> None:
    name = f"notice__{EVENT_PARAMETER}" if model is Delivery else EVENT_PARAMETER
    asked = {name: forum.event.pk}
    theirs = signed_in(forum.hendra).get(at(model, "changelist"), asked, follow=True)
    assert list(theirs.context["cl"].result_list) == []
    assert MARK not in theirs.content.decode()
    assert len(signed_in(forum.ratna).get(at(model, "changelist"), asked).context["cl"].result_list) > 0


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_what_is_typed_into_a_field_never_finds_another_events_rows(
    forum: Cast, model: type[models.Model]
) -> None:
    opts = model._meta  # noqa: SLF001 (Django's own API)
    for field in opts.get_fields():
        if not isinstance(field, ForeignKey | ManyToManyField) or field.remote_field.model not in TABLES:
            continue
        asked = urlencode(
            {"app_label": opts.app_label, "model_name": opts.model_name, "field_name": field.name}
        )
        found = signed_in(forum.hendra).get(f"{reverse('admin:autocomplete')}?{asked}")
        if found.status_code != 404:  # a table without a search offers none
            assert MARK not in found.content.decode(), field.name
            keys = {row["id"] for row in found.json()["results"]}
            related = field.remote_field.model
            assert keys <= {str(pk) for pk in _at_desk(related, forum.hendra)}


def test_the_same_field_finds_them_for_their_own_coordinator(forum: Cast) -> None:
    asked = urlencode({"app_label": "guests", "model_name": "visit", "field_name": "guest", "term": MARK})
    found = signed_in(forum.ratna).get(f"{reverse('admin:autocomplete')}?{asked}").json()["results"]
    assert {row["id"] for row in found} == {str(forum.sato.guest_id), str(forum.lim.guest_id)}


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_no_table_shows_more_than_its_reader_may_see(forum: Cast, model: type[models.Model]) -> None:
    """Tables of an event's rows ask a claim of their own."""
    make_member(forum.ratna, forum.other_event)  # an officer there
    for user in (forum.ratna, forum.hendra, forum.sari):
        visible = model.objects.visible_to(user, at=NOW)  # type: ignore[attr-defined]
        assert set(_at_desk(model, user)) <= set(visible.values_list("pk", flat=True)), user.name
    assert _at_desk(model, forum.ratna) != []
    forum.ratna.is_active = False
    assert _at_desk(model, forum.ratna) == []
    if isinstance(site.get_model_admin(model), EventRows):
        assert _at_desk(model, AnonymousUser()) == []


def _at_desk(model: type[models.Model], user: User | AnonymousUser) -> list[int]:
    return list(site.get_model_admin(model).get_queryset(request_of(user)).values_list("pk", flat=True))


def _offered(chosen: Any, changelist: Any) -> list[str]:
    """The values a filter offers, whichever way the theme shows it."""
    values = []
    for choice in chosen.choices(changelist):
        if "form" in choice:
            (field,) = choice["form"].fields.values()
            values += [str(value) for value, _label in field.choices]
    return [value for value in values if value]


def test_what_the_app_writes_is_only_read(forum: Cast) -> None:
    for model in (LogbookEntry, Notice, Delivery, PrivateReading, Handover, RequestComment):
        table, request = site.get_model_admin(model), request_of(forum.ratna)
        assert not table.has_add_permission(request), model
        assert not table.has_change_permission(request), model
        assert not table.has_delete_permission(request), model
