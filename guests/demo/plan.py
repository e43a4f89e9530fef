"""What one guest of the forum does around a given moment, made of the demo's tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.models import Venue
from guests.demo.clocks import ago, minutes, moment, moment_or_none, round_down, round_up
from guests.demo.ground import Ground
from guests.demo.sheets import Row, rows_of, sheet
from guests.models import ItineraryItem, Visit
from liaison.clock import zone

OURS = "demo:"  # begins the external key of every item that the demo has planned
_AROUND = timedelta(minutes=30)  # kept free before and after what happens now
_FORMALITIES = timedelta(hours=2)  # before a departure
_MEALS = ((22, "Supper"), (18, "Dinner"), (15, "Tea"), (11, "Lunch"), (5, "Breakfast"), (0, "Supper"))
_AS_WRITTEN = ("estimate_by", "greeter", "seat", "interpreter", "dress", "gift", "note")
_Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Plan:
    """One guest's stay around the moment `at`, from the visit's row in the demo's tables."""

    visit: Visit
    row: Row
    ground: Ground
    at: datetime

    def make(self) -> list[ItineraryItem]:
        """All that is planned for the guest, unsaved; the visit, unsaved, too, is put where the guest now is.

        What happens now and in the next hours is the same at every time of day; before and after it, the days follow
        the programme.
        """
        live = list(self._live())
        self._place_visit(live)
        now = _whole(live)
        here = (self.visit.arrives_at or now[0], (self.visit.departs_at or now[1]) - _FORMALITIES)
        days = [item for item in self._days() if _lies_within(item, here)]
        return live + [item for item in [*self._journeys(live), *days] if not _meets(item, now)]

    def _place_visit(self, live: list[ItineraryItem]) -> None:
        visit, row = self.visit, self.row
        (scene,) = rows_of("forum/scenes", "scene", row["scene"])
        visit.status, visit.status_at = scene["status"], ago(self.at, scene["since"])
        visit.arrives_at = moment_or_none(visit.event, row["arrives"])
        visit.arrival_precision = (
            Visit.Precision.EXACT if visit.arrives_at else Visit.Precision.TO_BE_CONFIRMED
        )
        visit.departs_at = moment_or_none(visit.event, row["departs"])
        for flight in filter(_is_flight, live):
            if flight.venue:
                visit.arrives_at, visit.arrival_precision = flight.starts_at, flight.precision
            else:
                visit.departs_at = flight.starts_at

    def _live(self) -> Iterator[ItineraryItem]:
        """What runs and what comes, on full five minutes: what runs has begun, what comes is still ahead."""
        for number, row in enumerate(rows_of("forum/moves", "scene", self.row["scene"])):
            starts_at = None
            if row["after"].startswith("-"):
                starts_at = round_down(self.at) + minutes(row["after"])
            elif row["after"]:
                starts_at = round_up(self.at) + minutes(row["after"]) + minutes(self.row["stagger"])
            yield self._item(f"now-{number}", row, starts_at)

    def _journeys(self, live: list[ItineraryItem]) -> Iterator[ItineraryItem]:
        """Arrival and departure by air, unless they are what happens now."""
        told = {bool(flight.venue) for flight in filter(_is_flight, live)}
        ways = (
            ("arrival", self.visit.arrives_at, self.row["flight_in"], True in told),
            ("departure", self.visit.departs_at, self.row["flight_out"], False in told),
        )
        for way, flies_at, flight, is_told in ways:
            if flies_at and flight and not is_told:
                for number, row in enumerate(rows_of("forum/journeys", "way", way)):
                    yield self._item(f"{way}-{number}", row, flies_at + minutes(row["after"]))

    def _days(self) -> Iterator[ItineraryItem]:
        """The sessions that the guest attends, and what lies around them."""
        for row in sheet("forum/sessions"):
            if row["attended"] == "all" or self.row["guest"] in row["attended"].split():
                yield from self._attended(row)
        for number, row in enumerate(sheet("forum/days")):
            if not self._leads_nowhere(row):
                starts_at = (
                    moment(self.visit.event, f"{row['day']} {row['starts']}") if row["starts"] else None
                )
                yield self._item(f"day-{number}", row, starts_at)

    def _leads_nowhere(self, row: Row) -> bool:
        """To or from a hotel the guest does not have, or from a place to itself."""
        ends = [self._venue(row[end]) for end in ("origin", "place") if row[end]]
        return None in ends or len(ends) != len(set(ends))

    def _attended(self, row: Row) -> Iterator[ItineraryItem]:
        session = self.ground.sessions.get(row["key"])
        if session:
            yield ItineraryItem(
                visit=self.visit, kind=row["kind"], title=session.title,
                starts_at=session.starts_at, ends_at=session.ends_at,
                venue=session.venue, point=session.point, session=session, dress=session.dress,
                external_key=f"{OURS}{row['key']}",
            )  # fmt: skip

    def _item(self, key: str, row: Row, starts_at: datetime | None) -> ItineraryItem:
        """An item as its row says; one without a time awaits it."""
        venue = self._venue(row["place"])
        car = self.ground.cars.get(self.row["car"]) if row["car"] else None
        item = ItineraryItem(
            visit=self.visit,
            kind=row["kind"],
            title=row["title"].format(city=self.row["city"], meal=self._meal(starts_at)),
            origin=self._venue(row["origin"]),
            venue=venue,
            point=self.ground.point(venue, row["point"]),
            vehicle_id=car,
            car_at_door_at=ago(self.at, row.get("door", "")) if car else None,
            visibility=row.get("visibility") or ItineraryItem.Visibility.GUEST,
            estimate_at=ago(self.at, "8") if row.get("estimate_by") else None,
            external_key=f"{OURS}{key}",
            **{column: row.get(column, "") for column in _AS_WRITTEN},
        )
        if _is_flight(item):
            item.flight_number = self.row["flight_in" if venue else "flight_out"]
        if starts_at is None:
            item.precision, item.state = Visit.Precision.TO_BE_CONFIRMED, ItineraryItem.State.TENTATIVE
            return item
        item.precision = row.get("precision") or Visit.Precision.EXACT
        item.state = row.get("state") or ItineraryItem.State.CONFIRMED
        item.starts_at, item.ends_at = starts_at, starts_at + minutes(row["minutes"])
        item.leave_by_at = starts_at - minutes(row["leave"]) if row["leave"] else None
        return item

    def _venue(self, key: str) -> Venue | None:
        return self.visit.hotel if key == "hotel" else self.ground.venues.get(key)

    def _meal(self, starts_at: datetime | None) -> str:
        """What a meal is called at that hour."""
        hour = starts_at.astimezone(zone(self.visit.event.time_zone)).hour if starts_at else 0
        return next(name for begins, name in _MEALS if hour >= begins)


def _is_flight(item: ItineraryItem) -> bool:
    return item.kind == ItineraryItem.Kind.FLIGHT


def _span(item: ItineraryItem) -> _Span | None:
    return (item.starts_at, item.ends_at) if item.starts_at and item.ends_at else None


def _whole(items: list[ItineraryItem]) -> _Span:
    """From a little before the first of them to a little after the last."""
    spans = [span for span in map(_span, items) if span]
    return min(begin for begin, _end in spans) - _AROUND, max(end for _begin, end in spans) + _AROUND


def _lies_within(item: ItineraryItem, span: _Span) -> bool:
    """Whether it lies in the span as a whole; what has no time yet does."""
    own = _span(item)
    return own is None or (span[0] <= own[0] and own[1] <= span[1])


def _meets(item: ItineraryItem, span: _Span) -> bool:
    """Whether it shares some of the span; what has no time yet does not."""
    own = _span(item)
    return own is not None and own[0] < span[1] and own[1] > span[0]
