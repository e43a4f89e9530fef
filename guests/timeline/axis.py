"""The hours across: which moment stands where, and which bar makes room for which."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_date
from django.utils.translation import get_language

from liaison.clock import clock_time, day_bounds, day_of, span_text, zone_label

HOURS_BETWEEN_TICKS = 2
NARROWEST_PX = 44
"""No bar is narrower on the page: it has to be hit by a thumb."""
DAY_PX = 704
DAY_OF_MANY_PX = 96


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a span stands on the axis, in hundredths of its length, and whether it goes on beyond either end."""

    begins: float
    ends: float
    comes_from_before: bool = False
    goes_on: bool = False

    @property
    def style(self) -> str:
        """For the page's style attribute, with points whatever the language's decimals are."""
        return f"--from:{self.begins:.2f};--to:{self.ends:.2f}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A word on the axis."""

    extent: Extent
    word: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Whole days on the clocks of one zone: one of them by the hour, several by the day."""

    first: date
    last: date
    zone_name: str

    starts_at: datetime = field(init=False)
    ends_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """In UTC, where a day on which the clocks are changed is as long as it is."""
        for name, moment in (
            ("starts_at", day_bounds(self.first, self.zone_name)[0]),
            ("ends_at", day_bounds(self.last, self.zone_name)[1]),
        ):
            object.__setattr__(self, name, moment.astimezone(UTC))

    @property
    def is_one_day(self) -> bool:
        return self.first == self.last

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def least_px(self) -> int:
        """How wide the page draws it at least."""
        return DAY_PX if self.is_one_day else max(DAY_PX, DAY_OF_MANY_PX * len(self.days))

    @property
    def columns(self) -> float:
        """How many of the finest lines there are: hours of the day, or days."""
        return (
            (self.ends_at - self.starts_at) / timedelta(hours=1) if self.is_one_day else float(len(self.days))
        )

    @property
    def style(self) -> str:
        return f"--least:{self.least_px}px;--columns:{self.columns:.2f}"

    @property
    def zone_word(self) -> str:
        return zone_label(self.starts_at, self.zone_name)

    def shows(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether some of the span is on it."""
        return starts_at < self.ends_at and ends_at > self.starts_at

    def place(self, starts_at: datetime, ends_at: datetime) -> Extent:
        """Where the span stands, cut off at the axis's ends."""
        return Extent(
            self._share(max(starts_at, self.starts_at)),
            self._share(min(ends_at, self.ends_at)),
            comes_from_before=starts_at < self.starts_at,
            goes_on=ends_at > self.ends_at,
        )

    def moment(self, at: datetime) -> Extent | None:
        """Where the moment stands, if it does."""
        return Extent(self._share(at), self._share(at)) if self.starts_at <= at < self.ends_at else None

    def _share(self, at: datetime) -> float:
        return 100 * ((at - self.starts_at) / (self.ends_at - self.starts_at))

    def ticks(self) -> list[Tick]:
        """Every second hour, or every day."""
        if not self.is_one_day:
            return [Tick(self.place(*day_bounds(day, self.zone_name)), _short(day)) for day in self.days]
        step = timedelta(hours=HOURS_BETWEEN_TICKS)
        hours = round(self.columns)
        moments = [self.starts_at + n * timedelta(hours=1) for n in range(0, hours, HOURS_BETWEEN_TICKS)]
        return [
            Tick(self.place(moment, moment + step), clock_time(moment, self.zone_name)) for moment in moments
        ]

    def words(self, starts_at: datetime, ends_at: datetime) -> str:
        """From when to when: the hours alone where both are of the one day that is shown."""
        last_moment = ends_at - timedelta(microseconds=1)
        if self.is_one_day and {self.first} == {day_of(m, self.zone_name) for m in (starts_at, last_moment)}:
            begin, end = clock_time(starts_at, self.zone_name), clock_time(ends_at, self.zone_name)
            return f"{begin}–{end} {zone_label(starts_at, self.zone_name)}"
        return span_text(starts_at, ends_at, self.zone_name)


def _short(day: date) -> str:
    return format_date(day, "EEE d", locale=get_language() or "en")


def lanes(extents: Sequence[Extent], least_px: int) -> list[int]:
    """The lane of each, so that no two cover one another, as few lanes as will do; narrow ones count as wide as drawn."""
    narrowest = 100 * NARROWEST_PX / least_px
    taken: list[float] = []
    chosen = [0] * len(extents)
    for place in sorted(range(len(extents)), key=lambda place: extents[place].begins):
        begins = min(extents[place].begins, 100 - narrowest)
        ends = max(extents[place].ends, begins + narrowest)
        lane = next((lane for lane, until in enumerate(taken) if until <= begins), len(taken))
        taken[lane : lane + 1] = [ends]
        chosen[place] = lane
    return chosen
