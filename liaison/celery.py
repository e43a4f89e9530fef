"""The Celery application: thin tasks found in every app, and the one clock that beat keeps."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "plan and dispatch notices": {
        "task": "guests.plan_and_dispatch",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "render waiting prints": {"task": "guests.render_prints", "schedule": 5.0, "options": {"expires": 5}},
}
