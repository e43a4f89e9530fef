"""Liaison: guest coordination for liaison officers."""

from liaison.celery import app as celery_app

__all__ = ["celery_app"]
