"""The Celery application: thin tasks found in every app, and the one clock that beat keeps."""

import gc
import os
from contextlib import suppress

from celery import Celery
from celery.schedules import crontab
from celery.signals import task_prerun, worker_init
from django.db import close_old_connections
from kombu.transport.redis import Channel

from liaison.watching import signals as watching

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

# A channel that dies with Redis otherwise tries to put its unacknowledged messages back into Redis, and the error ends
# the worker. Nothing is lost without: the row is the queue, and beat asks again.
Channel.do_restore = False

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "plan and dispatch notices": {
        "task": "guests.plan_and_dispatch",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "work on long guest lists": {
        "task": "guests.work_on_guest_lists",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "work out proposals": {"task": "guests.solve_proposals", "schedule": 5.0, "options": {"expires": 5}},
    "render waiting prints": {"task": "guests.render_prints", "schedule": 5.0, "options": {"expires": 5}},
    "erase what is due": {
        "task": "guests.erase_due",
        "schedule": crontab(hour=18, minute=30),  # half past one to half past three at night in Indonesia
        "options": {"expires": 12 * 3600},
    },
    "remove old prints": {
        "task": "guests.remove_old_prints",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}


def look_at_connections(**_signal: object) -> None:
    """Close database connections that broke or grew old, as a web request does.

    The worker keeps its connection from task to task (CELERY_DB_REUSE_MAX), and nobody else would notice before the
    task that it was cut: without this, a restart of PostgreSQL costs at least one task.
    """
    close_old_connections()


def share_memory(**_signal: object) -> None:
    """Load before the worker forks what its processes would each load for their first paper, and let nothing move it.

    They share it until they write there, which looking for garbage does. Where Pango is missing only papers fail.
    """
    with suppress(OSError):
        import liaison.paper.typesetting  # noqa: F401, PLC0415 (takes half a second, and only workers need it at once)
    gc.collect()
    gc.freeze()


worker_init.connect(share_memory, dispatch_uid="share memory")
task_prerun.connect(look_at_connections, dispatch_uid="look at connections")
watching.connect()
