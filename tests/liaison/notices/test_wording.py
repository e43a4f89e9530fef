"""A notice in words, in the recipient's language and the event's zone. (NOW is 09.00 WITA.)"""

import pytest
from django.utils import translation

from guests.models import Assignment, ItineraryItem
from guests.reminders import plan_marked_visits
from liaison.accounts.models import User
from liaison.notices.acknowledging import address_for
from liaison.notices.models import Notice
from liaison.notices.wording import WordingError, Words, word
from tests.cast import Cast
from tests.factories import NOW, make_user
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice


def reminder_for(cast: Cast, *, language: str = "en", **changes: object) -> Words:
    """The words of the reminder of Mr Sato's meeting, sent to Sari."""
    User.objects.filter(pk=cast.sari.pk).update(language=language)
    ItineraryItem.objects.filter(visit=cast.sato).update(**changes)
    plan_marked_visits(at=NOW)
    notice = Notice.objects.select_related("recipient").get(recipient=cast.sari, kind="reminder")
    with translation.override("en" if language == "id" else "id"):  # somebody else's language must not get in
        return word(notice)


def test_an_english_reminder_in_full(cast: Cast) -> None:
    words = reminder_for(cast, leave_by_at=NOW + 40 * MINUTE)
    assert words.subject == "Thu, 13 May 10:00 WITA · Mr Sato: Meeting of Sato"
    assert words.text == (
        "Mr Sato: Meeting of Sato\n"
        "\n"
        "Leave by: Thu, 13 May 09:40 WITA\n"
        "Starts: Thu, 13 May 10:00 WITA\n"
        "Place: Hall Sato\n"
        f"Car: DK {cast.sato.pk} Sa\n"
        "\n"
        f"http://localhost:8000/visits/{cast.sato.pk}/\n"
        "\n"
        "You get this because you look after Mr Sato at Forum Nusantara.\n"
        "\n"
        "Read it? Say so, so that nobody has to call you:\n"
        f"{address_for(Notice.objects.get(recipient=cast.sari, kind='reminder'))}\n"
    )
    assert words.language == "en"


def test_an_indonesian_reminder_has_indonesian_times_in_subject_and_body(cast: Cast) -> None:
    words = reminder_for(cast, language="id", starts_at=NOW + 5 * HOUR + 20 * MINUTE, ends_at=None)
    assert words.subject == "Kam, 13 Mei 14.20 WITA · Mr Sato: Meeting of Sato"
    for body in (words.text, words.html):
        assert "14.20 WITA" in body
        assert "Kam, 13 Mei" in body
    assert '<html lang="id">' in words.html


def test_the_zone_is_the_events_and_not_the_readers(cast: Cast) -> None:
    User.objects.filter(pk=cast.sari.pk).update(time_zone="Europe/London")
    words = reminder_for(cast, starts_at=NOW + 16 * HOUR, ends_at=None)
    assert words.subject.startswith("Fri, 14 May 01:00 WITA")  # another day than in UTC or in London


def test_a_tentative_and_approximate_item_says_so(cast: Cast) -> None:
    words = reminder_for(cast, state="tentative", precision="approximate")
    assert words.subject.startswith("Tentative: Thu, 13 May ~10:00 WITA")
    assert "Not confirmed yet." in words.text
    assert "Not confirmed yet." in words.html


def test_what_is_not_known_leaves_no_empty_line(cast: Cast) -> None:
    words = reminder_for(cast, venue=None, vehicle=None)
    assert "Place" not in words.text + words.html
    assert "Car" not in words.text + words.html
    assert "Leave by" not in words.text + words.html


def test_a_script_in_a_title_stays_text(cast: Cast) -> None:
    words = reminder_for(cast, title="<script>alert(1)</script> & tea")
    assert "<script>alert(1)</script> & tea" in words.text
    assert "<script>" not in words.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; tea" in words.html


def test_a_line_break_in_a_title_does_not_end_the_subject(cast: Cast) -> None:
    words = reminder_for(cast, title="Tea\r\nBcc: all@example.org")
    assert words.subject.endswith("Mr Sato: Tea Bcc: all@example.org")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("officer", "Ratna invites you to Forum Nusantara as liaison officer."),
        ("press", "Ratna invites you to Forum Nusantara as press officer."),
        ("coordinator", "Ratna invites you to coordinate the guests of Forum Nusantara."),
    ],
)
def test_an_invitation_says_who_where_as_what_and_how_to_sign_in(role: str, sentence: str) -> None:
    sari = make_user("Sari", email="sari@example.org")
    payload = {"event": "Forum Nusantara", "inviter": "Ratna", "role": role}
    words = word(make_notice(sari, payload=payload))
    assert words.subject == "Ratna invites you to the team of Forum Nusantara"
    for body in (words.text, words.html):
        assert sentence in body
        assert "http://localhost:8000/accounts/login/code/" in body
        assert "Enter the address sari@example.org; the code comes to it by e-mail." in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "smoke-signal"},
        {"kind": "reminder", "payload": {"starts_at": "noon"}},
        {"kind": "reminder", "payload": {"starts_at": NOW.isoformat(), "zone": "Mars/Olympus"}},
        {"kind": "reminder", "payload": {"starts_at": NOW.isoformat(), "zone": "Asia/Jakarta"}},
    ],
)
def test_what_cannot_be_worded_is_an_error_of_its_own(fields: dict[str, object]) -> None:
    with pytest.raises(WordingError, match=f"notices/{fields['kind']}"):
        word(make_notice(make_user(), **fields))


def test_the_deputy_reads_the_same(cast: Cast) -> None:
    Assignment.objects.filter(pk=cast.sari_leads.pk).update(role=Assignment.Role.DEPUTY)
    cast.event.reminder_rules.create(audience=Assignment.Role.DEPUTY, minutes_before=15)
    assert reminder_for(cast).subject == "Thu, 13 May 10:00 WITA · Mr Sato: Meeting of Sato"
