"""The second wall: PostgreSQL itself shows a page only the guests its reader has a claim to, even where a view forgets to ask.

The first wall is `visible_to`; this one is coarser and holds whatever a page asks. Pages are answered under a role that
does not own the tables, so that the policies on them hold (`guests/migrations/0003_second_wall.py` says which and what).
Who reads is told to the connection in the same query that reads the signed-in person, and costs no other. Workers,
commands and migrations keep the role they signed in with, for which there is no wall.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import local
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.models.fields import BigIntegerField
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

Respond = Callable[[HttpRequest], HttpResponse]

ROLE = "liaison_web"
SETTINGS = ("liaison.viewer", "liaison.visits", "liaison.events", "liaison.all")
_BEHIND = "is_behind_the_wall"  # remembered at the connection, since PostgreSQL does not report its role
_TELL = "SELECT " + ", ".join(f"set_config('{name}', %s, false)" for name in SETTINGS)


def with_entering(people: Any) -> Any:
    """The people read so that whoever is found is the reader from then on; to be asked for one, who is signed in."""
    if not settings.SECOND_WALL:
        return people
    table = people.model._meta.db_table  # noqa: SLF001 (Django's own API)
    return people.annotate(entered=RawSQL(f"liaison_enter({table}.id)", (), BigIntegerField()))  # noqa: S611 (a table of ours)


def enter_for(*visits: int) -> None:
    """From now on the page is read by somebody who may know of these visits and of nothing else; of none, by nobody."""
    if _is_behind():
        _ask(_TELL, ["", "{" + ",".join(map(str, visits)) + "}", "{}", ""])


def enter_as(person: int) -> None:
    """From now on the page is read for that person, who has not signed in, but whose secret somebody has."""
    if _is_behind():
        _ask("SELECT liaison_enter(%s)", [person])


@contextmanager
def openly() -> Iterator[None]:
    """For what a page must know of others' guests and does not say: whether somebody is free, whose a secret is."""
    if _answers_pages.is_so:
        connection.ensure_connection()
    if not _is_behind():
        yield
        return
    before = _ask("SELECT coalesce(current_setting('liaison.all', true), '')")[0]
    _ask("SELECT set_config('liaison.all', 'yes', false)")
    try:
        yield
    finally:
        # What broke off a transaction takes back with it what was set inside.
        if _is_whole():
            _ask("SELECT set_config('liaison.all', %s, false)", [before])


class WallMiddleware:
    """Answers behind the wall: who is signed in has entered by being read, and nobody else sees anything."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SECOND_WALL:
            return self.get_response(request)
        with _behind():
            if not request.user.is_authenticated:
                enter_for()
            return self.get_response(request)


def stay_behind() -> None:
    """Have every connection of this process, which does nothing but answer pages, take the role for good."""
    if settings.SECOND_WALL:
        _answers_pages.set(True)


def take_role(connection: Any, **_signal: object) -> None:
    """Of a connection that has just been made, wherever pages are answered."""
    if _answers_pages.is_so:
        connection.connection.execute(f"SET ROLE {ROLE}")
        setattr(connection.connection, _BEHIND, True)


class _AnswersPages:
    """Whether this thread answers a page now, or the process does nothing else."""

    def __init__(self) -> None:
        self._always = False
        self._now = local()

    def set(self, always: bool) -> None:
        self._always = always

    @property
    def is_so(self) -> bool:
        return self._always or getattr(self._now, "is_so", False)

    @contextmanager
    def now(self) -> Iterator[None]:
        before, self._now.is_so = getattr(self._now, "is_so", False), True
        try:
            yield
        finally:
            self._now.is_so = before


_answers_pages = _AnswersPages()


@contextmanager
def _behind() -> Iterator[None]:
    """Under the role of pages; a process that does other things as well puts it off again."""
    if _answers_pages.is_so:
        yield
        return
    with _answers_pages.now():
        if connection.connection is not None:
            take_role(connection)
        try:
            yield
        finally:
            _put_off_role()


def _put_off_role() -> None:
    if _is_behind():
        setattr(connection.connection, _BEHIND, False)
        if _is_whole():
            _ask("RESET ROLE")


def _is_behind() -> bool:
    return bool(getattr(connection.connection, _BEHIND, False))


def _is_whole() -> bool:
    return bool(connection.connection.info.transaction_status != TransactionStatus.INERROR)


def _ask(text: str, values: Sequence[Any] = ()) -> Any:
    """Not by Django's own cursor, which would count it among the questions of the page."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor = connection.connection.execute(text, values or None, prepare=False)
    return cursor.fetchone() if cursor.description else None
