"""A proposal in the reader's language: why this officer, who was second, what stops whoever got nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guests.models import ProposalLine, ProposalRun
from guests.proposals.problem import Rule
from guests.proposals.weights import Weights

LABELS = {
    "language": gettext_lazy("shared language"),
    "experience": gettext_lazy("experience with VVIP"),
    "continuity": gettext_lazy("the same officer as before"),
    "gender": gettext_lazy("woman or man, where the guest asked"),
    "together": gettext_lazy("delegation together"),
    "load": gettext_lazy("fair load"),
    "change": gettext_lazy("few changes"),
}
HELP = {
    "language": gettext_lazy("The better the officer speaks the guest’s first language, the better."),
    "experience": gettext_lazy("A VVIP goes to who has led VVIP guests before."),
    "continuity": gettext_lazy("A guest who comes again meets a known face, from whatever event."),
    "gender": gettext_lazy("Counts only for guests who asked for a woman or a man."),
    "together": gettext_lazy("Guests of one delegation share an officer."),
    "load": gettext_lazy("Who has much of the room taken already gets the next guest last."),
    "change": gettext_lazy("Who leads a guest today goes on leading, unless much speaks against it."),
}

# By wish, what so many points say; the first that is not exceeded.
_SAID = {
    "language": {
        0: gettext_lazy("speaks the guest’s language like a native"),
        2: gettext_lazy("speaks the guest’s language fluently"),
        4: gettext_lazy("gets along in the guest’s language"),
        7: gettext_lazy("knows the basics of the guest’s language"),
        10: gettext_lazy("shares no language with the guest"),
    },
    "experience": {
        0: gettext_lazy("has led three VVIP guests or more"),
        2: gettext_lazy("has led two VVIP guests"),
        5: gettext_lazy("has led one VVIP guest"),
        10: gettext_lazy("has led no VVIP guest yet"),
    },
    "continuity": {
        0: gettext_lazy("looked after the guest before"),
        10: gettext_lazy("others looked after the guest before"),
    },
    "gender": {
        0: gettext_lazy("as the guest asked"),
        10: gettext_lazy("not as the guest asked"),
    },
    "together": {
        0: gettext_lazy("has others of the delegation, too"),
        10: gettext_lazy("has nobody else of the delegation"),
    },
    "load": {
        0: gettext_lazy("has all room free"),
        4: gettext_lazy("has most of the room free"),
        9: gettext_lazy("has little room left"),
        10: gettext_lazy("has no room left"),
    },
    "change": {
        0: gettext_lazy("leads the guest today"),
        10: gettext_lazy("another leads the guest today"),
    },
}


@dataclass(frozen=True)
class Reason:
    """One wish at one line: what it says of the officer, and what that costs; nothing where it is fulfilled."""

    name: str
    sentence: str
    cost: int


def reasons_of(line: ProposalLine, weights: Weights) -> list[Reason]:
    """Why this officer, wish by wish: what speaks for the officer first, then what speaks against, the dearest last."""
    given = weights.as_json()
    found = [
        Reason(str(LABELS[name]), _said(name, points), points * given[name])
        for name, points in line.reasons.items()
        if name in LABELS and given[name]
    ]
    return sorted(found, key=lambda reason: reason.cost)


def _said(name: str, points: int) -> str:
    return str(next(said for most, said in _SAID[name].items() if points <= most))


def stopped_of(line: ProposalLine) -> str:
    """Which rules stop how many officers."""
    return ", ".join(_stops(line.stopped)) or _("There is no officer.")


def _stops(stopped: Mapping[str, int]) -> Iterator[str]:
    room, places, shift, deputy = (
        stopped.get(rule.value, 0) for rule in (Rule.CAPACITY, Rule.TWO_PLACES, Rule.SHIFT, Rule.DEPUTY)
    )
    said = (
        (room, ngettext("%d has no room", "%d have no room", room)),
        (places, ngettext("%d would be needed at two places", "%d would be needed at two places", places)),
        (shift, ngettext("%d is off shift", "%d are off shift", shift)),
        (deputy, ngettext("%d is the guest’s deputy", "%d are the guest’s deputies", deputy)),
    )
    yield from (sentence % number for number, sentence in said if number)


def proof_of(run: ProposalRun) -> str:
    """How good the answer is: proven best, or how far from it at most."""
    if run.cost is None or run.bound is None:
        return ""
    if run.is_best:
        return _("This is the best there is, and that is proven.")
    said = {"cost": run.cost, "bound": run.bound}
    return _("The best found in the time: it costs %(cost)d, and none can cost less than %(bound)d.") % said
