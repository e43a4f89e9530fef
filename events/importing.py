"""What every command that imports a file for an event asks of its caller."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from events.access import may_coordinate
from events.models import Event
from liaison.accounts.models import User
from liaison.sheets.mapping import Vocabulary


def coordinator_named(address: str | None, event: Event) -> User:
    """The coordinator in whose name it is done. Raises CommandError where the person runs no such event."""
    user: User | None = User.objects.filter(email__iexact=address or "").first()
    if user is None or not may_coordinate(user, event):
        raise CommandError("--apply needs --by with the address of a coordinator of the event.")
    return user


def wishes_in(path: Path | None, vocabulary: Vocabulary) -> dict[str, Any]:
    """What the file says about the columns; nothing where there is none. Raises CommandError for unknown fields."""
    if path is None:
        return {}
    try:
        wishes = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is no JSON file: {error}") from error
    known = vocabulary.by_key
    unknown = {field for field in wishes.get("columns", {}).values() if field and field not in known}
    if unknown:
        raise CommandError(f"No such field: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    return dict(wishes)
