"""The page at the desk that tells how the installation fares, to those who have no Prometheus.

Administrators read all of it, coordinators what becomes of the notices of their events.
"""

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django
from babel.dates import format_timedelta
from django.conf import settings
from django.contrib.admin import site
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from liaison.admin import flag
from liaison.clock import moment_text
from liaison.notices.lateness import LATE
from liaison.notices.models import Notice, NoticeQuerySet
from liaison.watching.version import VERSION
from liaison.watching.vitals import (
    OutboxLately,
    Vitals,
    missing_migrations,
    outbox_lately,
    outbox_now,
)

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_BACKUP_IS_OLD = timedelta(days=2)
_LITTLE_ROOM = 0.1  # of the disk


@dataclass(frozen=True)
class Fact:
    """One thing about the installation, and whether somebody has to see to it."""

    title: str
    value: str
    colour: str = ""

    @property
    def shown(self) -> str | SafeString:
        """The value, with a sign where it is good or bad."""
        return flag(self.value, self.colour) if self.colour else self.value


@dataclass(frozen=True)
class Lately:
    """What became of notices, in a line of the table."""

    title: str
    numbers: OutboxLately


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """What runs, how notices fare, and what room is left."""
    at, user = timezone.now(), request.user
    assert user.is_authenticated  # noqa: S101 (the desk's pages are for the signed-in)
    rows = Notice.objects.run_by(user)
    context = site.each_context(request) | {
        "title": _("How it runs"),
        "at": moment_text(at, user.time_zone),
        "outbox": list(_outbox(rows, at)),
        "lately": [
            Lately(_("Last hour"), outbox_lately(rows, at=at, within=_HOUR)),
            Lately(_("Last day"), outbox_lately(rows, at=at, within=_DAY)),
        ],
    }
    if user.is_superuser:
        context |= {"runs": list(_runs(at, user.time_zone)), "storage": list(_storage())}
    return TemplateResponse(request, "admin/desk/status.html", context)


def _outbox(rows: NoticeQuerySet, at: datetime) -> Iterator[Fact]:
    now = outbox_now(rows, at=at)
    late = now.oldest_due_at is not None and at - now.oldest_due_at > LATE
    yield Fact(_("Due and not begun"), str(now.due), "red" if late else "")
    if now.oldest_due_at:
        yield Fact(_("The oldest of them is due for"), _span(at - now.oldest_due_at), "red" if late else "")
    yield Fact(_("Being sent, or to be tried again now"), str(now.waiting))


def _runs(at: datetime, zone_name: str) -> Iterator[Fact]:
    vitals = Vitals(at)
    told = vitals.told()
    yield Fact(_("Web"), _("works"), "green")
    yield Fact(_("Queue (Redis)"), _("works") if told else _("cannot be reached"), "green" if told else "red")
    names = sorted(told.workers) if told else []
    said = ngettext("%(number)d works", "%(number)d work", len(names)) % {"number": len(names)}
    yield Fact(_("Workers"), ": ".join([said, ", ".join(names)]) if names else _("none works"), "green" if names else "red")  # fmt: skip
    age, is_well = vitals.beat_age(), vitals.parts(("beat",))["beat"]
    yield Fact(
        _("Beat, which sees to what is due"),
        _("last heard of %(span)s ago") % {"span": _span(age)} if age is not None else _("not heard of"),
        "green" if is_well else "red",
    )
    if told:
        yield Fact(_("Tasks that no worker has taken yet"), str(told.queue_depth))
    missing = missing_migrations()
    yield Fact(_("Tables"), _("lack: %(names)s") % {"names": ", ".join(missing)} if missing else _("as this version needs them"), "red" if missing else "green")  # fmt: skip
    yield _backup(told.backup_at if told else None, at, zone_name)


def _backup(made_at: datetime | None, at: datetime, zone_name: str) -> Fact:
    if made_at is None:
        return Fact(_("Last backup"), _("none is known of"), "amber")
    return Fact(
        _("Last backup"),
        moment_text(made_at, zone_name),
        "amber" if at - made_at > _BACKUP_IS_OLD else "green",
    )


def _storage() -> Iterator[Fact]:
    number, size = _kept(Path(settings.DATA_DIR))
    said = ngettext("%(number)d file, %(size)s", "%(number)d files, %(size)s", number)
    yield Fact(_("Uploads and prints"), said % {"number": number, "size": filesizeformat(size)})
    disk = shutil.disk_usage(settings.DATA_DIR)
    yield Fact(
        _("Room left"), filesizeformat(disk.free), "red" if disk.free < disk.total * _LITTLE_ROOM else ""
    )  # fmt: skip
    yield Fact("Liaison", VERSION)
    yield Fact("Django, Python", f"{django.get_version()}, {platform.python_version()}")
    yield Fact("PostgreSQL", ".".join(str(part) for part in _server_version()))


def _server_version() -> tuple[int, ...]:
    return connection.get_database_version()


def _kept(folder: Path) -> tuple[int, int]:
    """How many files lie there, and their bytes; what goes meanwhile is not counted."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return len(sizes), sum(sizes)


def _span(length: Any) -> str:
    return format_timedelta(length, threshold=1.5, locale=get_language() or "en")
