"""How much each wish matters: what a coordinator sets, from 0 (not at all) to 10."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from guests.models import ProposalRun

MOST = 10


@dataclass(frozen=True)
class Weights:
    """The weight of each wish; sane ones where nobody has chosen."""

    language: int = 6
    experience: int = 4
    continuity: int = 4
    gender: int = 8
    together: int = 4
    load: int = 3
    change: int = 5

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """As stored; what is not there, or is no weight, is as nobody had chosen."""
        known = {one.name for one in fields(cls)}
        return cls(**{
            name: weight for name, weight in given.items() if name in known and weight in range(MOST + 1)
        })  # fmt: skip

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def last_weights(event: int) -> Weights:
    """Those the event's last proposal was made with."""
    last = ProposalRun.objects.filter(event=event).order_by("-pk").first()
    return Weights.from_json(last.weights if last else {})
