"""What a guest reads exists in eleven languages: whole, and nothing else of the app with it."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import polib
import pytest
from babel import Locale
from babel.dates import format_skeleton
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language, gettext, override, to_locale

from guests.wording import KINDS, LANGUAGES, TENTATIVE, UNSURE, WORDS, full_date, language_of, when
from liaison.clock import clock_time
from tests.cast import Cast
from tests.guests.phone import signed_in
from tests.liaison.test_languages import PLACEHOLDER

FURTHER = [language for language in LANGUAGES if language not in dict(settings.LANGUAGES)]
LOCALES = Path(settings.ROOT) / "liaison" / "locale"


def in_english() -> set[str]:
    with override("en"):
        return {str(word) for word in (*WORDS.values(), *KINDS.values(), *UNSURE.values(), TENTATIVE)}


def test_the_languages_are_those_of_the_eight_scripts() -> None:
    assert set(LANGUAGES) == {"id", "en", "ar", "zh-hans", "ja", "ko", "fr", "es", "ru", "hi", "th"}
    folders = {path.name for path in LOCALES.iterdir()}
    assert folders == {to_locale(language) for language in LANGUAGES} - {"en"}


@pytest.mark.parametrize("language", FURTHER)
def test_a_catalogue_has_every_word_a_guest_reads_and_no_other(language: str) -> None:
    entries = polib.pofile(str(LOCALES / to_locale(language) / "LC_MESSAGES" / "django.po"))
    assert {entry.msgid for entry in entries if entry.translated()} == in_english()
    assert len(entries) == len(in_english())
    for entry in entries:
        assert PLACEHOLDER.findall(entry.msgstr) == PLACEHOLDER.findall(entry.msgid)


@pytest.mark.parametrize("language", FURTHER)
def test_the_catalogue_is_what_the_page_finds(language: str) -> None:
    entries = polib.pofile(str(LOCALES / to_locale(language) / "LC_MESSAGES" / "django.po"))
    told = {entry.msgid: entry.msgstr for entry in entries}
    with override(language):
        assert {word: gettext(word) for word in in_english()} == told
        assert str(WORDS["programme"]) == told["Your programme"]


@pytest.mark.parametrize("language", FURTHER)
def test_what_a_catalogue_lacks_is_english_and_never_indonesian(language: str) -> None:
    with override("id"), override(language):
        assert gettext("Log a request") == "Log a request"
    with override("id"):
        assert gettext("Log a request") != "Log a request"


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        (["ja", "en"], "ja"), (["zh"], "zh-hans"), (["zh-CN"], "zh-hans"), (["zh_Hans"], "zh-hans"), (["zh-TW", "fr"], "fr"),
        (["zh-Hant"], "en"), (["ms", "ar-SA"], "ar"), (["fj"], "en"), ([], "en"), (["", "*"], "en"), (["pt-BR", "ES"], "es"),
    ],
)  # fmt: skip
def test_the_first_of_a_guests_languages_that_we_have(spoken: list[str], language: str) -> None:
    assert language_of(spoken) == language


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "Thursday, 13 May 2027", "Thu 13 May 09:00 WITA"), ("id", "Kamis, 13 Mei 2027", "Kam, 13 Mei 09.00 WITA"),
        ("ar", "الخميس، 13 مايو 2027", "الخميس، 13 مايو 09:00 WITA"), ("zh-hans", "2027年5月13日星期四", "5月13日周四 09:00 WITA"),
        ("ja", "2027年5月13日木曜日", "5月13日(木) 09:00 WITA"), ("ko", "2027년 5월 13일 목요일", "5월 13일 (목) 09:00 WITA"),
        ("fr", "jeudi 13 mai 2027", "jeu. 13 mai 09:00 WITA"), ("es", "jueves, 13 de mayo de 2027", "jue, 13 may 09:00 WITA"),
        ("ru", "четверг, 13 мая 2027\u202fг.", "чт, 13 мая 09:00 WITA"), ("hi", "गुरुवार, 13 मई 2027", "गुरु, 13 मई 09:00 WITA"),  # noqa: RUF001 (Cyrillic is meant)
        ("th", "วันพฤหัสบดีที่ 13 พฤษภาคม ค.ศ. 2027", "พฤ. 13 พ.ค. 09:00 WITA"),
    ],
)  # fmt: skip
def test_days_are_written_as_the_language_writes_them(language: str, long: str, short: str) -> None:
    with override(language):
        assert full_date(date(2027, 5, 13)) == long
        said = when(datetime(2027, 5, 13, 1, tzinfo=UTC), "Asia/Makassar")
    assert said.replace('<bdi dir="ltr">', "").replace("</bdi>", "") == short
    assert '<bdi dir="ltr">09' in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_hours_are_on_the_24_hour_clock_as_babel_writes_it(language: str) -> None:
    locale = Locale.parse(language, sep="-")
    babel = format_skeleton("Hm", time(14, 20), locale=locale).removesuffix(" น.")
    with override(language):
        assert clock_time(datetime(2027, 5, 13, 14, 20, tzinfo=UTC), "UTC") == babel


def test_those_who_work_here_still_choose_between_two(cast: Cast) -> None:
    assert dict(settings.LANGUAGES).keys() == {"id", "en"}
    client = signed_in(cast.sari)
    client.post(reverse("set_language"), {"language": "ar"})
    cast.sari.refresh_from_db()
    assert cast.sari.language == "en"
    page = Client(headers={"accept-language": "ar"}).get(reverse("account_login"))
    assert (page["Content-Language"], get_language()) == ("en", "en")
