"""`manage.py sample_paper`: pages for those who design them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from guests.handout import render_handout
from guests.look import Look, Sheet
from guests.samples import sample_itineraries, sample_print


class Command(BaseCommand):
    help = "Write sample papers: every language, long names, forty items and none, on every sheet. Reads no data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where to; made if it is not there")
        parser.add_argument("--only", default="", help="those whose name has this in it")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, language, itinerary in sample_itineraries():
            for sheet in Sheet:
                file = folder / f"handout-{name}-{sheet}.pdf"
                if options["only"] in file.name:
                    file.write_bytes(render_handout(sample_print(itinerary, language), Look(sheet)))
                    self.stdout.write(str(file))
