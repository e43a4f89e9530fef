"""What is due: by the days each event sets, counted from its last day in its own zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from guests.erasing.person import STAGES, carry_on
from guests.erasing.reach import Reach, of_event, of_nobodys, past_events
from guests.erasing.rules import Stage
from guests.erasing.working import BATCH, is_anything_left, work, would_go
from guests.models import Erasure
from liaison.accounts.tidying import forget_old_sign_ins

_PATIENCE = timedelta(hours=1)
"""After so long whoever began to erase a person has been killed."""


@dataclass(frozen=True)
class Due:
    """One stage of one event, deleted events included; without an event, of the guests who are at none."""

    event: int | None
    stage: Stage

    def reach(self, at: datetime) -> Reach:
        """The rows it takes."""
        return (
            of_nobodys(self.stage, at=at) if self.event is None else of_event(self.event, self.stage, at=at)
        )


def due(*, at: datetime) -> Iterator[Due]:
    """All whose days are over, whether or not something is left to erase; what is private first."""
    for stage in STAGES:
        for event in [*past_events(stage, at=at), None]:
            yield Due(event, stage)


def erase_due(*, at: datetime, batch: int = BATCH) -> list[Erasure]:
    """Erase all that is due; the reports, of which there is none where nothing was left.

    What a worker that died has begun is carried on under the same report.
    """
    forget_old_sign_ins(at=at)
    done = []
    for one in due(at=at):
        reach = one.reach(at)
        unfinished = Erasure.objects.unfinished().filter(stage=one.stage, event=one.event, guest=None)
        if unfinished.exists() or is_anything_left(reach, [one.stage]):
            erasure, _is_new = Erasure.objects.get_or_create(
                stage=one.stage,
                event_id=one.event,  # type: ignore[misc]  # or none
                guest=None,
                finished_at=None,
                defaults={"started_at": at},
            )
            work(erasure, reach, [one.stage], at=at, batch=batch)
            done.append(erasure)
    persons = Erasure.objects.unfinished().filter(stage=Stage.PERSON, started_at__lt=at - _PATIENCE)
    done += [carry_on(erasure, at=at, batch=batch) for erasure in persons]
    return done


def would_go_of(one: Due, *, at: datetime) -> dict[str, int]:
    """How many of each kind would be erased now."""
    return would_go(one.reach(at), [one.stage])
