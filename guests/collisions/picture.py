"""All that bears on who can look after whom, read once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from events.models import Membership, Shift
from guests.duties import Duty
from guests.models import Assignment
from guests.stops import Stop, stops_of
from liaison.accounts.models import SpokenLanguage
from liaison.wall import openly


@dataclass(frozen=True)
class Picture:
    """All that bears on who can look after whom: duties that stand, stops, shifts, languages.

    `standing` are the duties by officer, `of_guests` the assignments by visit; `stops` and the rest by key.
    """

    standing: Mapping[int, Sequence[Duty]] = field(default_factory=dict)
    of_guests: Mapping[int, Sequence[Assignment]] = field(default_factory=dict)
    stops: Mapping[int, Sequence[Stop]] = field(default_factory=dict)
    shifts: Mapping[int, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    languages: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    @openly()  # an officer may be busy elsewhere
    def of(
        cls, officers: Collection[Membership], duties: Sequence[Duty], *, besides: Collection[int] = ()
    ) -> Self:
        """The picture around these duties, in six queries. `besides` are assignments that are being rewritten."""
        starts_at, ends_at = min(duty.starts_at for duty in duties), max(duty.ends_at for duty in duties)
        rest = timedelta(days=1)
        rows = (
            Assignment.objects.overlapping(starts_at - rest, ends_at + rest)
            .exclude(pk__in=besides)
            .select_related("officer__user", "visit__guest", "visit__event")
        )
        standing: defaultdict[int, list[Duty]] = defaultdict(list)
        for row in rows.filter(officer__in=officers):
            standing[row.officer_id].append(Duty(row.visit, row.starts_at, row.ends_at))
        of_guests: defaultdict[int, list[Assignment]] = defaultdict(list)
        for row in rows.filter(visit__in={duty.visit.pk for duty in duties}):
            of_guests[row.visit_id].append(row)
        visits = {duty.visit.pk for held in (*standing.values(), duties) for duty in held}
        return cls(standing, of_guests, stops_of(visits), _shifts(officers), _languages(officers))

    @classmethod
    def of_days(cls, officers: Collection[Membership], visits: Collection[int], *, at: datetime) -> Self:
        """The days alone, as far as they lie ahead, for whoever has the duties in hand already; in four queries."""
        return cls(stops=stops_of(visits, since=at), shifts=_shifts(officers), languages=_languages(officers))


def _shifts(officers: Collection[Membership]) -> dict[int, list[tuple[datetime, datetime]]]:
    shifts: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for shift in Shift.objects.filter(membership__in=officers).order_by("starts_at"):
        shifts[shift.membership_id].append((shift.starts_at, shift.ends_at))
    return dict(shifts)


def _languages(officers: Collection[Membership]) -> dict[int, dict[str, int]]:
    """By user, the level of each language, variants of one counted as one."""
    languages: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for spoken in SpokenLanguage.objects.filter(user__in=[officer.user_id for officer in officers]):
        name = base_language(spoken.language)
        languages[spoken.user_id][name] = max(spoken.level, languages[spoken.user_id].get(name, 0))
    return dict(languages)


def base_language(code: str) -> str:
    """“zh-Hant” is “zh” to whoever has to talk."""
    return code.replace("_", "-").split("-")[0].lower()
