"""The rules of reminders at the desk: forms, the usual rules, how the mail looks, and a test to oneself."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from guests.models import ItineraryItem, ReminderRule
from guests.models.reminder import LANGUAGES
from guests.reminders.sample import sample_of
from guests.reminders.telling import KINDS
from guests.reminders.usual import usual_rules, write_usual_rules
from liaison.notices.models import Delivery, Notice
from liaison.notices.opening import open_due
from tests.cast import Cast, bring_to
from tests.factories import NOW, make_item
from tests.guests.desk import at, save, signed_in, words_of
from tests.guests.reminding import HOUR, MINUTE, Audience, What, plan, planned, rule

NEW = {"what": "item", "audience": "lead", "minutes_before": "20"}
USUAL = "admin:guests_reminderrule_usual"


def page(name: str, row: ReminderRule) -> str:
    return reverse(f"admin:guests_reminderrule_{name}", args=[row.pk])


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"subject_en": "{guest} in {room}"}, "subject_en", "Only these stand in braces: {guest} {title} {time} {place} {event}."),
        ({"text_id": "{guest.private}"}, "text_id", "Only these stand in braces: {guest} {title} {time} {place} {event}."),
        ({"text_en": "so } it"}, "text_en", "Only these stand in braces: {guest} {title} {time} {place} {event}."),
        ({"audience": "concerned"}, "audience", "Choose lead, deputy or coordinator."),
        ({"what": "agenda"}, "audience", "This goes to whom it concerns only."),
        ({"what": "digest"}, "audience", "This goes to coordinators only."),
        ({"what": "landing", "kind": "flight"}, "kind", "Only items have a kind. Leave it empty."),
        ({"clock": "06:00"}, "clock", "This comes so many minutes before or after. Leave the hour empty."),
        ({"escalate_after": "5", "wants_acknowledgement": ""}, "escalate_after", "Only what wants an answer can be passed on."),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_said_at_its_field(
    cast: Cast, given: dict[str, str], field: str, sentence: str
) -> None:
    client = signed_in(cast.ratna)
    said = save(client, at(ReminderRule, "add"), NEW | {"event": str(cast.event.pk)} | given)
    assert said[field] == [sentence]
    assert not ReminderRule.objects.exists()


def test_a_way_that_does_not_exist_is_refused(cast: Cast) -> None:
    said = save(
        signed_in(cast.ratna),
        at(ReminderRule, "add"),
        NEW | {"event": str(cast.event.pk), "channels": "pigeon"},
    )
    assert list(said) == ["channels"]


def test_a_saved_rule_counts(cast: Cast) -> None:
    given = NEW | {"event": str(cast.event.pk), "channels": "email", "subject_en": "Now: {guest}"}
    assert save(signed_in(cast.ratna), at(ReminderRule, "add"), given) == {}
    ItineraryItem.objects.exclude(visit=cast.sato).delete()
    plan()
    assert planned() == [("reminder", "Sari", NOW + 40 * MINUTE)]
    notice = Notice.objects.get()
    assert (notice.channels, notice.wants_acknowledgement) == (["email"], True)
    assert notice.payload["own"]["en"]["subject"] == "Now: Mr Sato"


@pytest.mark.parametrize(("channels", "ways"), [([], {"email"}), (["email"], {"email"}), (["fax"], set())])
def test_a_notice_goes_by_its_ways_only(cast: Cast, channels: list[str], ways: set[str]) -> None:
    plan()
    Notice.objects.filter(recipient=cast.sari).update(channels=channels)
    open_due(at=NOW + 35 * MINUTE, batch=9)
    found = Delivery.objects.filter(notice__recipient=cast.sari).values_list("channel", flat=True)
    assert set(found) & {"email"} == ways


def test_own_words_are_filled_in_each_language_and_read_no_braces_of_others(cast: Cast) -> None:
    row = rule(
        cast.event, What.ITEM, Audience.LEAD, 30, subject_en="{title} at {time}", subject_id="{title}, {time}",
        text_id="{place}\nBawa lencana.",
    )  # fmt: skip
    ItineraryItem.objects.filter(visit=cast.sato).update(title="{guest}")
    ItineraryItem.objects.exclude(visit=cast.sato).delete()
    bring_to(cast, NOW)
    sample = sample_of(row, at=NOW)
    assert sample.is_real
    words = {
        language: sample.worded(cast.ratna, language, wants_acknowledgement=True) for language in LANGUAGES
    }
    assert words["en"].subject == "{guest} at Thu, 13 May 10:00 WITA"
    assert words["id"].subject == "{guest}, Kam, 13 Mei 10.00 WITA"
    assert words["id"].text.startswith("Hall Sato\nBawa lencana.\n\n")
    assert "Bawa lencana." in words["id"].html
    assert "Bawa" not in words["en"].text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(len(usual_rules())))
def test_every_kind_can_be_worded_in_both_languages(cast: Cast, number: int, language: str) -> None:
    write_usual_rules(cast.event)
    row = cast.event.reminder_rules.order_by("pk")[number]
    words = sample_of(row, at=NOW).worded(cast.ratna, language, wants_acknowledgement=False)
    assert words.language == language
    for said in (words.subject, words.text, words.html):
        assert said.strip()
        assert "{" not in said.replace("{guest}", "")
    assert ("WITA" in words.text) or row.what in {What.REQUEST}
    assert f'lang="{language}"' in words.html


def test_the_usual_rules_tell_of_every_kind() -> None:
    assert {row.what for row in usual_rules()} == set(What.values) == set(KINDS)


def test_begin_with_the_usual_rules_once(cast: Cast) -> None:
    client = signed_in(cast.ratna)
    assert "Begin with the usual rules" in words_of(client.get(at(ReminderRule, "changelist")))
    for _tap in range(2):
        assert client.post(reverse(USUAL), {"event": cast.event.pk}).status_code == 302
        assert cast.event.reminder_rules.count() == len(usual_rules())
    assert "Begin with the usual rules" not in words_of(client.get(at(ReminderRule, "changelist")))


def test_written_they_plan_what_they_planned_unwritten(cast: Cast) -> None:
    make_item(cast.sato, starts_at=NOW + 5 * HOUR, leave_by_at=NOW + 4 * HOUR)
    plan()
    before = planned()
    write_usual_rules(cast.event)
    plan()
    assert planned() == before
    assert not Notice.objects.filter(state=Notice.State.CANCELLED).exists()


def test_an_event_with_rules_keeps_them(cast: Cast) -> None:
    rule(cast.event, What.ITEM, Audience.LEAD, 5)
    signed_in(cast.ratna).post(reverse(USUAL), {"event": cast.event.pk})
    assert [row.minutes_before for row in cast.event.reminder_rules.all()] == [5]


def test_the_preview_shows_both_languages_of_something_real(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    ItineraryItem.objects.exclude(visit=cast.sato).delete()
    row = rule(cast.event, What.ITEM, Audience.LEAD, 30)
    answer = signed_in(cast.ratna).get(page("preview", row))
    said = words_of(answer)
    assert "Thu, 13 May 10:00 WITA · Mr Sato: Meeting of Sato" in said
    assert "Kam, 13 Mei 10.00 WITA · Mr Sato: Meeting of Sato" in said
    assert "made up" not in said
    assert answer.content.decode().count('srcdoc="&lt;') == 2  # whole, since no quote of the mail ends it
    assert not Notice.objects.exists()


def test_where_nothing_is_ahead_the_guest_is_made_up(cast: Cast) -> None:
    row = rule(cast.event, What.LANDING, Audience.LEAD, 30)
    said = words_of(signed_in(cast.ratna).get(page("preview", row)))
    assert "Mr Example" in said
    assert "made up" in said


def test_a_test_goes_to_oneself_once_a_page(cast: Cast) -> None:
    row = rule(cast.event, What.DIGEST, Audience.COORDINATOR, channels=["email"])
    client, given = signed_in(cast.ratna), {"client_uuid": str(uuid4())}
    for _tap in range(2):
        assert client.post(page("test", row), given).status_code == 302
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.channels) == (cast.ratna, "digest", ["email"])
    assert not notice.wants_acknowledgement
    client.post(page("test", row), {"client_uuid": str(uuid4())})
    assert Notice.objects.count() == 2


@pytest.mark.parametrize(("who", "status"), [("hendra", 404), ("sari", 403)])
def test_nobody_else_reads_tests_or_writes(cast: Cast, who: str, status: int) -> None:
    row = rule(cast.event, What.ITEM, Audience.LEAD, 30)
    client = signed_in(getattr(cast, who))
    answers: list[Any] = [
        client.get(page("preview", row)),
        client.post(page("test", row)),
        client.post(reverse(USUAL), {"event": cast.event.pk}),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3
    assert not Notice.objects.exists()
    if who == "hendra":
        assert "Forum Nusantara" not in words_of(client.get(at(ReminderRule, "changelist")))


def test_what_writes_cannot_be_fetched(cast: Cast) -> None:
    row = rule(cast.event, What.ITEM, Audience.LEAD, 30)
    client = signed_in(cast.ratna)
    assert [client.get(address).status_code for address in (page("test", row), reverse(USUAL))] == [405, 405]
