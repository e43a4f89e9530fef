"""`manage.py quick_start`: the quick starts to print, for officers and coordinators, in both languages."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from guests.handbook import GUIDES, quick_start


class Command(BaseCommand):
    help = (
        "Write the quick starts for officers and for coordinators as PDF, in every language of the screens."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where to; made if it is not there")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for guide in GUIDES:
            for language, _name in settings.LANGUAGES:
                file = folder / f"quick-start-{guide.name}-{language}.pdf"
                file.write_bytes(quick_start(guide, language))
                self.stdout.write(str(file))
