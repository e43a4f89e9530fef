"""`manage.py rotate_keys`: everything encrypted comes under the first of PRIVATE_DATA_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guests.rotating import MISSING, UNREADABLE, rotate_keys


class Command(BaseCommand):
    help = (
        "Encrypt private data and documents anew with the first of PRIVATE_DATA_KEYS. Before: put the new key first, keep "
        "the old behind it, restart web and workers. After: remove the old key. Can be broken off and run again."
    )

    def handle(self, **options: Any) -> None:
        counted = rotate_keys()
        for outcome, number in sorted(counted.items()):
            self.stdout.write(f"{number:>7} {outcome}")
        if counted[UNREADABLE]:
            raise CommandError(
                "What is unreadable was written under a key that is not in the list. Remove no key yet."
            )
        if counted[MISSING]:
            self.stderr.write("What is missing are files of documents that are no longer there.")
        self.stdout.write("The older keys can be removed.")
