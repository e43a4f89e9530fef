"""What changed in a plan, in the reader's language: from what to what, on the event's clocks, the zone always said."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guests.hours import hedged
from guests.models import ItineraryItem
from liaison.clock import clock_time, day_of, moment_text, zone_label

Side = Mapping[str, Any]


def lines_of(change: Mapping[str, Any], zone: str) -> list[str]:
    """A change as a notice's payload holds it, a sentence for each thing that is not as it was."""
    before, after = change["before"], change["after"]
    return list(_WORDS[change["kind"]](before, after, zone))


def subject_of(guests: Sequence[Mapping[str, Any]], zone: str) -> str:
    """The only change in full; of more, how many, and whose."""
    lines = [line for guest in guests for change in guest["changes"] for line in lines_of(change, zone)]
    more = sum(guest["more"] for guest in guests)
    if len(guests) > 1:
        said = {"number": len(guests), "names": ", ".join(guest["guest"] for guest in guests)}
        return (
            ngettext(
                "The plan of %(number)s guest has changed: %(names)s",
                "The plans of %(number)s guests have changed: %(names)s",
                len(guests),
            )
            % said
        )
    guest = guests[0]["guest"]
    if len(lines) == 1 and not more:
        return f"{guest}: {lines[0]}"
    number = len(lines) + more
    words = ngettext("%(guest)s: %(number)s change of plan", "%(guest)s: %(number)s changes of plan", number)
    return words % {"guest": guest, "number": number}


def _item(before: Side | None, after: Side | None, zone: str) -> Iterator[str]:
    if before is None and after is not None:
        pattern = (
            _("New, not confirmed: %(title)s, %(time)s")
            if _is_tentative(after)
            else _("New: %(title)s, %(time)s")
        )
        yield _with_place(pattern % {"title": after["title"], "time": _start(after, zone)}, after)
    elif before is not None and after is None:
        yield _("Cancelled: %(title)s, %(time)s") % {"title": before["title"], "time": _start(before, zone)}
    elif before is not None and after is not None:
        yield from _moved(before, after, zone)


def _moved(before: Side, after: Side, zone: str) -> Iterator[str]:
    title = {"title": after["title"]}
    if before["title"] != after["title"]:
        yield _("%(title)s: was “%(before)s”") % (title | {"before": before["title"]})
    if _differ(before, after, "starts_at", "precision"):
        yield _("%(title)s: %(before)s → %(after)s") % (title | _from_to(before, after, "starts_at", zone))
    if _is_set_anew(before, after, "ends_at"):
        yield _("%(title)s, until: %(before)s → %(after)s") % (
            title | _from_to(before, after, "ends_at", zone)
        )
    if _is_set_anew(before, after, "leave_by_at"):
        said = title | _from_to(before, after, "leave_by_at", zone)
        yield _("%(title)s, leave by: %(before)s → %(after)s") % said
    yield from _other(before, after, title)
    if before["state"] != after["state"]:
        yield (_("%(title)s: tentative again") if _is_tentative(after) else _("%(title)s: confirmed")) % title


def _other(before: Side, after: Side, title: dict[str, str]) -> Iterator[str]:
    """Where, from where, and by what."""
    if _differ(before, after, "place"):
        yield _("%(title)s, place: %(before)s → %(after)s") % (title | _names(before, after, "place"))
    if _differ(before, after, "origin"):
        yield _("%(title)s, from: %(before)s → %(after)s") % (title | _names(before, after, "origin"))
    if _differ(before, after, "plate"):
        yield _("%(title)s, car: %(before)s → %(after)s") % (
            title | _names(before, after, "plate", _("no car"))
        )
    if _differ(before, after, "driver"):
        yield _("%(title)s, driver: %(before)s → %(after)s") % (
            title | _names(before, after, "driver", _("the car’s usual one"))
        )
    if _differ(before, after, "flight_number"):
        yield _("%(title)s, flight: %(before)s → %(after)s") % (
            title | _names(before, after, "flight_number")
        )


def _arrival(before: Side, after: Side, zone: str) -> Iterator[str]:
    yield _("Arrival: %(before)s → %(after)s") % _from_to(before, after, "starts_at", zone)


def _departure(before: Side, after: Side, zone: str) -> Iterator[str]:
    yield _("Departure: %(before)s → %(after)s") % _from_to(before, after, "starts_at", zone)


def _hotel(before: Side, after: Side, _zone: str) -> Iterator[str]:
    yield _("Hotel: %(before)s → %(after)s") % _names(before, after, "place")


_WORDS = {"item": _item, "arrival": _arrival, "departure": _departure, "hotel": _hotel}


def _is_tentative(side: Side) -> bool:
    return bool(side["state"] == ItineraryItem.State.TENTATIVE)


def _differ(before: Side, after: Side, *names: str) -> bool:
    """What a notice of an earlier release did not hold is no difference."""
    return any(before.get(name, "") != after.get(name, "") for name in names)


def _is_set_anew(before: Side, after: Side, name: str) -> bool:
    """Whether the moment changed, and not just along with the start, which says it."""
    return _differ(before, after, name) and _gap(before, name) != _gap(after, name)


def _gap(side: Side, name: str) -> object:
    """How far from the start; the moment itself where there is none."""
    moment, start = _moment(side, name), _moment(side, "starts_at")
    return moment - start if moment and start else moment


def _moment(side: Side, name: str) -> datetime | None:
    return datetime.fromisoformat(side[name]) if side[name] else None


def _start(side: Side, zone: str) -> str:
    starts_at = _moment(side, "starts_at")
    if starts_at is None:
        return _("time to be confirmed")
    return hedged(moment_text(starts_at, zone), side["precision"])


def _with_place(said: str, side: Side) -> str:
    return f"{said}, {side['place']}" if side["place"] else said


def _names(before: Side, after: Side, name: str, nothing: str = "") -> dict[str, str]:
    open_ended = nothing or _("to be said")
    return {"before": before[name] or open_ended, "after": after[name] or open_ended}


def _from_to(before: Side, after: Side, name: str, zone: str) -> dict[str, str]:
    """Both moments, how sure they are, the day and the zone said once where they are the same."""
    first, then = _moment(before, name), _moment(after, name)
    is_start = name == "starts_at"
    is_one_day = bool(first and then and day_of(first, zone) == day_of(then, zone))
    is_one_zone = bool(first and then and zone_label(first, zone) == zone_label(then, zone))

    def say(moment: datetime | None, side: Side, *, with_day: bool, with_zone: bool) -> str:
        if moment is None:
            return _("to be said")
        text = (
            moment_text(moment, zone, with_zone=with_zone)
            if with_day
            else f"{clock_time(moment, zone)} {zone_label(moment, zone)}"
        )
        return hedged(text, side["precision"]) if is_start else text

    return {
        "before": say(first, before, with_day=True, with_zone=not is_one_zone),
        "after": say(then, after, with_day=not is_one_day, with_zone=True),
    }
