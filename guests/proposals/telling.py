"""What officers are told of a batch of changes: one notice each, whatever the number of guests."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from events.models import Event
from guests.models import Assignment
from liaison.notices import outbox

KIND = "duties"
OF_USE = timedelta(days=2)


def tell_officers(
    *, event: Event, gained: Iterable[Assignment], lost: Iterable[Assignment], batch: str, at: datetime
) -> None:
    """Tell each officer once whom they now look after and whom no more. Belongs into the transaction of the changes."""
    told: defaultdict[int, dict[str, list[str]]] = defaultdict(lambda: {"gained": [], "lost": []})
    for name, rows in (("gained", gained), ("lost", lost)):
        for row in rows:
            told[row.officer.user_id][name].append(row.visit.guest.called)
    for person, guests in told.items():
        outbox.put(
            wish=outbox.Wish(
                recipient_id=person,
                event_id=event.pk,
                kind=KIND,
                subject_ref=batch,
                dedupe_key=f"{KIND}:{batch}:{at.timestamp():.0f}:{person}",
                payload={"event": event.name, **guests},
                due_at=at,
                expires_at=at + OF_USE,
            ),
            at=at,
        )
