"""How good a proposal is, how fast and in how much memory: at a big meeting, at smaller ones, and beside what a real team did.

Each case is solved in a process of its own, so that memory is told apart. That process is this module run by itself.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import django

from tests.bench.meeting import MAIL, Case, Meeting
from tests.bench.memory import most_megabytes

MOST_MEGABYTES = 500.0
MOST_GAP = 1.0  # per cent
AT = datetime(2027, 5, 1, tzinfo=UTC)
CASES = (Case(40, 20, 1.0), Case(200, 60, 10.0), Case(1000, 300, 10.0))
LARGEST = Case(2000, 600, 55.0)
"""As many guests as are proposed for at once, and as long as a worker takes: what is proven by then is stated."""


@dataclass(frozen=True)
class Measured:
    """What a case took and gave."""

    case: Case
    foes: float  # the share of pairs of guests that cannot share an officer
    building: float
    solving: float
    megabytes: float
    cost: int
    bound: int
    unled: int

    @property
    def gap(self) -> float:
        """By how many per cent of its cost the answer may be dearer than the best."""
        return 100 * (self.cost - self.bound) / max(1, self.cost)

    @property
    def is_good(self) -> bool:
        in_time = self.solving <= self.case.seconds
        return in_time and self.megabytes <= MOST_MEGABYTES and self.gap <= MOST_GAP

    def __str__(self) -> str:
        proof = (
            "proven to be the best"
            if self.cost == self.bound
            else f"no answer below {self.bound:,}: {self.gap:.2f} %"
        )
        return (
            f"{self.case.visits:,} guests × {self.case.officers} officers, {self.foes:.0%} of the pairs of guests apart: "
            f"built in {self.building:.1f} s, solved in {self.solving:.1f} s (needs ≤ {self.case.seconds:.0f} s), "
            f"{self.megabytes:.0f} MB (needs ≤ {MOST_MEGABYTES:.0f} MB), {self.unled} without a lead, "
            f"cost {self.cost:,}, {proof} (needs ≤ {MOST_GAP:.0f} %)"
        )


def measure(cases: Sequence[Case] = CASES) -> list[Measured]:
    """Make the meetings, solve each in a process of its own, and clean up. Needs Django set up and migrated."""
    from tests.bench.importing import address  # noqa: PLC0415 (needs Django set up)

    results = []
    try:
        for case in cases:
            Meeting(case).make()
            command = [sys.executable, "-m", "tests.bench.matching", str(case.visits)]
            done = subprocess.run(  # noqa: S603 (our own module)
                command, stdout=subprocess.PIPE, check=True, env=os.environ | {"DATABASE_URL": address()}
            )
            results.append(Measured(case, **json.loads(done.stdout.splitlines()[-1])))
    finally:
        _clean_up()
    return results


def _clean_up() -> None:
    from events.models import Event  # noqa: PLC0415 (needs Django set up)
    from guests.models import Guest  # noqa: PLC0415 (needs Django set up)
    from liaison.accounts.models import User  # noqa: PLC0415 (needs Django set up)

    Event.objects.filter(slug__startswith="bench-of-matching").delete()
    Guest.objects.filter(introduced_by__email__endswith=MAIL).delete()
    User.objects.filter(email__endswith=MAIL).delete()


# --- the process that solves -------------------------------------------------------------------------------------------


def _solve(case: Case) -> None:
    django.setup()
    from events.models import Event  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.building import world_of  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.compiled import compile_all  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.solving import solve  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.weights import Weights  # noqa: PLC0415 (needs Django set up)

    compile_all()  # loads what is compiled, as importing does the rest: a worker's process does it once
    event = Event.objects.get(slug=case.slug)
    begun = time.monotonic()
    visits = list(event.visits.values_list("pk", flat=True))
    problem = world_of(event=event, visits=visits, weights=Weights(), kept={}, before={}, at=AT).problem
    built = time.monotonic()
    answer = solve(problem, seconds=0.95 * case.seconds)
    done = time.monotonic()
    pairs = max(1, len(visits) * (len(visits) - 1))
    said = {
        "foes": sum(bits.bit_count() for bits in problem.foes) / pairs,
        "building": built - begun,
        "solving": done - built,
        "megabytes": most_megabytes(),
        "cost": answer.cost,
        "bound": answer.bound,
        "unled": answer.chosen.count(None),
    }
    if problem.broken(answer.chosen):
        raise RuntimeError("The answer breaks a rule.")
    print(json.dumps(said))  # noqa: T201 (what the bench reads)


# --- the real team -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """What the real team's answer and the proposal cost by the same measure."""

    guests: int
    officers: int
    real: int
    real_unled: int
    proposed: int
    bound: int
    unled: int

    @property
    def is_good(self) -> bool:
        return self.proposed <= self.real and self.unled <= self.real_unled

    def __str__(self) -> str:
        return (
            f"G20 deputies 2017, {self.guests} delegations × {self.officers} officers: the real team {self.real:,} "
            f"({self.real_unled} without a lead), the proposal {self.proposed:,} ({self.unled} without a lead), no answer "
            f"below {self.bound:,} (needs a proposal never dearer). Languages, levels and earlier meetings of that team are not "
            "known and count for nobody; the officers’ room is what they had in fact, at least two."
        )


def beside_the_real_team() -> Beside:
    """The proposal for the G20 deputies’ meeting as if nobody had led yet, and what the team did, at the same weights."""
    from events.models import Event  # noqa: PLC0415 (needs Django set up)
    from guests.demo import g20  # noqa: PLC0415 (needs Django set up)
    from guests.demo.team import address_of  # noqa: PLC0415 (needs Django set up)
    from guests.models import Assignment  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.building import world_of  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.solving import solve  # noqa: PLC0415 (needs Django set up)
    from guests.proposals.weights import Weights  # noqa: PLC0415 (needs Django set up)
    from liaison.accounts.models import User  # noqa: PLC0415 (needs Django set up)

    User.objects.get_or_create(email=address_of("ratna"), defaults={"name": "Ratna", "password": "!"})
    g20.load()
    event = Event.objects.get(slug=g20.SLUG)
    leads = Assignment.objects.filter(visit__event=event, role=Assignment.Role.LEAD)
    led_by = dict(leads.values_list("visit_id", "officer_id"))
    Assignment.objects.filter(visit__event=event).delete()
    world = world_of(
        event=event, visits=[*event.visits.values_list("pk", flat=True)], weights=Weights(), kept={}, before={},
        at=datetime(2017, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    hands = {officer.pk: hand for hand, officer in enumerate(world.officers)}
    real: list[int | None] = [hands[led_by[duty.visit.pk]] for duty in world.duties]
    answer = solve(world.problem, seconds=1.0)
    cost = world.problem.cost(real)
    event.delete()
    return Beside(
        len(real), len(hands), cost, real.count(None), answer.cost, answer.bound, answer.chosen.count(None)
    )


if __name__ == "__main__":
    _solve(next(case for case in (*CASES, LARGEST) if case.visits == int(sys.argv[1])))
