"""Liaison: guest coordination for liaison officers."""

import os

# Before numpy is loaded: its threads wait for each other in busy loops, which is ruinous where cores are shared.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from liaison.celery import app as celery_app

__all__ = ["celery_app"]
