"""What changed for whom in a guest's plan: gathered, told once to those on duty, never to who changed it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pghistory
import pytest
from django.core.mail import EmailMessage
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from events.models import Driver
from guests.changes import LONGEST, MOST_TOLD, QUIET, URGENT_QUIET, tell_changes
from guests.delays import foresee, report_delay
from guests.feeds import days_of, make_feed
from guests.models import Assignment, ItineraryItem, PlanMark, ToldPlan, Visit
from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.dispatch import dispatch
from liaison.notices.models import Notice
from liaison.notices.wording import Words, word
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_item,
    make_member,
    make_session,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)
LATER = NOW + DAY  # of what is not urgent


@pytest.fixture
def known(cast: Cast) -> Cast:
    """The officers know the plans as they stand: Mr Sato's meeting is tomorrow at 09:00 WITA."""
    ItineraryItem.objects.update(starts_at=LATER, ends_at=LATER + HOUR)
    tick(NOW)
    assert list(told()) == []
    return cast


def tick(at: datetime) -> int:
    """What beat asks for, but for sending."""
    plan_marked_visits(at=at)
    return tell_changes(at=at)


def ticks(start: datetime, end: datetime) -> list[datetime]:
    """Tick every ten seconds; the moments at which somebody was told."""
    steps = int((end - start).total_seconds()) // 10
    return [moment for step in range(steps + 1) if tick(moment := start + step * 10 * SECOND)]


def told() -> Any:
    return Notice.objects.filter(kind="changes").order_by("pk")


def words_to(user: User) -> list[Words]:
    return [word(notice) for notice in told().filter(recipient=user).select_related("recipient")]


def lines_to(user: User) -> list[str]:
    """What the person is told, line by line, of all notices."""
    texts = [line for words in words_to(user) for line in words.text.splitlines()]
    return [line.removeprefix("- ") for line in texts if line.startswith("- ")]


def of_sato(cast: Cast) -> Any:
    return ItineraryItem.objects.filter(visit=cast.sato)


def test_ten_edits_are_told_once_from_what_was_known_to_what_holds(known: Cast) -> None:
    for number in range(10):
        of_sato(known).update(title=f"Gala {number}", starts_at=LATER + number * MINUTE)
        tick(NOW + number * 10 * SECOND)
    assert ticks(NOW + 90 * SECOND, NOW + 10 * MINUTE) == [NOW + 90 * SECOND + QUIET]
    (notice,) = told()
    assert (notice.recipient, notice.event, notice.is_urgent) == (known.sari, known.event, False)
    assert lines_to(known.sari) == [
        "Gala 9: was “Meeting of Sato”",
        "Gala 9: Fri, 14 May 09:00 → 09:09 WITA",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"starts_at": LATER + MINUTE, "ends_at": LATER + 61 * MINUTE}, "Meeting of Sato: Fri, 14 May 09:00 → 09:01 WITA"),
        ({"starts_at": LATER + DAY, "ends_at": None}, "Meeting of Sato: Fri, 14 May 09:00 → Sat, 15 May 09:00 WITA"),
        ({"ends_at": LATER + 2 * HOUR}, "Meeting of Sato, until: Fri, 14 May 10:00 → 11:00 WITA"),
        ({"precision": "approximate"}, "Meeting of Sato: Fri, 14 May 09:00 → ~09:00 WITA"),
        ({"starts_at": None, "ends_at": None, "precision": "tbc"}, "Meeting of Sato: Fri, 14 May 09:00 WITA → to be said"),
        ({"state": "tentative"}, "Meeting of Sato: tentative again"),
        ({"state": "cancelled"}, "Cancelled: Meeting of Sato, Fri, 14 May 09:00 WITA"),
        ({"title": "Gala"}, "Gala: was “Meeting of Sato”"),
        ({"leave_by_at": LATER - HOUR}, "Meeting of Sato, leave by: to be said → Fri, 14 May 08:00 WITA"),
        ({"venue": None}, "Meeting of Sato, place: Hall Sato → to be said"),
        ({"flight_number": "GA 452"}, "Meeting of Sato, flight: to be said → GA 452"),
    ],
)  # fmt: skip
def test_every_kind_of_change_is_said(known: Cast, change: dict[str, Any], said: str) -> None:
    of_sato(known).update(**change)
    ItineraryItem.objects.filter(visit=known.lim).update(note="Of no concern", seat="1A")
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari)[0] == said
    (words,) = words_to(known.sari)
    assert words.subject.startswith("Mr Sato: ")
    assert {notice.recipient for notice in told()} == {known.sari}


def test_a_car_a_place_and_where_from_are_said_from_what_to_what(known: Cast) -> None:
    plate = of_sato(known).get().vehicle.plate
    hall, hotel = make_venue(known.event, "Great Hall"), make_venue(known.event, "Grand Komodo")
    of_sato(known).update(vehicle=make_vehicle(known.event, "B 1 XYZ"), venue=hall, origin=hotel)
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari) == [
        "Meeting of Sato, place: Hall Sato → Great Hall",
        "Meeting of Sato, from: to be said → Grand Komodo",
        f"Meeting of Sato, car: {plate} → B 1 XYZ",
    ]
    (words,) = words_to(known.sari)
    assert words.subject == "Mr Sato: 3 changes of plan"


def test_another_driver_than_the_cars_is_said(known: Cast) -> None:
    of_sato(known).update(driver=Driver.objects.create(event=known.event, name="Pak Made", phone="+628123"))
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari) == ["Meeting of Sato, driver: the car’s usual one → Pak Made"]


def test_new_items_deleted_ones_and_confirmed_ones_are_said(known: Cast) -> None:
    of_sato(known).delete()
    tea = make_item(
        known.sato,
        "Tea",
        starts_at=LATER + HOUR,
        state="tentative",
        venue=make_venue(known.event, "Pavilion"),
    )
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari) == [
        "Cancelled: Meeting of Sato, Fri, 14 May 09:00 WITA",
        "New, not confirmed: Tea, Fri, 14 May 10:00 WITA, Pavilion",
    ]
    ItineraryItem.objects.filter(pk=tea.pk).update(state="confirmed")
    ticks(NOW + HOUR, NOW + HOUR + QUIET)
    assert lines_to(known.sari)[2:] == ["Tea: confirmed"]


def test_arrival_departure_and_hotel_are_said_and_no_room(known: Cast) -> None:
    hotel = make_venue(known.event, "Grand Komodo", kind="hotel")
    suite = hotel.points.create(kind="room", name="Suite 7701")
    Visit.objects.filter(pk=known.sato.pk).update(
        arrives_at=LATER, departs_at=LATER + HOUR, departure_precision="approximate", hotel=hotel, room="7701"
    )
    of_sato(known).update(venue=hotel, point=suite)
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari) == [
        "Arrival: to be said → Fri, 14 May 09:00 WITA",
        "Hotel: to be said → Grand Komodo",
        "Departure: to be said → ~Fri, 14 May 10:00 WITA",
        "Meeting of Sato, place: Hall Sato → Grand Komodo",
    ]
    assert "7701" not in str(told().get().payload)


@pytest.mark.parametrize("is_between", [False, True])
def test_what_is_changed_back_is_not_told(known: Cast, *, is_between: bool) -> None:
    """Whether the planner saw it in between or not."""
    plan = of_sato(known)
    for change, undo in (
        ({"title": "Gala"}, {"title": "Meeting of Sato"}),
        ({"state": "cancelled"}, {"state": "confirmed"}),
    ):
        plan.update(**change)
        if is_between:
            tick(NOW)
            assert ToldPlan.objects.waiting().count() == 1
        plan.update(**undo)
    make_item(known.sato, "Not after all").delete()
    assert ticks(NOW + MINUTE, NOW + 15 * MINUTE) == []
    assert not told().exists()


def test_the_maker_is_not_told_and_the_deputy_is(known: Cast) -> None:
    make_assignment(known.sato, known.bagus_officer, role="deputy")
    tick(NOW)
    with pghistory.context(user=known.sari.pk):
        of_sato(known).update(title="Gala")
    ticks(NOW, NOW + QUIET)
    assert (lines_to(known.sari), lines_to(known.bagus)) == ([], ["Gala: was “Meeting of Sato”"])


def test_who_changes_one_thing_is_told_what_others_changed(known: Cast) -> None:
    make_item(known.sato, "Tea", starts_at=LATER + HOUR)
    ticks(NOW, NOW + QUIET)
    told().delete()
    with pghistory.context(user=known.sari.pk):
        of_sato(known).filter(title="Tea").update(title="Coffee")
    with pghistory.context(user=known.ratna.pk):
        of_sato(known).filter(title="Meeting of Sato").update(title="Gala")
        of_sato(known).update(note="which nobody is told")
    ticks(NOW + HOUR, NOW + HOUR + QUIET)
    assert lines_to(known.sari) == ["Gala: was “Meeting of Sato”"]


def test_nobody_off_duty_and_nobody_of_another_event_is_told(known: Cast) -> None:
    okafor = make_assignment(known.okafor, make_member(make_user("Nina"), known.other_event))
    tick(NOW)
    ItineraryItem.objects.filter(visit=known.okafor).update(title="Elsewhere")
    of_sato(known).update(title="Gala")
    ticks(NOW, NOW + QUIET)
    assert {notice.recipient for notice in told()} == {known.sari, okafor.officer.user}
    assert lines_to(okafor.officer.user) == ["Elsewhere: was “Meeting of Okafor”"]
    assert "Sato" not in str(told().get(recipient=okafor.officer.user).payload)


def test_what_is_over_or_outside_the_duty_is_not_told(known: Cast) -> None:
    make_item(known.sato, "Yesterday", starts_at=NOW - 3 * HOUR)
    make_item(known.sato, "Next week", starts_at=NOW + 7 * DAY)
    going_on = make_item(known.sato, "Going on", starts_at=NOW - MINUTE)
    ticks(NOW, NOW + QUIET)
    assert [line.split(",")[0] for line in lines_to(known.sari)] == ["New: Going on"]
    told().delete()
    of_sato(known).exclude(pk=going_on.pk).filter(title__in=["Yesterday", "Next week"]).update(
        title="Renamed"
    )
    ticks(NOW + 5 * MINUTE, NOW + 5 * MINUTE + QUIET)
    assert not told().exists()


def test_what_leaves_the_duty_is_told(known: Cast) -> None:
    of_sato(known).update(starts_at=NOW + 7 * DAY, ends_at=None)
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari)[0] == "Meeting of Sato: Fri, 14 May 09:00 → Thu, 20 May 09:00 WITA"


def test_who_comes_on_duty_knows_the_plan_and_who_leaves_is_told_nothing(known: Cast) -> None:
    of_sato(known).update(title="Gala")
    tick(NOW)
    known.sari_leads.withdraw()
    make_assignment(known.sato, known.bagus_officer)
    assert ticks(NOW + MINUTE, NOW + 15 * MINUTE) == []
    of_sato(known).update(title="Gala dinner")
    ticks(NOW + HOUR, NOW + HOUR + QUIET)
    assert (lines_to(known.sari), lines_to(known.bagus)) == ([], ["Gala dinner: was “Gala”"])


def test_two_guests_of_one_officer_are_told_in_one_message(known: Cast) -> None:
    make_assignment(known.lim, known.sari_officer, role="deputy")
    tick(NOW)
    of_sato(known).update(title="Gala")
    tick(NOW)
    ItineraryItem.objects.filter(visit=known.lim).update(title="Tea")
    assert ticks(NOW + 100 * SECOND, NOW + 20 * MINUTE) == [NOW + 100 * SECOND + QUIET]
    (words,) = words_to(known.sari)
    assert words.subject == "The plans of 2 guests have changed: Mr Sato, Ms Lim"
    assert words.text.index("Mr Sato\n- Gala: was") < words.text.index("Ms Lim\n- Tea: was")
    assert f"/visits/{known.lim.pk}/" in words.text
    assert lines_to(known.bagus) == ["Tea: was “Meeting of Lim”"]


def test_edits_without_end_are_not_put_off_for_ever(known: Cast) -> None:
    moments = []
    for step in range(80):  # somebody types for twenty minutes, an edit each quarter of a minute
        at = NOW + step * 15 * SECOND
        of_sato(known).update(title=f"Gala {step}")
        moments += [at] if tick(at) else []
    assert moments == [NOW + LONGEST]
    (notice,) = told()
    assert notice.payload["guests"][0]["changes"][0]["after"]["title"] == "Gala 40"


def test_what_is_no_news_puts_nothing_off(known: Cast) -> None:
    of_sato(known).update(title="Gala")
    tick(NOW)
    Assignment.objects.filter(pk=known.sari_leads.pk).update(state="confirmed")
    assert ticks(NOW + MINUTE, NOW + 10 * MINUTE) == [NOW + QUIET]


def test_what_starts_soon_is_told_sooner_and_first(known: Cast) -> None:
    of_sato(known).update(starts_at=NOW + 119 * MINUTE, ends_at=None)
    assert ticks(NOW, NOW + 10 * MINUTE) == [NOW + URGENT_QUIET]
    assert told().get().is_urgent


def test_an_urgent_change_takes_along_what_waits(known: Cast) -> None:
    make_assignment(known.lim, known.sari_officer, role="deputy")
    tick(NOW)
    ItineraryItem.objects.filter(visit=known.lim).update(title="Tea")
    tick(NOW)
    of_sato(known).update(starts_at=NOW + HOUR, ends_at=None)
    told_at = ticks(NOW + 10 * SECOND, NOW + 10 * MINUTE)
    assert told_at == [
        NOW + 10 * SECOND + URGENT_QUIET,
        NOW + QUIET,
    ]  # Sari of both, Bagus of his own in his time
    assert len(lines_to(known.sari)) >= 2
    assert told().filter(recipient=known.sari).count() == 1


def test_who_was_reminded_hears_urgently_that_it_is_cancelled(known: Cast) -> None:
    """A reminder that went out is answered; one that did not is called off."""
    of_sato(known).update(starts_at=NOW + 4 * HOUR, ends_at=None)
    ticks(NOW, NOW + QUIET)
    told().delete()
    sent = Notice.objects.get(kind="reminder", recipient=known.sari, state="planned")
    other = Notice.objects.get(kind="reminder", recipient=known.bagus, state="planned")
    Notice.objects.filter(pk=sent.pk).update(state="sent")
    ItineraryItem.objects.filter(visit__in=[known.sato, known.lim]).update(state="cancelled")
    assert ticks(NOW + HOUR, NOW + HOUR + QUIET)[0] == NOW + HOUR + URGENT_QUIET
    assert told().get(recipient=known.sari).is_urgent
    assert not told().get(recipient=known.bagus).is_urgent
    assert lines_to(known.sari) == ["Cancelled: Meeting of Sato, Thu, 13 May 13:00 WITA"]
    other.refresh_from_db()
    assert other.state == "cancelled"


def test_it_is_in_the_readers_language(known: Cast) -> None:
    User.objects.filter(pk=known.sari.pk).update(language="id")
    Visit.objects.filter(pk=known.sato.pk).update(arrives_at=LATER)
    of_sato(known).update(state="cancelled")
    make_item(known.sato, "Tea", starts_at=LATER, state="tentative")
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari) == [
        "Kedatangan: belum ditentukan → Jum, 14 Mei 09.00 WITA",
        "Dibatalkan: Meeting of Sato, Jum, 14 Mei 09.00 WITA",
        "Baru, belum pasti: Tea, Jum, 14 Mei 09.00 WITA",
    ]
    (words,) = words_to(known.sari)
    assert (words.language, words.subject) == ("id", "Mr Sato: 3 perubahan jadwal")
    assert "Yang berubah:" in words.text
    assert "Yang berubah:" in words.html


def test_it_arrives_as_one_mail(known: Cast, mailoutbox: list[EmailMessage]) -> None:
    of_sato(known).update(title="Gala & <tea>")
    ticks(NOW, NOW + QUIET)
    while dispatch(at=NOW + QUIET):
        pass
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([known.sari.email], "Mr Sato: Gala & <tea>: was “Meeting of Sato”")
    assert "Gala &amp; &lt;tea&gt;" in str(mail.alternatives[0][0])  # type: ignore[attr-defined]


def by_session(known: Cast) -> None:
    session = make_session(known.event, "Plenary", starts_at=LATER, ends_at=LATER + HOUR)
    of_sato(known).update(session=session)
    type(session).objects.filter(pk=session.pk).update(starts_at=LATER + MINUTE, ends_at=LATER + 61 * MINUTE)


def by_sql(known: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE guests_itineraryitem SET starts_at = starts_at + interval '1 minute',"
            " ends_at = ends_at + interval '1 minute' WHERE visit_id = %s",
            [known.sato.pk],
        )


def by_saving(known: Cast) -> None:
    item = of_sato(known).get()
    item.starts_at, item.ends_at = LATER + MINUTE, LATER + 61 * MINUTE
    item.save()


@pytest.mark.parametrize("change", [by_session, by_sql, by_saving])
def test_however_it_was_changed(known: Cast, change: Callable[[Cast], None]) -> None:
    change(known)
    ticks(NOW, NOW + QUIET)
    assert lines_to(known.sari) == ["Meeting of Sato: Fri, 14 May 09:00 → 09:01 WITA"]


def be_late(known: Cast, at: datetime) -> None:
    """Sari says that Mr Sato is 15 minutes late for his meeting."""
    item = of_sato(known).get(title="Meeting of Sato")
    delay = foresee(visit=known.sato, item=item, by=15 * MINUTE, at=at)
    with pghistory.context(user=known.sari.pk):
        report_delay(
            visit=known.sato, item_key=item.pk, minutes=15, seen=delay.seen, by=known.sari, at=at, client_uuid=uuid4()
        )  # fmt: skip


def test_a_delay_is_told_once(known: Cast) -> None:
    """To who is on duty by the message about it, which is not said again as a change; to who comes later as a change."""
    make_assignment(known.sato, known.bagus_officer, role="deputy")
    citra = make_member(make_user("Citra"), known.event)
    make_assignment(known.sato, citra, role="deputy", starts_at=LATER - MINUTE)
    make_item(
        known.sato, "Ride back", kind="transfer", starts_at=LATER + HOUR, leave_by_at=LATER + 50 * MINUTE
    )
    ticks(NOW, NOW + LONGEST)
    told().delete()
    at = LATER - HOUR
    be_late(known, at)
    ticks(at, at + LONGEST)
    assert lines_to(known.sari) == lines_to(known.bagus) == []
    said = word(Notice.objects.select_related("recipient").get(kind="late", recipient=known.bagus)).text
    assert "~09:15–10:15 WITA" in said
    assert "Moves along: Ride back, ~10:25" in said
    assert lines_to(citra.user)[0] == "Meeting of Sato: Fri, 14 May 09:00 → ~09:15 WITA"


def test_what_else_changed_is_not_lost_behind_a_delay(known: Cast) -> None:
    """Of the same item before it, and of any item after it."""
    make_assignment(known.sato, known.bagus_officer, role="deputy")
    tick(NOW)
    at = LATER - HOUR
    of_sato(known).update(venue=make_venue(known.event, "Great Hall"))
    tick(at)
    be_late(known, at)
    ticks(at, at + LONGEST)
    assert "Meeting of Sato, place: Hall Sato → Great Hall" in lines_to(known.bagus)
    told().delete()
    of_sato(known).update(venue=make_venue(known.event, "Garden"))
    ticks(at + HOUR / 2, at + HOUR / 2 + LONGEST)
    assert lines_to(known.bagus) == ["Meeting of Sato, place: Great Hall → Garden"]


def test_a_moved_item_changes_calendars_and_notices_alike(known: Cast) -> None:
    feed, _secret = make_feed(by=known.ratna, at=NOW, officer=known.sari_officer)
    (before,) = days_of(feed, at=NOW).entries
    hall = make_venue(known.event, "Great Hall")
    of_sato(known).update(
        starts_at=LATER + MINUTE, ends_at=LATER + 61 * MINUTE, venue=hall, state="tentative"
    )
    ticks(NOW, NOW + QUIET)
    (after,) = days_of(feed, at=NOW).entries
    assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
    assert (after.starts_at, after.place, after.status) == (LATER + MINUTE, "Great Hall", "TENTATIVE")
    assert lines_to(known.sari) == [
        "Meeting of Sato: Fri, 14 May 09:00 → 09:01 WITA",
        "Meeting of Sato, place: Hall Sato → Great Hall",
        "Meeting of Sato: tentative again",
    ]
    of_sato(known).update(state="cancelled")
    ticks(NOW + HOUR, NOW + HOUR + QUIET)
    assert [entry.status for entry in days_of(feed, at=NOW).entries] == ["CANCELLED"]
    assert lines_to(known.sari)[3:] == ["Cancelled: Meeting of Sato, Fri, 14 May 09:01 WITA"]


def test_a_bulk_import_tells_each_officer_once_and_lists_the_first(known: Cast) -> None:
    for number in range(3):
        make_assignment(
            make_visit(known.event), known.sari_officer, role="deputy", starts_at=NOW + number * MINUTE
        )
    tick(NOW)
    visits = Visit.objects.filter(assignments__officer=known.sari_officer)
    ItineraryItem.objects.bulk_create(
        ItineraryItem(visit=visit, title=f"Item {number}", starts_at=LATER + number * MINUTE)
        for visit in visits
        for number in range(100)
    )
    assert Notice.objects.filter(kind="changes").count() == 0
    ticks(NOW, NOW + 5 * MINUTE)
    (notice,) = told()
    assert [(len(guest["changes"]), guest["more"]) for guest in notice.payload["guests"]] == [
        (MOST_TOLD, 100 - MOST_TOLD)
    ] * 4
    assert word(notice).text.count("and 88 more") == 4


def test_while_nothing_changes_one_question_is_asked(
    known: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert tell_changes(at=NOW + HOUR) == 0


@pytest.mark.parametrize("guests", [1, 3])
def test_noting_and_telling_cost_the_same_for_one_guest_and_for_three(
    known: Cast, django_assert_num_queries: DjangoAssertNumQueries, guests: int
) -> None:
    event = make_event("Another")
    officer = make_member(make_user("Nina"), event)
    items = []
    for _number in range(guests):
        visit = make_visit(event)
        make_assignment(visit, officer, role="deputy")
        items.append(make_item(visit, starts_at=LATER))
    tick(NOW)
    ItineraryItem.objects.filter(pk__in=[item.pk for item in items]).update(
        title="Gala", leave_by_at=LATER - HOUR
    )
    with django_assert_num_queries(21):
        assert plan_marked_visits(at=NOW) == guests
    with django_assert_num_queries(12):
        assert tell_changes(at=NOW + QUIET) == 1
    assert len(told().get().payload["guests"]) == guests


def test_a_visit_that_is_gone_leaves_nothing_behind(known: Cast) -> None:
    of_sato(known).update(title="Gala")
    tick(NOW)
    known.sato.delete()
    assert ticks(NOW, NOW + 15 * MINUTE) == []
    assert not ToldPlan.objects.filter(visit_id=known.sato.pk).exists()
    assert not PlanMark.objects.exists()


def test_a_change_is_of_use_until_what_it_tells_is_over(known: Cast) -> None:
    of_sato(known).update(title="Gala")
    ticks(NOW, NOW + QUIET)
    assert told().get().expires_at == LATER + HOUR
    dispatch(at=LATER + HOUR)
    assert told().get().state == Notice.State.MISSED
