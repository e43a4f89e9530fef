"""Plain makers of wishes and of notices in the outbox."""

from datetime import timedelta
from itertools import count
from typing import Any

from liaison.accounts.models import User
from liaison.notices import outbox
from liaison.notices.models import Notice
from tests.factories import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_numbers = count(1)


def make_wish(recipient: User, **fields: Any) -> outbox.Wish:
    """An invitation, due since a minute ago and of use for a day."""
    given = {
        "event_id": None,
        "kind": "invitation",
        "dedupe_key": f"test:{next(_numbers)}",
        "payload": {"event": "Forum Nusantara", "inviter": "Ratna", "role": "officer"},
        "due_at": NOW - MINUTE,
        "expires_at": NOW + 24 * HOUR,
    }
    return outbox.Wish(recipient_id=recipient.pk, **given | fields)


def make_notice(recipient: User, **fields: Any) -> Notice:
    return outbox.put(wish=make_wish(recipient, **fields), at=NOW)
