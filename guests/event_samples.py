"""Invented books and lists of movements for those who design paper: forty of everything, long names, every script, and none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from guests.event_facts import (
    BookContact,
    BookDelegation,
    BookGuest,
    BookOfficer,
    BookSession,
    BookVenue,
    EventBook,
)
from guests.journeys import COMING, GOING, CarDay, Drive, Journey, Manifest, Person, Reach
from guests.models import Print
from guests.samples import BEGINS, EVENT, GUESTS, LONG_NAME, LONG_OFFICE
from guests.side_by_side import BOTH

_DAY = EVENT.starts_on
_SARI, _MADE = Reach("Sari Wulandari", "+6281234567890"), Reach("Yohanes Jehabut", "+6281298765432")
_AIRPORT, _HALL = "Komodo International Airport", "Golo Mori Convention Centre"


def sample_books() -> Iterator[tuple[str, str, EventBook]]:
    """What each is called, the language to set it in, and the book."""
    usual = _book(delegations=4, guests=3, days=3)
    yield "id", "id", usual
    yield "en", "en", usual
    yield "both", BOTH, usual
    yield "scripts", "en", replace(usual, delegations=tuple(_of_every_script()))
    yield "long", BOTH, _long(usual)
    yield "forty", "en", _book(delegations=40, guests=5, days=5)
    yield "forty-both", BOTH, _book(delegations=40, guests=5, days=5)
    nothing = EventBook(replace(EVENT, host="", city=""), "rank", (), (), (), (), (), ())
    yield "none", BOTH, nothing


def sample_manifests() -> Iterator[tuple[str, str, Print.Kind, Manifest]]:
    """The same of lists of movements, with the kind of each."""
    arrivals, transport = Print.Kind.ARRIVALS, Print.Kind.TRANSPORT
    for language in ("id", "en", BOTH):
        yield f"arrivals-{language.replace('+', '-')}", language, arrivals, _comings(12, _DAY)
        yield f"transport-{language.replace('+', '-')}", language, transport, _driven(5)
    yield "arrivals-event", BOTH, arrivals, _comings(80, "")
    yield "arrivals-forty", "en", arrivals, _comings(40, _DAY)
    yield "transport-forty", "id", transport, _driven(40)
    people = tuple(_people())
    yield "arrivals-scripts", "en", arrivals, _comings(len(people), _DAY, people=people)
    yield "transport-scripts", "id", transport, _driven(len(people), people=people)
    long_people = (Person(LONG_NAME, "MG", LONG_OFFICE, "vvip", 12),)
    yield "arrivals-long", BOTH, arrivals, _comings(6, _DAY, people=long_people)
    yield "transport-long", BOTH, transport, _driven(4, people=long_people)
    yield "arrivals-none", BOTH, arrivals, Manifest(EVENT, _DAY)
    yield "transport-none", BOTH, transport, Manifest(EVENT, _DAY)


def _at(hours: float) -> str:
    return (BEGINS + timedelta(hours=hours)).isoformat()


def _book(*, delegations: int, guests: int, days: int) -> EventBook:
    contacts = (
        BookContact("security", "Security desk", "+6281299990000", "channel 4"),
        BookContact("medical", "Dr Maria Goreti", "+6281299990001", ""),
        BookContact("transport", "Transport desk", "+6281299990002", ""),
    )
    hall = BookVenue(
        "venue", _HALL, "Balai Sidang Golo Mori", "Golo Mori, Komodo", "",
        (("entrance", "North entrance"), ("gate", "Gate A"), ("gate", "Gate B"), ("room", "Hall A"), ("room", "Bilateral room 1")),
        contacts[:1],
    )  # fmt: skip
    hotel = BookVenue(
        "hotel", "Ayana Komodo Waecicu Beach", "", "Jalan Pantai Waecicu, Labuan Bajo", "", (), ()
    )
    airport = BookVenue(
        "airport",
        _AIRPORT,
        "Bandar Udara Komodo",
        "Jalan Yohanes Sahadun",
        "",
        (("lounge", "VIP lounge"),),
        (),
    )
    return EventBook(
        event=EVENT, precedence="rank",
        sessions=tuple(_session(day, hour) for day in range(days) for hour in range(8)),
        venues=(hall, hotel, airport), contacts=contacts,
        coordinators=(BookOfficer("Ratna Kusuma", "+6281299990003", ()), BookOfficer("Putu Wijaya", "", ())),
        officers=tuple(
            BookOfficer(f"Officer {number + 1}", "+6281234567890", (f"Minister {number + 1}", f"Governor {number + 1}"))
            for number in range(delegations)
        ),
        delegations=tuple(_delegation(number, guests) for number in range(delegations)),
    )  # fmt: skip


def _session(day: int, hour: int) -> BookSession:
    starts = 24 * day + 1.25 * hour
    titles = (
        "Opening ceremony",
        "Plenary on oceans, coasts and islands",
        "Lunch",
        "Signing of the joint statement",
    )
    return BookSession(
        title=titles[hour % 4], part="Plenary" if hour % 2 else "", starts_at=_at(starts), ends_at=_at(starts + 1),
        place=_HALL, point="Hall A", dress="Batik" if hour % 3 == 0 else "", audience="Heads of delegation" if hour % 4 == 1 else "",
    )  # fmt: skip


def _delegation(number: int, guests: int) -> BookDelegation:
    names = list(GUESTS.values())
    name, native_name, country = names[number % len(names)]
    people = tuple(
        BookGuest(
            f"H.E. {name}" if not place else f"Member {number + 1}.{place}", native_name if not place else "", country,
            "Minister of Fisheries" if not place else "Director", "", ("vvip", "vip", "guest")[min(place, 2)], not place,
            (f"Officer {number + 1}",),
        )
        for place in range(guests)
    )  # fmt: skip
    return BookDelegation(f"Delegation {number + 1}", country, people)


def _of_every_script() -> Iterator[BookDelegation]:
    for name, native_name, country in GUESTS.values():
        guest = BookGuest(
            name, native_name, country, "Minister", native_name, "vvip", True, ("Sari Wulandari",)
        )
        yield BookDelegation(native_name or name, country, (guest,))


def _long(usual: EventBook) -> EventBook:
    guest = BookGuest(
        LONG_NAME, "عبد الرحمن بن خالد آل ثاني", "MG", LONG_OFFICE, LONG_OFFICE, "vvip", True, (LONG_NAME,)
    )
    session = replace(
        usual.sessions[0],
        title=LONG_OFFICE,
        part=LONG_OFFICE,
        point=LONG_NAME,
        dress=LONG_OFFICE,
        ends_at=_at(30),
    )
    venue = replace(
        usual.venues[0],
        name=LONG_OFFICE,
        address=LONG_OFFICE,
        points=(("gate", "G" * 120), ("gate", LONG_NAME)),
    )
    return replace(
        usual, event=replace(EVENT, name=f"Forum of the {LONG_OFFICE}", host=LONG_OFFICE), sessions=(session,) * 3, venues=(venue,),
        officers=(BookOfficer(LONG_NAME, "+6281234567890", (LONG_NAME,) * 3),),
        delegations=(BookDelegation(LONG_OFFICE, "MG", (guest,) * 2), BookDelegation("", "", (guest,))),
    )  # fmt: skip


def _people() -> Iterator[Person]:
    for number, (name, native_name, country) in enumerate(GUESTS.values()):
        yield Person(
            f"{name} {native_name}".strip(),
            country,
            native_name or name,
            ("vvip", "vip", "guest")[number % 3],
            number % 4,
        )


def _comings(number: int, day: str, *, people: tuple[Person, ...] = ()) -> Manifest:
    people = people or tuple(
        Person(f"H.E. Minister {one + 1}", "JP", "Japan", "vip", one % 4) for one in range(20)
    )
    step = 72 / number if not day else 12 / number
    journeys = [
        Journey(
            way=GOING if one % 3 == 2 else COMING, moment=_at(one * step), precision="approximate" if one % 5 == 1 else "exact",
            as_written="", flight_number=f"GA {7000 + one}", place=_AIRPORT, point="VIP gate 2" if one % 3 != 2 else "",
            met_by="Protocol team" if one % 4 == 0 else "", guest=people[one % len(people)],
            officer=_SARI if one % 6 else Reach(), plate="EB 1234 XY" if one % 4 else "", driver=_MADE if one % 4 else Reach(),
        )
        for one in range(number)
    ]  # fmt: skip
    if not day:
        journeys.append(
            replace(
                journeys[0], moment="", precision="tbc", as_written="Early in the morning of the second day"
            )
        )
    return Manifest(EVENT, day, journeys=tuple(journeys))


def _driven(number: int, *, people: tuple[Person, ...] = ()) -> Manifest:
    people = people or tuple(
        Person(f"H.E. Minister {one + 1}", "JP", "Japan", "vip", one % 4) for one in range(20)
    )
    cars = [CarDay("", "", Reach(), (_ride(0, people[:1]),))]
    for one in range(number):
        rides = tuple(_ride(one + place, people[one % len(people) :][: 1 + place]) for place in range(3))
        cars.append(
            CarDay(f"EB {1000 + one} XY", "Toyota Alphard, black", _MADE if one % 4 else Reach(), rides)
        )
    return Manifest(EVENT, _DAY, cars=tuple(cars))


def _ride(hour: int, people: tuple[Person, ...]) -> Drive:
    starts = hour % 12
    return Drive(
        leave_by_at=_at(starts - 0.25), starts_at=_at(starts), precision="exact", is_tentative=hour % 5 == 4, origin=_AIRPORT,
        place=_HALL, point="Gate B", flight_number="", guests=people, officers=(_SARI,) if hour % 3 else (),
    )  # fmt: skip
