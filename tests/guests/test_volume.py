"""The big event: as big as asked, the same each time, and never in an installation."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Exists, F, OuterRef
from django.test import override_settings

from events.models import Membership
from guests.models import ItineraryItem, Visit

pytestmark = pytest.mark.django_db


def make_volume(**more: bool) -> None:
    sizes = {"visits": 40, "officers": 8, "items": 400}
    call_command("make_volume", stdout=StringIO(), **sizes, **more)


def test_the_volume_is_as_big_as_asked_and_the_same_each_time() -> None:
    def told() -> list[tuple[str, str, str, str]]:
        rows = ItineraryItem.objects.order_by("pk").select_related("visit__guest", "venue")
        return [(str(row), str(row.visit), str(row.venue), row.state) for row in rows]

    make_volume()
    first = told()
    make_volume(again=True)
    assert told() == first
    assert len(first) == 400
    assert Visit.objects.count() == 40
    assert Membership.objects.officers().count() == 8


def test_days_and_duties_of_the_volume_overlap_as_in_life() -> None:
    make_volume()
    guests = Membership.objects.officers().annotate(guests=Count("assignments"))
    assert guests.filter(guests__gt=F("capacity")).exists()
    later = ItineraryItem.objects.filter(
        visit=OuterRef("visit"), starts_at__gt=OuterRef("starts_at"), starts_at__lt=OuterRef("ends_at")
    )
    assert ItineraryItem.objects.filter(Exists(later)).exists()


def test_a_second_volume_is_refused() -> None:
    make_volume()
    with pytest.raises(CommandError, match="--again"):
        make_volume()


@override_settings(HTTPS=True)
def test_an_installation_refuses_the_volume() -> None:
    with pytest.raises(CommandError, match="HTTPS is on"):
        make_volume()
