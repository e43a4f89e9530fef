"""A person who asks is erased, and nobody else."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from guests.erasing.person import erase_guest, would_go_of_guest
from guests.erasing.reach import of_person
from guests.erasing.rules import all_rows
from guests.models import (
    CalendarFeed,
    Erasure,
    Guest,
    GuestList,
    GuestPrivate,
    Print,
    PrintRun,
    ProtocolNote,
    Request,
    Visit,
)
from guests.prints import print_event_paper
from liaison.notices.models import Notice
from tests.cast import Cast
from tests.factories import NOW, make_event, make_note, make_visit
from tests.guests.desk_rows import forum as forum  # the fixture
from tests.guests.erasing.planting import files_with, fill_the_rest, plant, tables_with
from tests.guests.erasing.test_due import ELSEWHERE

WORD = "Saturnalie"
OF_MANY = {
    "events_sessionaslisted",
    "events_programmefile",
    "events_session",
    "events_contact",
    "events_driver",
}


@pytest.fixture
def planted(forum: Cast, settings: Any, tmp_path: Path) -> Cast:
    """What is of Mr Sato holds one word; what is of Ms Lim, and of another event's guest, another."""
    settings.MEDIA_ROOT = tmp_path
    fill_the_rest(forum.event, forum.ratna)
    for visit, word in ((forum.sato, WORD), (forum.lim, ELSEWHERE), (forum.okafor, ELSEWHERE)):
        plant(word, rows_of(visit))
    tell(forum)
    return forum


def rows_of(visit: Visit) -> Any:
    """Gives what a table holds of the visit and its guest alone."""
    reach = of_person(visit.guest_id)

    def rows(rule: Any) -> Any:
        is_own = reach.takes(rule) and not rule.names_many
        return all_rows(rule.model).filter(reach.condition(rule)) if is_own else all_rows(rule.model).none()

    return rows


def tell(cast: Cast) -> None:
    """Notices about Mr Sato, alone and among others; and one about Ms Lim."""
    about: dict[str, dict[str, Any]] = {
        "alone": {"visit_id": cast.sato.pk},
        "other": {"visit_id": cast.lim.pk, "guest": ELSEWHERE},
    }
    about["many"] = {"gained": [[cast.sato.pk, WORD], [cast.lim.pk, "Ms Lim"]], "changed": [], "lost": []}
    about["waiting"] = {"visit_id": cast.sato.pk}
    for key, payload in about.items():
        Notice.objects.create(
            recipient=cast.sari, event=cast.event, kind="duties", dedupe_key=key, payload={"guest": WORD if key != "other" else ELSEWHERE} | payload,
            state="planned" if key == "waiting" else "sent", due_at=NOW, expires_at=NOW,
        )  # fmt: skip


def test_everything_of_the_person_goes_and_nothing_of_others(planted: Cast) -> None:
    others = tables_with(ELSEWHERE)
    assert {"guests_guestevent", "guests_request", "notices_notice", "guests_logbookentry"} <= tables_with(
        WORD
    )
    before = would_go_of_guest(planted.sato.guest)
    report = erase_guest(guest=planted.sato.guest, by=planted.ratna, reason="Asked by letter", at=NOW)
    assert report.counts == before
    assert tables_with(WORD) == set()
    assert files_with(WORD) == []
    assert tables_with(ELSEWHERE) == others
    assert {Path(name).parent.name for name in files_with(ELSEWHERE)} == {"documents", "guests"}
    assert (report.asked_by, report.reason, report.guest) == (
        planted.ratna,
        "Asked by letter",
        planted.sato.guest,
    )


def test_files_in_which_others_stand_as_well_go_whole(planted: Cast) -> None:
    lists = (GuestList, PrintRun)
    assert all(model.objects.filter(event=planted.event).count() == 2 for model in lists)
    asked: Any = {"by": planted.ratna, "at": NOW, "language": "en"}
    book = print_event_paper(Print.Kind.EVENT_BOOK, event=planted.event, **asked)
    elsewhere = print_event_paper(Print.Kind.EVENT_BOOK, event=make_event("Elsewhere"), **asked)
    erase_guest(guest=planted.sato.guest, by=None, reason="", at=NOW)
    assert not any(model.objects.filter(event=planted.event).exists() for model in lists)
    assert Print.objects.filter(visit=planted.lim).exists()
    assert not Print.objects.filter(visit=planted.sato).exists()
    assert list(Print.objects.filter(pk__in=[book.pk, elsewhere.pk])) == [elsewhere]


def test_what_waits_to_be_sent_about_the_person_is_not_sent(planted: Cast) -> None:
    erase_guest(guest=planted.sato.guest, by=None, reason="", at=NOW)
    told = dict(Notice.objects.filter(recipient=planted.sari).values_list("dedupe_key", "payload"))
    assert "waiting" not in told
    assert told["alone"] == told["many"] == {}
    assert told["other"]["guest"] == ELSEWHERE


def test_only_at_one_event(planted: Cast) -> None:
    """The person comes to another event as well: there nothing changes, and the name stays."""
    again = make_visit(planted.other_event, planted.sato.guest, note="Stays")
    make_note(planted.other_event, "Bows", guest=planted.sato.guest)
    GuestPrivate.objects.filter(guest=planted.sato.guest).update(health="")
    erase_guest(guest=planted.sato.guest, by=None, reason="", at=NOW, event=planted.event.pk)
    again.refresh_from_db()
    assert again.note == "Stays"
    assert ProtocolNote.objects.filter(guest=planted.sato.guest).count() == 1
    assert GuestPrivate.objects.filter(guest=planted.sato.guest).exists()
    assert WORD in Guest.objects.get(pk=planted.sato.guest_id).name
    assert Request.objects.get(visit=planted.sato).text == "—"
    assert not CalendarFeed.objects.filter(visit=planted.sato).exists()
    assert CalendarFeed.objects.filter(visit=planted.lim).exists()


def test_twice_does_no_harm(planted: Cast) -> None:
    erase_guest(guest=planted.sato.guest, by=None, reason="", at=NOW)
    assert erase_guest(guest=planted.sato.guest, by=None, reason="", at=NOW).counts == {}


def test_the_command(planted: Cast, capsys: Any) -> None:
    key = str(planted.sato.guest_id)
    call_command("erase_guest", key, "--dry-run")
    assert "1 Documents" in capsys.readouterr().out
    assert WORD in Guest.objects.get(pk=key).name
    call_command("erase_guest", key, "--event", planted.event.slug, "--reason", "By letter")
    assert "1 Documents" in capsys.readouterr().out
    assert Erasure.objects.get(reason="By letter").event == planted.event
    assert Guest.objects.get(pk=key).name == f"G-{key}"
    for words, said in ((["0"], "no guest with the number 0"), ([key, "--event", "x"], "no event “x”")):
        with pytest.raises(CommandError, match=said):
            call_command("erase_guest", *words)
