"""A programme kept as a table: days above their sessions or beside them, spans in one cell or two."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Session
from events.programme.judging import judged
from events.programme.listed import Facts, Kind, ListedSession, Listing, Message
from liaison.clock import zone
from liaison.sheets.dates import Order, day_in, order_of
from liaison.sheets.mapping import Field, Vocabulary
from liaison.sheets.mapping import Mapping as Columns
from liaison.sheets.moments import Told, told_by
from liaison.sheets.severity import Severity
from liaison.sheets.table import Cell, Row, Sheet, tidy

PROGRAMME = Vocabulary(
    (
        Field("title", ("title", "session", "session title", "topic", "activity", "acara", "kegiatan", "agenda",
                        "judul", "nama acara", "nama kegiatan", "mata acara", "uraian", "event", "description"),
              between=" – "),
        Field("date", ("date", "day", "tanggal", "tgl", "hari", "hari tanggal")),
        Field("starts_at", ("starts", "start", "start time", "starts at", "begin", "from", "time", "hours", "mulai",
                            "jam mulai", "waktu mulai", "pukul", "jam", "waktu", "dari"), joins=True),
        Field("ends_at", ("ends", "end", "end time", "ends at", "until", "to", "selesai", "jam selesai",
                          "waktu selesai", "sampai", "s d", "berakhir"), joins=True),
        Field("duration", ("duration", "length", "minutes", "durasi", "lama", "menit")),
        Field("part", ("part", "track", "type", "kind", "stream", "bagian", "jenis", "kategori")),
        Field("venue", ("venue", "place", "location", "building", "tempat", "lokasi", "gedung")),
        Field("point", ("room", "hall", "ruang", "ruangan", "aula")),
        Field("dress", ("dress", "dress code", "attire", "pakaian", "busana")),
        Field("audience", ("audience", "participants", "peserta", "hadirin", "undangan")),
        Field("state", ("status", "state", "keadaan")),
        Field("key", ("key", "id", "external key", "uid", "guid", "code", "kode", "nomor", "no")),
    )
)  # fmt: skip
"""What a column of a programme can fill."""

_CANCELLED = re.compile(r"\b(cancell?ed|batal|dibatalkan|ditiadakan)\b", re.IGNORECASE)
_CLOCK = r"\d{1,2}[.:h]\d{2}(?: ?[ap]\.?m\.?)?"
_SPAN = re.compile(
    rf"(?P<start>.*?{_CLOCK})[^\d–—-]{{0,8}}?(?:–|—|-|s/d|s\.?d\.?|sampai|hingga|until|to)\.? *(?P<end>\D{{0,6}}{_CLOCK}.*)",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"(?P<start>.*?)(?:–|—|-|s/d|s\.?d\.?)? *(?:selesai|finish|end|close)\.?", re.IGNORECASE
)
_A_DAY = timedelta(days=1)
_NO_LONGER = timedelta(
    hours=16
)  # an end before the start belongs to the next day, if the session then is no longer
_LENGTH = re.compile(
    r"(?:(\d{1,2}) ?(?:h|hours?|jam|:) ?)?(?:(\d{1,4}) ?(?:m|min|mins|minutes|menit|')?)?", re.IGNORECASE
)


def label_of(key: str) -> str:
    """What a field is called on screens, in the reader's language."""
    return str(_LABELS.get(key) or Session._meta.get_field(key).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001 (Django's own API)


_LABELS = {
    "date": gettext_lazy("day"),
    "duration": gettext_lazy("duration"),
    "key": gettext_lazy("external key"),
}


@dataclass(frozen=True)
class _Reader:
    """What reading a row needs beside the row."""

    columns: Mapping[str, tuple[int, ...]]
    facts: Facts
    order: Order

    def cells(self, row: Row, key: str) -> list[Cell]:
        return [cell for column in self.columns.get(key, ()) if tidy(cell := row.cell(column))]

    def text(self, row: Row, key: str) -> str:
        between = PROGRAMME.by_key[key].between
        return between.join(tidy(cell) for cell in self.cells(row, key))

    def told(self, cells: Iterable[Cell]) -> Told | None:
        return told_by(cells, self.order, self.facts.starts_on)


def sessions_of(sheet: Sheet, mapping: Columns, facts: Facts) -> Listing:
    """What the table lists by its chosen columns, judged. A day said once holds for the rows below it."""
    body = sheet.below(mapping.header_row)
    order, doubt = _order(mapping, body, facts)
    reader = _Reader(mapping.fields, facts, order)
    day = facts.starts_on if facts.starts_on == facts.ends_on else None
    sessions = []
    for row in body:
        if heading := _day_alone(row, reader):
            day = heading
            continue
        told = reader.told(reader.cells(row, "date"))
        day = told.day if told and told.day else day
        if session := _session(row, reader, day):
            sessions.append(session)
    return Listing(Kind.TABLE, judged(sessions, facts), doubt)


def _order(mapping: Columns, body: Sequence[Row], facts: Facts) -> tuple[Order, tuple[Message, ...]]:
    """Which figure is the day, as answered or as the file proves it; else the first, with a word about it."""
    if (answer := mapping.answer("order")) in list(Order):
        return Order(answer), ()
    columns = [column for key in ("date", "starts_at", "ends_at") for column in mapping.fields.get(key, ())]
    texts = (cell for row in body for column in columns if isinstance(cell := row.cell(column), str))
    week = timedelta(days=7)
    if order := order_of(texts, facts.starts_on - week, facts.ends_on + week):
        return order, ()
    text = _("05/06 may be May or June in this file; the first figure is taken for the day.")
    return Order.DAY_FIRST, (Message(Severity.WARNING, "date", text),)


def _day_alone(row: Row, reader: _Reader) -> date | None:
    """The day of a row that says nothing but a day: “Hari ke-1, Rabu 12 Mei 2027” above its sessions."""
    said = {tidy(cell) for cell in row.cells if tidy(cell)}
    if len(said) != 1:
        return None
    [cell] = [cell for cell in row.cells if tidy(cell)][:1]
    told = reader.told([cell])
    if told and told.day and told.clock is None:
        return told.day
    found = day_in(said.pop().casefold(), reader.order, reader.facts.starts_on)
    return found[0] if found else None


def _session(row: Row, reader: _Reader, day: date | None) -> ListedSession | None:
    title, (start, end) = reader.text(row, "title"), _span(row, reader)
    if not title and not start:
        return None
    begins, ends = _on_day(reader.told(start), reader.told(end), day)
    starts_at = begins.moment(reader.facts.time_zone) if begins else None
    ends_at: datetime | None = None
    messages: list[Message] = []
    if starts_at and end:
        ends_at, messages = _end(end, ends, starts_at, reader)
    elif starts_at and (length := _length(reader.cells(row, "duration"))):
        ends_at = starts_at + length
    if start and starts_at is None:
        messages = [_no_start(start, begins)]
    return ListedSession(
        place=str(row.number),
        key=reader.text(row, "key"),
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        part=reader.text(row, "part"),
        venue=reader.text(row, "venue"),
        point=reader.text(row, "point"),
        dress=reader.text(row, "dress"),
        audience=reader.text(row, "audience"),
        is_cancelled=bool(
            _CANCELLED.search(reader.text(row, "state")) or title.casefold().startswith("batal:")
        ),
        messages=tuple(messages),
    )


def _on_day(begins: Told | None, ends: Told | None, day: date | None) -> tuple[Told | None, Told | None]:
    """Both on the day where they name none, and in the zone that either names: “10.00–11.30 WITA”."""
    offset = (begins and begins.offset) or (ends and ends.offset) or None
    begins = begins and replace(begins, day=begins.day or day, offset=begins.offset or offset)
    return begins, ends and replace(ends, offset=ends.offset or offset)


def _span(row: Row, reader: _Reader) -> tuple[list[Cell], list[Cell]]:
    """The cells of the start and of the end; a span in one cell is taken apart."""
    start, end = reader.cells(row, "starts_at"), reader.cells(row, "ends_at")
    if len(start) == 1 and not end and isinstance(start[0], str):
        if found := _SPAN.fullmatch(start[0]):
            return [found["start"]], [found["end"]]
        if found := _OPEN_END.fullmatch(start[0]):
            return [found["start"]], []
    return start, [cell for cell in end if not (isinstance(cell, str) and _OPEN_END.fullmatch(cell))]


def _end(
    cells: list[Cell], ends: Told | None, starts_at: datetime, reader: _Reader
) -> tuple[datetime | None, list[Message]]:
    """The end; one without a day is on the day of the start, or on the next where that makes a session of it."""
    zone_name = reader.facts.time_zone
    if ends is None or ends.clock is None:
        text = _("“%(text)s” is no time.") % {"text": " ".join(map(tidy, cells))[:80]}
        return None, [Message(Severity.WARNING, "ends_at", text)]
    if ends.day:
        return ends.moment(zone_name), []
    local = starts_at.astimezone(ends.offset or zone(zone_name)).date()
    ends_at = replace(ends, day=local).moment(zone_name)
    if ends_at and ends_at <= starts_at < ends_at + _A_DAY <= starts_at + _NO_LONGER:
        text = _("It ends on the next day, past midnight.")
        return ends_at + _A_DAY, [Message(Severity.WARNING, "ends_at", text)]
    return ends_at, []


def _length(cells: list[Cell]) -> timedelta | None:
    """A duration in minutes, or in hours and minutes: 90, “90 menit”, “1:30”, “1 jam 30”."""
    if not cells:
        return None
    found = _LENGTH.fullmatch(tidy(cells[0]))
    length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0)) if found else timedelta()
    return length if timedelta() < length <= timedelta(days=7) else None


def _no_start(cells: list[Cell], told: Told | None) -> Message:
    text = " ".join(map(tidy, cells))[:80]
    if told and told.clock and not told.day:
        return Message(Severity.ERROR, "starts_at", _("A time without a day; no row above names one."))
    return Message(Severity.ERROR, "starts_at", _("“%(text)s” is no day and time.") % {"text": text})
