"""The JSON log: one line a request and a task, and no word of anybody's."""

import logging
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from guests.feeds import make_feed
from guests.guest_links import make_link
from guests.models import Guest, GuestLink, GuestPrivate, ItineraryItem, ProtocolNote, Request, Visit
from liaison.accounts.models import User
from liaison.urls import urlpatterns as ours
from tests.cast import Cast, bring_to
from tests.factories import PASSWORD, make_user
from tests.liaison.watching.logged import logged, of_requests
from tests.test_canaries import PRIVATE, paint
from tests.test_routes import MATRIX, Scene, client_of

WORD, MARK = "Kryptonit", "Zanzibar"


def twice(request: Any) -> Any:
    """PostgreSQL tells the value that was there already."""
    with transaction.atomic():
        User.objects.create(email=User.objects.earliest("pk").email, name=WORD)


def no_number(request: Any) -> Any:
    int(WORD)


urlpatterns = [*ours, path("twice/", twice, name="twice"), path("no-number/", no_number, name="no_number")]


def test_a_request_is_one_line_with_what_it_was_and_what_it_took(cast: Cast) -> None:
    bring_to(cast, timezone.now())
    client = client_of(cast, "sari")
    with logged() as lines:
        client.get(reverse("visit", args=[cast.sato.pk]))
    (line,) = of_requests(lines)
    ms, queries = line.pop("ms"), line.pop("queries")
    assert ms > 0
    assert queries > 3
    del line["at"], line["request_id"]
    assert line == {
        "level": "INFO", "logger": "liaison.requests", "message": "GET visit 200", "route": "visit", "method": "GET",
        "status": 200, "user": cast.sari.pk,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("get", "/nothing/Kryptonit/", ("none", "GET", 404)),
        ("get", "/static/Kryptonit.css", ("static", "GET", 404)),
        ("delete", "/accounts/login/", ("account_login", "OTHER", 405)),
        ("get", "/admin/guests/visit/", ("admin:guests_visit_changelist", "GET", 302)),
        ("get", "/healthz", ("alive", "GET", 200)),
    ],
)
def test_a_route_is_named_whatever_the_address_says(
    db: None, method: str, address: str, expected: tuple[str, str, int]
) -> None:
    with logged() as lines:
        getattr(Client(), method)(address)
    (line,) = of_requests(lines)
    assert (line["route"], line["method"], line["status"]) == expected
    assert line["user"] is None
    assert WORD not in str(line)


def test_queries_are_counted_as_they_are(db: None) -> None:
    with logged() as lines:
        Client().get("/healthz")
    assert of_requests(lines)[0]["queries"] == 0


def test_nothing_that_people_wrote_or_are_called_is_in_the_log_of_all_pages(cast: Cast) -> None:
    """The canary: every route of the matrix is asked by everybody, with markers in every free text and private fact."""
    scene = Scene(cast)
    person = cast.sari
    for visit in (cast.sato, cast.okafor):
        paint(Guest, Guest.objects.filter(pk=visit.guest_id), MARK)
        paint(Visit, Visit.objects.filter(pk=visit.pk), MARK)
        for model in (ItineraryItem, Request):
            paint(model, model.objects.filter(visit=visit), MARK)
        paint(ProtocolNote, ProtocolNote.objects.filter(guest=visit.guest_id), MARK)
        GuestPrivate.objects.create(guest=visit.guest, health=PRIVATE)
    User.objects.filter(pk=person.pk).update(phone="+6281234567890")
    with logged(logging.DEBUG) as lines:
        for name, route in MATRIX.items():
            address = reverse(name, kwargs=route.kwargs(scene))
            for who in ("anonymous", "sari", "ratna"):
                client = client_of(cast, who)
                client.raise_request_exception = False
                getattr(client, route.method)(address, route.data(scene))
        Client().get(reverse("search"), {"q": PRIVATE})
        Client().post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        Client().post(reverse("account_login"), {"login": person.email, "password": f"wrong {PRIVATE}"})
    ours = [line for line in lines if not line["logger"].startswith("django.db")]
    assert len(of_requests(lines)) >= 3 * len(MATRIX)  # the control: there is a log
    text = "\n".join(map(str, ours))
    words = [MARK, PRIVATE, person.email, person.name, "+6281234567890", PASSWORD]
    assert [word for word in words if word in text] == []
    assert [secret for secret in (scene.secret, scene.link_secret) if secret in text] == []


def test_an_error_tells_where_it_arose_and_nothing_of_a_row(db: None, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.liaison.watching.test_logs"
    sari = make_user("Sari")
    client = Client(raise_request_exception=False)
    with logged() as lines:
        assert client.get("/twice/").status_code == 500
        assert client.get("/no-number/").status_code == 500
    twofold, number = (line for line in lines if "error" in line)
    assert twofold["error"] == "django.db.utils.IntegrityError"
    assert number["error"] == "builtins.ValueError"
    assert "test_logs.py" in number["where"][-1]
    assert number["where"][-1].endswith(" no_number")
    assert sari.email not in str(lines)
    assert WORD not in str(lines)


def test_what_speaks_of_machines_is_told_in_full() -> None:
    with logged() as lines:
        try:
            raise OperationalError("connection refused at /g/a-secret-word/")  # noqa: TRY301 (a log's subject)
        except OperationalError:
            logging.getLogger("liaison.probe").exception("The database is away")
    (line,) = lines
    assert line["error"] == "django.db.utils.OperationalError: connection refused at /g/…/"


def test_that_postgresql_would_have_told_the_value(db: None) -> None:
    """The control of the above."""
    sari = make_user("Sari")
    with pytest.raises(IntegrityError, match=sari.email), transaction.atomic():
        User.objects.create(email=sari.email, name="Somebody")
    assert connection.vendor == "postgresql"


def test_secret_addresses_are_left_out(cast: Cast) -> None:
    at = timezone.now()
    bring_to(cast, at)
    _feed, feed_secret = make_feed(visit=cast.sato, by=cast.ratna, at=at)
    _link, link_secret = make_link(
        visit=cast.sato, lasts=GuestLink.Lasts.STAY, by=cast.ratna, at=at, client_uuid=uuid4()
    )
    with logged() as lines:
        Client().get(reverse("calendar_feed", args=[feed_secret]) + "x")
        Client().get(reverse("shared_screen", args=[link_secret]) + "x")
    assert len(lines) >= 3
    assert feed_secret not in str(lines)
    assert link_secret not in str(lines)


def test_of_a_task_that_failed_celerys_sentence_quotes_nothing(cast: Cast) -> None:
    """Celery writes the error's own words into its sentence."""
    sentence, celery = "Task %(name)s raised unexpected: %(exc)s", logging.getLogger("celery.app.trace")
    with logged() as lines:
        try:
            twice(None)
        except IntegrityError as error:
            celery.exception(sentence, {"name": "send", "exc": repr(error)})
        celery.warning(sentence, {"name": "send", "exc": f"ValueError({WORD})"})
    assert [line["message"] for line in lines] == [
        "Task send raised unexpected: IntegrityError",
        "Task send raised unexpected: an error",
    ]
    assert (cast.sari.email in str(lines), WORD in str(lines)) == (False, False)
