"""`manage.py load_demo`: two events to look around in."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from events.models import Event
from guests.demo import forum, g20
from guests.demo.clearing import clear_logs
from guests.demo.team import sign_ins
from guests.demo.writing import writing
from guests.models import Guest, Visit


class Command(BaseCommand):
    help = "Load the demo's two events once, and bring the invented one back to life on later days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sign-ins", action="store_true", help="only print who signs in, and the password"
        )
        parser.add_argument(
            "--again", action="store_true", help="remove both events first, with all done to them"
        )

    def handle(self, **options: Any) -> None:
        if settings.HTTPS:
            raise CommandError(
                "This is no test machine (HTTPS is on): the demo's password is known to everybody."
            )
        if options["sign_ins"]:
            self.stdout.write(sign_ins())
            return
        with writing("load_demo"):
            if options["again"]:
                _remove()
            done = [forum.load(at=timezone.now()), g20.load()]
        self.stdout.write("\n".join(done))


def _remove() -> None:
    """Both events and the guests of no other event; the accounts stay, since other rows may name them."""
    events = Event.objects.filter(slug__in=[forum.SLUG, g20.SLUG])
    elsewhere = Visit.objects.exclude(event__in=events).values("guest")
    guests = Guest.objects.filter(visits__event__in=events).exclude(pk__in=elsewhere)
    keys = list(guests.values_list("pk", flat=True))
    clear_logs(events)
    events.delete()
    Guest.objects.filter(pk__in=keys).delete()
