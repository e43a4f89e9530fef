"""`manage.py make_push_keys`: a key with which browsers accept notices from this installation."""

from typing import Any

from django.core.management.base import BaseCommand

from liaison.notices.vapid import make_private_key


class Command(BaseCommand):
    help = (
        "Print a new key for web push, as a line for .env. Writes nothing. An installation keeps its key: with another "
        "one every device has to be turned on again."
    )

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"PUSH_PRIVATE_KEY={make_private_key()}")
