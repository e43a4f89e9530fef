"""What a process that prints has loaded before it is forked: the application, as a worker has."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
django.setup()

from guests import tasks  # noqa: E402, F401 (models need the settings)
from liaison.celery import share_memory  # noqa: E402 (as above)

share_memory()
