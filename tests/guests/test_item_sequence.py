"""An item's number of changes, by which calendars tell which version is newer."""

from datetime import timedelta

from django.db.models import F

from guests.models import ItineraryItem
from tests.cast import Cast
from tests.factories import NOW, make_item

HOUR = timedelta(hours=1)


def number_of(item: ItineraryItem) -> int:
    return ItineraryItem.objects.values_list("sequence", flat=True).get(pk=item.pk)


def test_each_change_counts_one_whoever_writes(cast: Cast) -> None:
    item = make_item(cast.sato, "Audience")
    rows = ItineraryItem.objects.filter(pk=item.pk)
    assert number_of(item) == 0

    item.title = "Audience with the host"
    item.save()
    assert number_of(item) == 1

    rows.update(starts_at=F("starts_at") - HOUR)
    assert number_of(item) == 2

    item.refresh_from_db()
    item.state = ItineraryItem.State.CANCELLED
    ItineraryItem.objects.bulk_update([item], ["state"])
    assert number_of(item) == 3


def test_a_writer_who_counts_by_hand_counts_once(cast: Cast) -> None:
    item = make_item(cast.sato, "Audience")
    ItineraryItem.objects.filter(pk=item.pk).update(title="Farewell", sequence=F("sequence") + 1)
    assert number_of(item) == 1


def test_a_row_read_long_ago_never_takes_the_number_back(cast: Cast) -> None:
    item = make_item(cast.sato, "Audience")
    stale = ItineraryItem.objects.get(pk=item.pk)
    for title in ("Farewell", "Tea"):
        ItineraryItem.objects.filter(pk=item.pk).update(title=title)
    stale.note = "Bring the folder"
    stale.save(update_fields=["note", "sequence"])
    assert number_of(item) == 2


def test_what_no_calendar_shows_does_not_count(cast: Cast) -> None:
    item = make_item(cast.sato, "Audience")
    rows = ItineraryItem.objects.filter(pk=item.pk)
    rows.update(car_at_door_at=NOW, note="By the side gate", sequence=7)
    rows.update(title="Audience")
    assert number_of(item) == 0
    rows.update(dress="Batik")
    assert number_of(item) == 1
