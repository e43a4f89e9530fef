"""Why an answer is as it is: each stay's score by wish, who was second and by how much, and what stops who got nobody."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from guests.proposals.problem import MOST_POINTS, Problem


@dataclass(frozen=True)
class Line:
    """One stay explained.

    `points` are those of each wish by its name, MOST_POINTS at most each; a wish that is fulfilled by every hand says nothing. `second` is the hand that could take the stay
    with everything else left as it is and would make the whole least dear, and `second_by` by how much dearer: never
    less than nothing where the answer is the best. `stopped` counts the other hands by the rule that stops each, for a stay
    without a hand and for one that keeps its hand for want of another.
    """

    stay: int
    hand: int | None
    points: dict[str, int] = field(default_factory=dict)
    second: int | None = None
    second_by: int | None = None
    stopped: dict[str, int] = field(default_factory=dict)


def explain(problem: Problem, chosen: Sequence[int | None], kept: Collection[int] = ()) -> list[Line]:
    """A line for each stay; `kept` are those that are locked to their hand for want of another."""
    bundles = problem.bundles(chosen)
    lines = [_line(problem, stay, hand, bundles) for stay, hand in enumerate(chosen)]
    for line in lines:
        if line.hand is None or line.stay in kept:
            line.stopped.update(_stopped(problem, line.stay, line.hand, bundles))
    return lines


def _stopped(
    problem: Problem, stay: int, hand: int | None, bundles: Sequence[Sequence[int]]
) -> dict[str, int]:
    rules = (problem.obstacle(stay, other, others) for other, others in enumerate(bundles) if other != hand)
    return dict(Counter(rule.value for rule in rules if rule))


def _line(problem: Problem, stay: int, hand: int | None, bundles: Sequence[Sequence[int]]) -> Line:
    if hand is None:
        return Line(stay, None)
    others = [other for other in bundles[hand] if other != stay]
    points = {wish.name: wish.points[stay][hand] for wish in problem.wishes if any(wish.points[stay])}
    points["load"] = _load(problem, hand, len(others))
    delegation = problem.stays[stay].delegation
    if delegation in problem.shared_delegations:
        points["together"] = 0 if delegation in problem.delegations(others) else MOST_POINTS
    if problem.stays[stay].locked is not None:
        return Line(stay, hand, points)
    second, second_by = _second(problem, stay, hand, bundles)
    return Line(stay, hand, points, second, second_by)


def _load(problem: Problem, hand: int, others: int) -> int:
    """How much of the hand's room is taken by the others, in points."""
    capacity = max(1, problem.hands[hand].capacity)
    return min(MOST_POINTS, MOST_POINTS * (others + len(problem.hands[hand].busy)) // capacity)


def _second(
    problem: Problem, stay: int, hand: int, bundles: Sequence[Sequence[int]]
) -> tuple[int | None, int | None]:
    """The cheapest other hand given the rest, and the difference; hands that cannot be cheaper are not looked at closely."""
    without = problem.cost_of(hand, [other for other in bundles[hand] if other != stay])
    saved = problem.cost_of(hand, bundles[hand]) - without
    best: tuple[int, int] | None = None
    costs = problem.pair_costs[stay]
    for other in sorted(range(len(bundles)), key=costs.__getitem__):
        if best is not None and costs[other] >= best[0]:
            break
        if other == hand or problem.obstacle(stay, other, bundles[other]) is not None:
            continue
        added = problem.cost_of(other, [*bundles[other], stay]) - problem.cost_of(other, bundles[other])
        best = min(best or (added, other), (added, other))
    return (None, None) if best is None else (best[1], best[0] - saved)
