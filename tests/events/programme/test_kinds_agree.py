"""One programme written down in four ways is one programme."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.programme.listed import Listing
from events.programme.reading import read_listing
from tests.events.programme.files import FORUM, Talk, csv, ics_of, json_of, table, xml_of

texts = (
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=40)
    .map(lambda text: " ".join(normalize("NFC", text).split()))
    .filter(lambda text: text and text[0].isalpha())
)
talks = st.lists(
    st.builds(
        Talk,
        key=st.from_regex(r"[a-z][a-z0-9]{3,8}", fullmatch=True),
        title=texts,
        starts_at=st.integers(0, 3 * 24 * 60).map(
            lambda minutes: datetime(2027, 5, 12, tzinfo=UTC) + timedelta(minutes=minutes)
        ),
        lasts=st.integers(1, 8 * 60).map(lambda minutes: timedelta(minutes=minutes)),
        room=st.sampled_from(["", "Hall A", "Ruang Komodo", "会议厅"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda talk: talk.key,
)


def known(listing: Listing) -> list[tuple[object, ...]]:
    return [(one.key, one.title, one.starts_at, one.ends_at, one.point) for one in listing.sessions]


WAYS: dict[str, tuple[Callable[[Iterable[Talk]], bytes], Callable[[bytes], Listing]]] = {
    "table": (csv, table),
    "json": (json_of, lambda data: read_listing(data, FORUM)),
    "xml": (xml_of, lambda data: read_listing(data, FORUM)),
    "calendar": (ics_of, lambda data: read_listing(data, FORUM)),
}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=15, deadline=None)
@given(written=talks)
def test_what_was_written_is_read_and_read_again_the_same(way: str, written: list[Talk]) -> None:
    write, read = WAYS[way]
    data = write(written)
    listing = read(data)
    assert read(data) == listing
    meant = [
        (one.key, one.title, one.starts_at, one.ends_at, one.room or ("Hall A" if way == "json" else ""))
        for one in written
    ]
    if way == "xml":
        meant = [(*one[:4], one[4] or "Hall") for one in meant]
    assert sorted(known(listing), key=str) == sorted(meant, key=str)
