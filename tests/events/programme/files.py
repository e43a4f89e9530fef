"""Programmes as they are uploaded, of every kind, made in memory."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from events.programme.listed import Facts, Listing
from events.programme.table import PROGRAMME, sessions_of
from liaison.sheets.mapping import Mapping, columns_of, header_row_of
from liaison.sheets.reading import first_sheet, read_sheets
from tests.liaison.sheets import files

G20 = Path(__file__).parents[2] / "data" / "g20-programme.csv"
G20_FACTS = Facts("America/Argentina/Salta", date(2017, 11, 30), date(2017, 12, 2))
FORUM = Facts("Asia/Makassar", date(2027, 5, 12), date(2027, 5, 14))
TEN = datetime(2027, 5, 13, 2, 0, tzinfo=UTC)
"""10:00 WITA on the second day of the forum."""


@dataclass(frozen=True)
class Talk:
    """A session to be written down, in UTC; to the minute, as schedules keep them."""

    key: str
    title: str
    starts_at: datetime = TEN
    lasts: timedelta = timedelta(hours=1)
    room: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.lasts

    @property
    def length(self) -> str:
        hours, minutes = divmod(int(self.lasts.total_seconds()) // 60, 60)
        return f"{hours:02d}:{minutes:02d}"


def table(data: bytes, facts: Facts = FORUM, answers: dict[str, str] | None = None) -> Listing:
    """What a table lists by the columns as they are guessed."""
    sheet = first_sheet(read_sheets(data), "")
    header_row = header_row_of(sheet, PROGRAMME)
    columns = tuple((one.index, one.guess) for one in columns_of(sheet, header_row, PROGRAMME) if one.guess)
    return sessions_of(sheet, Mapping(sheet.name, header_row, columns, tuple((answers or {}).items())), facts)


def rows(*lines: Sequence[Any], facts: Facts = FORUM) -> Listing:
    return table(files.xlsx(lines), facts)


def csv(talks: Iterable[Talk]) -> bytes:
    lines = [["key", "title", "starts", "ends", "room"]]
    lines += [
        [one.key, one.title, one.starts_at.isoformat(), one.ends_at.isoformat(), one.room] for one in talks
    ]
    return files.csv_text(lines).encode()


def schedule(days: Any, **conference: Any) -> bytes:
    given = {"title": "Forum", "time_zone_name": "Asia/Makassar", "days": days} | conference
    return json.dumps({"$schema": "about:blank", "schedule": {"version": "1", "conference": given}}).encode()


def talk(key: str = "a", title: str = "Opening", **more: Any) -> dict[str, Any]:
    given = {"guid": key, "id": 7, "title": title, "date": "2027-05-13T10:00:00+08:00", "start": "10:00"}
    return given | {"duration": "01:00", "room": "Hall A", "track": "Plenary", "answers": [{"x": 1}]} | more


def day(*talks: dict[str, Any], room: str = "Hall A", **more: Any) -> dict[str, Any]:
    starts, ends = "2027-05-13T08:00:00+08:00", "2027-05-14T04:00:00+08:00"
    return {"date": "2027-05-13", "day_start": starts, "day_end": ends, "rooms": {room: list(talks)}} | more


def json_of(talks: Iterable[Talk]) -> bytes:
    return schedule(
        [
            day(
                *(
                    talk(
                        one.key, one.title, date=one.starts_at.isoformat(), duration=one.length, room=one.room
                    )
                    for one in talks
                )
            )
        ]
    )


def xml_of(talks: Iterable[Talk]) -> bytes:
    events = "".join(
        f'<event guid="{escape(one.key)}" id="1"><date>{one.starts_at.isoformat()}</date>'
        f"<duration>{one.length}</duration><room>{escape(one.room)}</room><title>{escape(one.title)}</title></event>"
        for one in talks
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><schedule><conference><time_zone_name>Asia/Makassar</time_zone_name>'
        f'</conference><day date="2027-05-13" index="1"><room name="Hall">{events}</room></day></schedule>'
    ).encode()


def entry(
    *lines: str, uid: str = "a", title: str = "Opening", start: str = "DTSTART:20270513T020000Z"
) -> str:
    given = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"SUMMARY:{title}",
        *([start] if start else []),
        *lines,
        "END:VEVENT",
    ]
    return "\r\n".join(given)


def calendar(*entries: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", *entries, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def ics_of(talks: Iterable[Talk]) -> bytes:
    def text(value: str) -> str:
        return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")

    return calendar(
        *(
            entry(
                f"DTEND:{one.ends_at:%Y%m%dT%H%M%SZ}",
                f"LOCATION:{text(one.room)}",
                uid=one.key,
                title=text(one.title),
                start=f"DTSTART:{one.starts_at:%Y%m%dT%H%M%SZ}",
            )
            for one in talks
        )
    )
