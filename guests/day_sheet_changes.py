"""What an officer's day sheet says otherwise than what holds now, part by part; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Contact
from guests.duty_day import COLLEAGUE, COORDINATION, Duty, DutyDay
from guests.models import ItineraryItem, ProtocolNote, Request, Visit
from guests.naming import words_of
from liaison.clock import clock_time, day_of, day_text, zone_label
from liaison.phones import dialled

Part = Mapping[str, str]  # what each thing is called, and all that the sheet says of it


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as printed. `now` or `before` is empty where there is none."""

    part: str
    title: str
    now: str
    before: str


def changes_between(printed: DutyDay, now: DutyDay) -> tuple[Change, ...]:
    """What changed, in the order of the sheet and in the active language."""
    before, after = dict(_parts(printed)), dict(_parts(now))
    return tuple(change for part in after for change in _changes(part, before[part], after[part]))


def _changes(part: str, before: Part, after: Part) -> Iterator[Change]:
    for title in {**after, **before}:
        if before.get(title) != after.get(title):
            yield Change(part, title, after.get(title, ""), before.get(title, ""))


def _parts(told: DutyDay) -> Iterator[tuple[str, Part]]:
    """The parts of the sheet; things that are called the same are numbered."""
    hours = _Hours(told)
    language = get_language() or "en"
    topics, categories = words_of(ProtocolNote.Topic, language), words_of(Request.Category, language)
    yield _("Red line"), _named((text, text) for text in told.red_lines)
    yield _("The day"), _named((duty.title, hours.duty(duty)) for duty in told.duties)
    yield (
        _("Movements"),
        _named(
            (
                hours.say(ride.starts_at) or ride.place or ride.plate,
                _joined(
                    f"{ride.origin} → {ride.place}", ride.plate, ride.car, ride.driver, dialled(ride.phone)
                ),
            )
            for ride in told.rides
        ),
    )
    yield _("Courtesy"), _named((capfirst(topics[topic]), text) for topic, text in told.courtesy)
    yield _("Entourage"), _named((text, text) for text in told.entourage)
    yield (
        _("Open requests"),
        _named(
            (one.text or capfirst(categories[one.category]), hours.say(one.due_at) or _("no deadline"))
            for one in told.requests
        ),
    )
    yield _("Whom to call"), _contacts(told, language)
    yield _("Guest"), _about(told, language)


def _contacts(told: DutyDay, language: str) -> Part:
    functions = words_of(Contact.Function, language) | {
        COORDINATION: _("coordinators"),
        COLLEAGUE: _("who looks after the guest"),
    }
    return _named(
        (one.name, _joined(capfirst(functions[one.function]), dialled(one.phone), one.note))
        for one in told.contacts
    )


def _about(told: DutyDay, language: str) -> Part:
    return {
        _("Name"): _joined(told.called, told.name, told.office, words_of(Visit.Level, language)[told.level]),
        _("Sounds like"): told.pronunciation,
        _("Speaks"): ", ".join(told.languages),
        _("Diet"): told.diet,
        _("Hotel"): told.hotel,
        _("Event"): told.event,
    }


def _named(pairs: Iterator[tuple[str, str]]) -> Part:
    found: dict[str, str] = {}
    for name, text in pairs:
        number = sum(1 for known in found if known == name or known.startswith(f"{name} ("))
        found[f"{name} ({number + 1})" if number else name] = text
    return found


def _joined(*texts: str) -> str:
    return " · ".join(text for text in texts if text.strip(" →"))


@dataclass(frozen=True, slots=True)
class _Hours:
    told: DutyDay

    def say(self, iso: str) -> str:
        """Hour and zone; the day too, where it is another than the sheet's."""
        if not iso:
            return ""
        moment, zone = datetime.fromisoformat(iso), self.told.time_zone
        said, on = f"{clock_time(moment, zone)} {zone_label(moment, zone)}", day_of(moment, zone)
        return said if on.isoformat() == self.told.day else f"{said} ({day_text(on)})"

    def duty(self, duty: Duty) -> str:
        times = (
            (_("Leave by"), duty.leave_by_at), (_("Arrive"), duty.arrives_at), (_("Start"), duty.starts_at),
            (_("End"), duty.ends_at),
        )  # fmt: skip
        facts = (
            (_("Entry"), duty.entry), (_("Met by"), duty.greeter), (_("Seat"), duty.seat),
            (_("Interpreter"), duty.interpreter), (_("Dress"), duty.dress), (_("Gift"), duty.gift), (_("Note"), duty.note),
        )  # fmt: skip
        return _joined(
            *(f"{name} {self.say(iso)}" for name, iso in times if iso),
            f"{duty.origin} → {duty.place}" if duty.origin else duty.place,
            duty.flight_number,
            str(ItineraryItem.State.TENTATIVE.label) if duty.is_tentative else "",
            str(Visit.Precision(duty.precision).label) if duty.precision != Visit.Precision.EXACT else "",
            _("not told to the guest") if duty.is_for_officers else "",
            *(f"{name}: {value}" for name, value in facts if value),
        )
