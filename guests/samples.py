"""Invented itineraries for those who design paper: long names, forty items, none, and a guest of every script."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from guests.duty_day import Asked, Duty, DutyDay, Reach, Ride
from guests.itinerary import Day, EventFacts, GuestFacts, Item, Itinerary, Officer, Place
from guests.models import Print
from guests.prints import digest_of
from guests.wording import LANGUAGES
from liaison.clock import day_of

PRINTED_AT = datetime(2027, 5, 10, 2, tzinfo=UTC)
_ZONE = "Asia/Makassar"
BEGINS = datetime(2027, 5, 12, 1, tzinfo=UTC)  # 09.00 WITA
EVENT = EventFacts(
    name="Forum Nusantara 2027", host="Kementerian Kelautan dan Perikanan", city="Labuan Bajo", country="ID",
    time_zone=_ZONE, starts_on="2027-05-12", ends_on="2027-05-14", colour="#9a7128", logo="",
)  # fmt: skip
_HOTEL = Place("Ayana Komodo Waecicu Beach", "", "Jalan Pantai Waecicu, Labuan Bajo", "")
_AIRPORT = Place("Komodo International Airport", "Bandar Udara Komodo", "Jalan Yohanes Sahadun", "")
_HALL = Place("Golo Mori Convention Centre", "Balai Sidang Golo Mori", "Golo Mori, Komodo", "")
_OFFICER = Officer(
    "Sari Wulandari", "+6281234567890", "", "2027-05-11T00:00:00+00:00", "2027-05-15T00:00:00+00:00"
)
LONG_NAME = (
    "Tunku Datuk Seri Panglima Doctor Alexandra Wilhelmina Konstantinopoulou-Ratsiraka of the Seven Islands"
)
LONG_OFFICE = (
    "Deputy Prime Minister and Minister for the Sea, the Coasts, the Outer Islands and Regional Development"
)
GUESTS = {
    "id": ("Raden Ayu Kusumawardhani", "", "ID"),
    "en": ("Sir Alexander Montgomery-Hughes", "", "GB"),
    "ar": ("Abdulrahman bin Khalid Al Thani", "عبد الرحمن بن خالد آل ثاني", "QA"),
    "zh-hans": ("Wang Xiaoming", "王小明", "CN"),
    "ja": ("Sato Kenji", "佐藤 健二", "JP"),
    "ko": ("Han Duck-soo", "한덕수", "KR"),
    "fr": ("Éléonore de La Rochefoucauld", "", "FR"),
    "es": ("María José Ibáñez Núñez", "", "ES"),
    "ru": ("Yekaterina Shcherbakova", "Екатерина Щербакова", "RU"),
    "hi": ("Narendra Krishnamurthy", "नरेन्द्र कृष्णमूर्ति", "IN"),
    "th": ("Somchai Jaidee", "สมชาย ใจดี", "TH"),
}


def sample_itineraries() -> Iterator[tuple[str, str, Itinerary]]:
    """What each is called, the language to set it in, and the itinerary."""
    for language in LANGUAGES:
        yield language, language, _of(language)
    usual = _of("en")
    long_guest = replace(
        usual.guest,
        name=LONG_NAME,
        honorific_before="Her Excellency the Right Honourable",
        office=LONG_OFFICE,
    )
    yield "long", "en", replace(usual, guest=long_guest, days=_days(list(_items()) * 2))
    yield "forty", "en", replace(usual, days=_days(_forty()))
    yield "forty-ar", "ar", replace(_of("ar"), days=_days(_forty()))
    yield "none", "en", replace(usual, officers=(), hotel=None, days=())


def sample_days() -> Iterator[tuple[str, str, DutyDay]]:
    """The same of officers' days."""
    usual = _duty_day()
    yield "id", "id", usual
    yield "en", "en", usual
    yield (
        "scripts", "en",
        replace(usual, called="Sheikh Abdulrahman", native_name="عبد الرحمن بن خالد آل ثاني", guest_country="QA",
                entourage=("佐藤 健二 (interpreter)", "عبد الله", "สมชาย ใจดี", "Екатерина"), hotel="会議センター"),
    )  # fmt: skip
    long_text = (
        "which is long enough to need more than one line of its column, and then a little more than that"
    )
    duties = tuple(
        replace(usual.duties[1], title=f"Session {number + 1}, {long_text}", note=long_text) for number in range(40)
    )  # fmt: skip
    yield (
        "forty",
        "en",
        replace(usual, called="Tunku Datuk Seri Panglima " * 3, duties=duties, rides=usual.rides * 12),
    )
    yield (
        "none", "en",
        replace(usual, red_lines=(), courtesy=(), duties=(), rides=(), entourage=(), contacts=(), requests=()),
    )  # fmt: skip


def sample_print(paper: Any, language: str, *, kind: Print.Kind | None = None, version: int = 1) -> Print:
    """The paper as a print that is stored nowhere; with a number, so that a code stands on it. A list is told its kind."""
    data = paper.as_data()
    usual = Print.Kind.HANDOUT if isinstance(paper, Itinerary) else Print.Kind.DAY_SHEET
    return Print(
        pk=1, kind=kind or usual, language=language, version=version, data=data, digest=digest_of(data), printed_at=PRINTED_AT
    )  # fmt: skip


def _duty_day() -> DutyDay:
    def at(hours: float) -> str:
        return (BEGINS + timedelta(hours=hours)).isoformat()

    plain = Duty(
        title="", kind="session", leave_by_at="", arrives_at="", starts_at="", ends_at="", precision="exact",
        is_tentative=False, is_for_officers=False, flight_number="", origin="", place="", entry="", greeter="", seat="",
        interpreter="", dress="", gift="", note="",
    )  # fmt: skip
    duties = (
        replace(plain, title="Arrival", kind="flight", flight_number="GA 452", arrives_at=at(1.5), starts_at=at(0), ends_at=at(1.5),
                origin="Jakarta", place=_AIRPORT.name, entry="VIP gate 2", greeter="Governor's aide", gift="Ikat shawl"),
        replace(plain, title="Opening ceremony", leave_by_at=at(4), arrives_at=at(4.75), starts_at=at(5), ends_at=at(7),
                place=_HALL.name, entry="Gate B", greeter="Chief of protocol", seat="Row 1, seat 4", interpreter="Ms Ito",
                dress="Batik"),
        replace(plain, title="Officers' briefing", is_for_officers=True, starts_at=at(7.5), ends_at=at(8), place="Room 3"),
        replace(plain, title="Bilateral meeting", is_tentative=True, precision="approximate", starts_at=at(8),
                ends_at=at(8.75), place=_HALL.name, seat="Facing the door", gift="Book on the Komodo park"),
        replace(plain, title="Dinner on the water", leave_by_at=at(10), starts_at=at(10.5), ends_at=at(16), place=_HOTEL.name,
                dress="Lounge suit", note="No shellfish on the table"),
    )  # fmt: skip
    return DutyDay(
        event=EVENT.name, time_zone=_ZONE, country="ID", day="2027-05-12", officer=_OFFICER.name, called="Minister Sato",
        name="H.E. Sato Kenji", native_name="佐藤 健二", guest_country="JP", pronunciation="SAH-toh KEN-jee", level="vvip",
        office="Minister of Fisheries · Japan", languages=("ja", "en"), diet="No shellfish", hotel=_HOTEL.name,
        red_lines=("Allergic to shellfish: EpiPen with the aide", "Never seat beside the delegate of Ruritania"),
        courtesy=(("address", "Minister, then Minister Sato"), ("greeting", "Slight bow; a hand only if offered"),
                  ("gift", "With both hands; not opened at once"), ("dont", "No photographs while eating")),
        duties=duties,
        rides=(
            Ride(at(1.6), _AIRPORT.name, _HOTEL.name, "EB 1234 XY", "Toyota Alphard, black", "Yohanes Jehabut", "+6281298765432"),
            Ride(at(4), _HOTEL.name, _HALL.name, "EB 1234 XY", "Toyota Alphard, black", "Yohanes Jehabut", "+6281298765432"),
        ),
        entourage=("3: spouse, aide (Ms Ito, +81 90 1234 5678), one security", "Delegation of Japan"),
        contacts=(
            Reach("security", "Security desk", "+6281299990000", "channel 4"), Reach("medical", "Dr Maria Goreti", "+6281299990001", ""),
            Reach("transport", "Transport desk", "+6281299990002", ""), Reach("coordination", "Ratna Kusuma", "+6281299990003", ""),
            Reach("colleague", "Bagus Pratama", "+6281299990004", ""),
        ),
        requests=(Asked("water", "Still water, without ice", at(-2), at(3)), Asked("interpreter", "", at(-1), "")),
    )  # fmt: skip


def _of(language: str) -> Itinerary:
    name, native_name, country = GUESTS[language]
    guest = GuestFacts(
        name=name, honorific_before="H.E.", honorific_after="", native_name=native_name, office="Minister of Fisheries",
        organisation="", country=country,
    )  # fmt: skip
    return Itinerary(EVENT, guest, (_OFFICER,), _HOTEL, _days(_items()))


def _items() -> Iterator[Item]:
    arrival = _item("Arrival", 0, 1.5, place=_AIRPORT, point="VIP gate 2", flight_number="GA 452")
    yield replace(arrival, origin=Place("Jakarta", "", "", ""))
    yield _item("Opening ceremony", 5, 2, place=_HALL, point="Hall A", dress="Batik")
    bilateral = _item("Bilateral meeting", 8, 0.75, place=_HALL)
    yield replace(bilateral, is_tentative=True, precision="approximate")
    yield _item("Dinner on the water", 10.5, 5.5, place=_HOTEL, dress="Lounge suit")
    yield _item("Visit to Komodo National Park", 23, 8)
    yield replace(_item("Press meeting", 0, 0), starts_at="", ends_at="", precision="tbc")


def _forty() -> Iterator[Item]:
    for number in range(40):
        yield _item(f"Session {number + 1}: oceans, coasts and islands", number * 1.6, 1.25, place=_HALL)


def _item(
    title: str, hours: float, length: float, *, place: Place | None = None, point: str = "", dress: str = "",
    flight_number: str = "",
) -> Item:  # fmt: skip
    starts_at = BEGINS + timedelta(hours=hours)
    ends_at = starts_at + timedelta(hours=length)
    return Item(
        title=title, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat(), precision="exact", is_tentative=False,
        flight_number=flight_number, origin=None, place=place, point=point, dress=dress,
    )  # fmt: skip


def _days(items: Iterable[Item]) -> tuple[Day, ...]:
    by_day: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: item.starts_at or "9"):
        on = day_of(datetime.fromisoformat(item.starts_at), _ZONE).isoformat() if item.starts_at else ""
        by_day.setdefault(on, []).append(item)
    return tuple(Day(on, tuple(of_day)) for on, of_day in by_day.items())
