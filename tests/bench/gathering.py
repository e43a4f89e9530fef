"""Makes a crowd out of the rows of an event: sessions for its officers, coordinators, mails that become due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import connection
from django.middleware.csrf import get_token
from django.test import RequestFactory
from django.urls import reverse

from events.models import Event, Membership, Role
from guests.demo import volume
from guests.models import Assignment, Visit
from liaison.accounts.models import User
from liaison.notices.models import Notice
from tests.bench.crowd import Coordinator, Crowd, Officer

COORDINATORS = 20


def crowd_of(event: Event, *, phones: int, coordinators: int = COORDINATORS) -> Crowd:
    """So many officers of the event with their phones, and so many coordinators at the desk; their sessions are made."""
    rows = Assignment.objects.filter(visit__event=event, role=Assignment.Role.LEAD).order_by("officer", "pk")
    Assignment.objects.filter(visit__event=event).update(state=Assignment.State.CONFIRMED)
    leads: dict[int, list[int]] = {}
    for user, visit in rows.values_list("officer__user", "visit"):
        leads.setdefault(user, []).append(visit)
    users = User.objects.in_bulk(list(leads)[:phones])
    officers = [Officer(_session(users[user]), _csrf(), tuple(leads[user])) for user in users]
    pages = pages_of_the_desk(event)
    desk = [Coordinator(_session(user), pages) for user in _hire(event, coordinators)]
    asking = signing.TimestampSigner(salt="board").sign(event.slug)
    board = f"{reverse('board_state', args=[event.slug])}?asking={asking}"
    return Crowd(officers, desk, board, lambda pk: reverse("set_status", args=[pk]))


def pages_of_the_desk(event: Event) -> list[tuple[str, str]]:
    """What coordinators look at most: the same pages for every one of them."""
    visit = Visit.objects.filter(event=event).earliest("pk").pk
    return [
        ("the desk's first page", reverse("admin:index")),
        ("the desk's guests", reverse("admin:guests_visit_changelist")),
        ("a guest at the desk", reverse("admin:guests_visit_change", args=[visit])),
        ("the desk's assignments", reverse("admin:guests_assignment_changelist")),
        ("the desk's requests", reverse("admin:guests_request_changelist")),
        ("the timeline", reverse("timeline", args=[event.slug])),
        ("the board", reverse("board", args=[event.slug])),
    ]


def spread_mails(count: int, people: Sequence[User], *, since: datetime, until: datetime) -> None:
    """So many notices by mail, which become due evenly between two moments."""
    step = (until - since) / max(1, count)
    payload = {
        "guest": "Mr Sato", "title": "Talks with the host minister", "starts_at": until.isoformat(),
        "moves_at": (until - timedelta(minutes=10)).isoformat(), "zone": "Asia/Makassar", "event": "Forum Nusantara",
        "place": "Main hall, Gate 2", "plate": "EB 1000 VO", "tentative": False, "approximate": False, "visit_id": 1,
    }  # fmt: skip
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=people[number % len(people)], kind="reminder", dedupe_key=f"bench:{since.timestamp()}:{number}",
                payload=payload, due_at=since + number * step, expires_at=until + timedelta(hours=3),
            )
            for number in range(count)
        ],
        batch_size=2000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notices_notice")


def _hire(event: Event, count: int) -> list[User]:
    users: list[User] = User.objects.bulk_create(
        [
            User(email=f"desk-{number}@{volume.DOMAIN}", name=f"Desk {number}", password="!", is_staff=True)
            for number in range(count)
        ]
    )
    Membership.objects.bulk_create(
        [Membership(user=user, event=event, role=Role.COORDINATOR) for user in users]
    )
    return users


def _session(user: Any) -> str:
    """A session's cookie, as signing in would make it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _csrf() -> str:
    request = RequestFactory().get("/")
    get_token(request)
    return f"{settings.CSRF_COOKIE_NAME}={request.META['CSRF_COOKIE']}"
