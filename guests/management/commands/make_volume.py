"""`manage.py make_volume`: an event as big as they come."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guests.demo import volume


class Command(BaseCommand):
    help = "Make one big event of nothing but a seed, for measuring and for looking at full screens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--visits", type=int, default=1000)
        parser.add_argument("--officers", type=int, default=300)
        parser.add_argument("--items", type=int, default=20_000)
        parser.add_argument("--zone", default="Asia/Makassar", help="the event's time zone")
        parser.add_argument("--again", action="store_true", help="remove the one that is there first")

    def handle(self, **options: Any) -> None:
        if settings.HTTPS:
            raise CommandError("This is no test machine (HTTPS is on): nobody wants invented guests here.")
        sizes = {name: options[name] for name in ("visits", "officers", "items")}
        if min(sizes.values()) < 1:
            raise CommandError("Each number must be at least 1.")
        began = time.monotonic()
        if options["again"]:
            volume.remove()
        try:
            volume.make(**sizes, at=timezone.now(), zone_name=options["zone"])
        except volume.VolumeExistsError as error:
            raise CommandError(str(error)) from error
        made = ", ".join(f"{number:,} {name}" for name, number in sizes.items())
        self.stdout.write(f"{made} in {time.monotonic() - began:.1f} s.")
        self.stdout.write(f"coordinator@{volume.DOMAIN} and officer-001@{volume.DOMAIN} sign in by a code.")
