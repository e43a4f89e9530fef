"""`manage.py erase_guest`: erase everything of one person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from events.models import Event
from guests.erasing.person import erase_guest, would_go_of_guest
from guests.models import Guest
from guests.models.erasure import named_counts


class Command(BaseCommand):
    help = "Erase everything of a guest, who stays as a number. Lists and prints that name others as well go whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guest", type=int, help="the guest's number")
        parser.add_argument("--event", help="only at the event of this short name")
        parser.add_argument("--reason", default="", help="kept with the report")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and erase nothing")

    def handle(self, **options: Any) -> None:
        guest = Guest.objects.filter(pk=options["guest"]).first()
        if guest is None:
            raise CommandError(f"There is no guest with the number {options['guest']}.")
        event = _event(options["event"])
        if options["dry_run"]:
            counts = would_go_of_guest(guest, None if event is None else [event])
        else:
            done = erase_guest(guest=guest, by=None, reason=options["reason"], at=timezone.now(), event=event)
            counts = done.counts
        lines = [f"{number:>7} {kind}" for kind, number in named_counts(counts)]
        self.stdout.write("\n".join(lines) or "There is nothing to erase.")


def _event(slug: str | None) -> int | None:
    if slug is None:
        return None
    event = Event.objects.filter(slug=slug).first()
    if event is None:
        raise CommandError(f"There is no event “{slug}”.")
    return event.pk
