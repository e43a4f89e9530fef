"""Whether the parts of an installation work, and how the outbox fares: asked at the moment of the question, never kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, ExpressionWrapper, F, Min, Q, Value, fields
from django.db.models.functions import Greatest

from liaison.notices.lateness import LATE
from liaison.notices.models import Delivery, Notice, NoticeQuerySet
from liaison.watching import shared
from liaison.watching.shared import SILENCE, Told


@dataclass(frozen=True)
class OutboxNow:
    """What waits in the outbox: how much is due and not begun, since when, and what waits for a way."""

    due: int
    oldest_due_at: datetime | None
    waiting: int


@dataclass(frozen=True)
class OutboxLately:
    """What became of notices within a while; what went out more than LATE after its time is in both sent and late."""

    sent: int
    late: int
    failed: int
    missed: int


class Vitals:
    """One look at the installation: each part is asked at most once, and whatever is down is said and not raised."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._told: list[Told | None] = []

    def parts(self, names: tuple[str, ...]) -> dict[str, bool]:
        """Which of these parts work; of PARTS."""
        return {name: PARTS[name](self) for name in names}

    def told(self) -> Told | None:
        """What beat and workers told; None where Redis is down."""
        if not self._told:
            self._told.append(shared.read(self.at))
        return self._told[0]

    def beat_age(self) -> timedelta | None:
        """How long ago beat last asked for something; None where nobody knows."""
        told = self.told()
        return self.at - told.beat_at if told and told.beat_at else None

    def _database(self) -> bool:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return False
        return True

    def _migrations(self) -> bool:
        try:
            return not missing_migrations()
        except DatabaseError:
            return False

    def _beat(self) -> bool:
        age = self.beat_age()
        return age is not None and age <= SILENCE

    def _notices(self) -> bool:
        try:
            oldest = Notice.objects.due(self.at).aggregate(oldest=Min("due_at"))["oldest"]
        except DatabaseError:
            return False
        return oldest is None or self.at - oldest <= LATE


PARTS: dict[str, Callable[[Vitals], bool]] = {
    "database": Vitals._database,  # noqa: SLF001 (the class's own table of its answers)
    "migrations": Vitals._migrations,  # noqa: SLF001
    "broker": lambda vitals: vitals.told() is not None,
    "workers": lambda vitals: bool((told := vitals.told()) and told.workers),
    "beat": Vitals._beat,  # noqa: SLF001
    "notices": Vitals._notices,  # noqa: SLF001
}
"""What an installation consists of, and how each part is asked."""


def missing_migrations() -> list[str]:
    """The migrations of this version that the database has not had; one query. Raises DatabaseError."""
    applied = MigrationRecorder(connection).applied_migrations()
    return [f"{app} {name}" for app, name in _known_migrations() if (app, name) not in applied]


@cache
def _known_migrations() -> list[tuple[str, str]]:
    """Those of the running code, which do not change while it runs."""
    loader = MigrationLoader(None)
    return sorted(loader.disk_migrations)


def outbox_now(rows: NoticeQuerySet, *, at: datetime) -> OutboxNow:
    """What waits of these notices; two queries, each served by an index."""
    due = rows.due(at).aggregate(number=Count("pk"), oldest=Min("due_at"))
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_attempt_at__lte=at, notice__in=rows)
    return OutboxNow(due["number"], due["oldest"], waiting.count())


def outbox_lately(rows: NoticeQuerySet, *, at: datetime, within: timedelta) -> OutboxLately:
    """What became of the notices within that time; one query, which reads the table once."""
    asked_for = Greatest(F("due_at"), F("created_at"))
    in_time_until = ExpressionWrapper(asked_for + Value(LATE), output_field=fields.DateTimeField())
    state = Notice.State
    counted = rows.filter(finished_at__gt=at - within).aggregate(
        sent=Count("pk", filter=Q(state=state.SENT)),
        late=Count("pk", filter=Q(state=state.SENT, finished_at__gt=in_time_until)),
        failed=Count("pk", filter=Q(state=state.FAILED)),
        missed=Count("pk", filter=Q(state=state.MISSED)),
    )
    return OutboxLately(**counted)
