"""A script planted in every text that every table can hold, and the eyes that tell whether it has become one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, models, transaction

from guests.models import DayReport, GuestPrivate, Incident, LogbookEntry, RequestComment, Visit
from guests.prints import print_handout
from liaison.accounts.models import SavedList
from liaison.encryption import EncryptedTextField
from liaison.notices.reaching import GatewayAddress
from tests.cast import Cast
from tests.factories import NOW, make_request
from tests.guests.desk_rows import fill
from tests.guests.erasing.planting import fill_the_rest
from tests.liaison.test_scope import own_models
from tests.test_routes import Scene

FULL = "javascript:xss()//\"'></title></textarea></style></script><xss onx=1>{{xss}}{%xss%}\r\nXss: 1\r\n\r\n<xss>"
SHORTER = ("\"'></title><xss onx=1>\r\nXss:1", "\"'><xss onx=1>", '"><xss>')
"""What is planted where the whole does not fit."""

CHECKED = {
    "User.phone", "Contact.phone", "Driver.phone", "Event.colour", "User.time_zone", "Event.time_zone",
    "SpokenLanguage.language", "Print.language", "Export.format",
}  # fmt: skip
"""Columns that look like text; forms or the database take a code, a zone or a number only."""
OURS = {
    "User.password", "SavedList.table", "SavedList.query", "PushSubscription.p256dh", "PushSubscription.auth", "GatewayAddress.gateway",
    "Notice.kind", "Notice.subject_ref", "Notice.plan_key", "Delivery.channel", "Delivery.message_id",
    "SessionAsListed.said", "GuestListRun.seen", "Print.digest", "ProposalLine.seen",
}  # fmt: skip
"""Columns that only the app writes: keys, digests and names of its own."""


def free_texts(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    """The columns of a table that may hold whatever somebody writes."""
    for column in model._meta.local_concrete_fields:  # noqa: SLF001 (Django's own API)
        is_text = type(column) in {models.CharField, models.TextField, EncryptedTextField}
        fits = (column.max_length or 999) >= len(SHORTER[-1])
        if is_text and fits and not (column.choices or column.unique):
            yield column


def name_of(column: "models.Field[Any, Any]") -> str:
    return f"{column.model.__name__}.{column.name}"


def plant_everywhere(*texts: str) -> set[str]:
    """Write the longest of the texts that fits into every free text of every row; the columns where it stands nowhere."""
    missing = set()
    with pgtrigger.ignore():
        for model in own_models():
            for column in free_texts(model):
                if name_of(column) not in CHECKED | OURS and not _planted(model, column, texts):
                    missing.add(name_of(column))
    return missing


def _planted(model: type[models.Model], column: "models.Field[Any, Any]", texts: tuple[str, ...]) -> bool:
    """In all rows; in one, where it may stand only once."""
    rows: Any = model._default_manager.all()  # noqa: SLF001
    for said in texts:
        if len(said) <= (column.max_length or 999):
            one = rows.filter(pk__in=rows.order_by("-pk").values("pk")[:1])
            return _written(rows, column.name, said) or _written(one, column.name, said)
    return False


def _written(rows: Any, name: str, said: str) -> bool:
    try:
        with transaction.atomic():
            return bool(rows.update(**{name: said}))
    except DatabaseError:
        return False


@pytest.fixture
def scene(cast: Cast, settings: Any) -> Scene:
    """A row in every table, each text of which is the script."""
    settings.APPRISE_GATEWAYS = {"Telegram": "tgram://token/{handle}"}
    fill(cast.event, cast.ratna, visits=1)
    fill_the_rest(cast.event, cast.ratna)
    scene, visit = Scene(cast), cast.sato
    GuestPrivate.objects.create(guest=visit.guest, health="Nuts")
    RequestComment.objects.create(request=scene.request, author=cast.sari, text="Soon", written_at=NOW)
    Incident.objects.create(visit=visit, kind="loss", text="A bag", raised_by=cast.sari, raised_at=NOW)
    LogbookEntry.objects.create(visit=visit, text="Landed", author=cast.sari, happened_at=NOW)
    DayReport.objects.create(visit=visit, officer=cast.sari, day=NOW.date(), text="Calm", signed_at=NOW)
    make_request(
        visit, cast.sari, state="declined", decline_reason="None left", closed_by=cast.sari, closed_at=NOW
    )
    SavedList.objects.create(user=cast.ratna, table="guests.visit", name="Mine", query="q=a")
    for person in (cast.sari, cast.ratna):
        GatewayAddress.objects.create(user=person, gateway="Telegram", handle="me")
    type(scene.paper).objects.update(kind="png")  # of the kinds of files the one that nobody reads for words
    type(scene.offer).objects.update(note={"mood": FULL, "promises": FULL})
    assert plant_everywhere(FULL, *SHORTER) == set()
    scene.sato_print = print_handout(visit=sato_of(cast), language="en", by=cast.ratna, at=NOW)
    return scene


def sato_of(cast: Cast) -> Visit:
    """Mr Sato's stay as it now is."""
    return Visit.objects.get(pk=cast.sato.pk)


_LEADS = {"href", "src", "action", "formaction", "data", "xlink:href", "poster", "srcdoc", "content"}


@dataclass
class Eyes(HTMLParser):
    """A browser's reading of a page: what in it came from the script, and whether it stands there as text."""

    became: list[str] = field(default_factory=list)
    shown: bool = False
    _inside: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        self._inside = tag if tag == "script" and "json" not in given.get("type", "") else ""
        self.became += [f"<{tag}>"] if tag == "xss" else []
        self.became += [f"{tag} {name}" for name in given if name.startswith("onx")]
        self.became += [f"{tag} {name}={value}" for name, value in given.items()
                        if name in _LEADS and re.match(r"\W*javascript:", value, re.IGNORECASE)]  # fmt: skip
        self.became += [f"{tag} style" for name, value in given.items() if name == "style" and "xss" in value]
        self.shown |= any("xss" in value for value in given.values())

    def handle_data(self, data: str) -> None:
        self.shown |= "xss" in data
        self.became += ["in a script"] if self._inside and "xss" in data else []


def looked_at(page: str) -> Eyes:
    eyes = Eyes()
    eyes.feed(page)
    eyes.close()
    return eyes
