"""The numbers of an installation as Prometheus reads them; all made at the moment of reading but the web's own counts."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

from liaison.notices.models import Notice
from liaison.watching.counting import register_counts
from liaison.watching.shared import Told
from liaison.watching.version import VERSION
from liaison.watching.vitals import PARTS, Vitals, outbox_lately, outbox_now

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_HOUR = timedelta(hours=1)


def exposed(at: datetime) -> bytes:
    """All metrics, as text."""
    registry = CollectorRegistry()
    registry.register(_Installation(at))
    register_counts(registry)
    return generate_latest(registry)


class _Installation:
    """What database, Redis and disk tell."""

    def __init__(self, at: datetime) -> None:
        self.at, self.vitals = at, Vitals(at)

    def collect(self) -> Iterator["Metric"]:
        yield _gauge("liaison_info", "The running version.", ["version"], [([VERSION], 1)])
        parts = self.vitals.parts(tuple(PARTS))
        yield _gauge(
            "liaison_part_works", "Whether a part works.", ["part"],
            [([name], int(works)) for name, works in parts.items()],
        )  # fmt: skip
        if parts["database"] and parts["migrations"]:
            yield from self._outbox()
        if told := self.vitals.told():
            yield from self._told(told)
        disk = shutil.disk_usage(settings.DATA_DIR)
        yield _gauge("liaison_disk_free_bytes", "Room left for files.", [], [([], disk.free)])
        yield _gauge("liaison_disk_size_bytes", "Room for files in all.", [], [([], disk.total)])

    def _outbox(self) -> Iterator["Metric"]:
        try:
            now = outbox_now(Notice.objects.all(), at=self.at)
            lately = outbox_lately(Notice.objects.all(), at=self.at, within=_HOUR)
        except DatabaseError:  # gone since it was asked
            return
        age = (self.at - now.oldest_due_at).total_seconds() if now.oldest_due_at else 0
        yield _gauge("liaison_notices_due", "Notices due and not begun.", [], [([], now.due)])
        yield _gauge("liaison_notices_oldest_due_seconds", "How long the oldest is due.", [], [([], age)])
        yield _gauge("liaison_deliveries_waiting", "Deliveries to be made now.", [], [([], now.waiting)])
        yield _gauge(
            "liaison_notices_last_hour", "What became of notices within the last hour.", ["outcome"],
            [(["sent"], lately.sent), (["late"], lately.late), (["failed"], lately.failed),
             (["missed"], lately.missed)],
        )  # fmt: skip

    def _told(self, told: Told) -> Iterator["Metric"]:
        yield _gauge("liaison_workers", "Workers that live.", [], [([], len(told.workers))])
        yield _gauge("liaison_queue_depth", "Tasks no worker has taken yet.", [], [([], told.queue_depth)])
        for name, what, moment in (
            ("liaison_beat_age_seconds", "How long ago beat asked for a task.", told.beat_at),
            ("liaison_backup_age_seconds", "How long ago a backup was finished.", told.backup_at),
        ):
            if moment:
                yield _gauge(name, what, [], [([], (self.at - moment).total_seconds())])
        yield from _tasks(told)
        paper = SummaryMetricFamily("liaison_pdf_seconds", "How long PDFs took to set and print.")
        paper.add_metric(
            [], count_value=int(told.counts.get(("paper", "count"), 0)), sum_value=told.counts.get(("paper", "sum"), 0)
        )  # fmt: skip
        yield paper


def _tasks(told: Told) -> Iterator["Metric"]:
    ended = CounterMetricFamily("liaison_tasks", "Ended tasks.", labels=["task", "outcome"])
    lasted = CounterMetricFamily("liaison_task_seconds", "How long they took.", labels=["task", "outcome"])
    for key, value in told.counts.items():
        if key[0] == "task":
            family = ended if key[-1] == "count" else lasted
            family.add_metric(list(key[1:3]), value)
    yield ended
    yield lasted


def _gauge(
    name: str, what: str, labels: list[str], values: Iterable[tuple[list[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for named, value in values:
        family.add_metric(named, value)
    return family
