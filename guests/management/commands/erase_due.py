"""`manage.py erase_due`: erase what events' days of keeping say; also done once a day by beat."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from events.models import Event
from guests.erasing.due import due, erase_due, would_go_of
from guests.models.erasure import named_counts


class Command(BaseCommand):
    help = "Erase private data, and make guests anonymous, of events whose days of keeping are over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and erase nothing")

    def handle(self, **options: Any) -> None:
        at = timezone.now()
        if options["dry_run"]:
            found = [(one.event, str(one.stage.label), would_go_of(one, at=at)) for one in due(at=at)]
        else:
            found = [(row.event_id, row.get_stage_display(), row.counts) for row in erase_due(at=at)]
        names = dict(Event.objects.values_list("pk", "name"))
        said = [_said(names, event, stage, counts) for event, stage, counts in found if counts]
        self.stdout.write("\n".join(said) or "Nothing is due.")


def _said(names: Mapping[int, str], event: int | None, stage: Any, counts: Mapping[str, int]) -> str:
    name = "Guests at no event" if event is None else names.get(event, f"A deleted event (number {event})")
    return f"{name}: {stage}\n" + "\n".join(f"  {number:>7} {kind}" for kind, number in named_counts(counts))
