"""`manage.py sample_paper`: pages for those who design them."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from guests.event_book import STYLES
from guests.event_samples import sample_books, sample_manifests
from guests.look import USUAL, Look, Sheet
from guests.models import Print
from guests.papers import render
from guests.samples import sample_days, sample_itineraries, sample_print


class Command(BaseCommand):
    help = "Write sample papers: every language, long names, forty items and none, on every sheet. Reads no data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where to; made if it is not there")
        parser.add_argument("--only", default="", help="those whose name has this in it")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, version, look in samples():
            if options["only"] in name:
                file = folder / f"{name}.pdf"
                file.write_bytes(render([version], look, duplex=False).data)
                self.stdout.write(str(file))


def samples() -> Iterator[tuple[str, Print, Look]]:
    """What each is called, the paper as a print, and how it is to look; of every kind of paper at least one."""
    for name, language, itinerary in sample_itineraries():
        for sheet in Sheet:
            yield f"handout-{name}-{sheet}", sample_print(itinerary, language), Look(sheet)
    for name, language, day in sample_days():
        yield f"day-sheet-{name}", sample_print(day, language), USUAL
    for name, language, book in sample_books():
        for sheet in STYLES:
            version = sample_print(book, language, kind=Print.Kind.EVENT_BOOK)
            yield f"event-book-{name}-{sheet}", version, Look(sheet)
    for name, language, kind, manifest in sample_manifests():
        yield name, sample_print(manifest, language, kind=kind), USUAL
