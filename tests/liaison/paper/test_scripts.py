"""Which part of a text is in which script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.paper.letters import has_letters_for
from liaison.paper.scripts import Run, marked, runs_of


@pytest.mark.parametrize(
    ("text", "country", "runs"),
    [
        ("Ana Lim", "", [("Ana Lim", "")]),
        ("Ђорђе Ștefan Αθήνα 12", "RS", [("Ђорђе Ștefan Αθήνα 12", "")]),
        ("王小明", "CN", [("王小明", "zh")]),
        ("王小明", "", [("王小明", "zh")]),
        ("佐藤 健二", "JP", [("佐藤 健二", "ja")]),
        ("サトウ健二", "", [("サトウ健二", "ja")]),
        ("韓悳洙", "KR", [("韓悳洙", "ko")]),
        ("한덕수 총리", "", [("한덕수 총리", "ko")]),
        ("नरेन्द्र मोदी", "", [("नरेन्द्र मोदी", "hi")]),
        ("สมชาย ใจดี", "", [("สมชาย ใจดี", "th")]),
        ("林安娜 (Ana)", "SG", [("林安娜", "zh"), (" (Ana)", "")]),
        ("Hall 大厅、二楼 3", "CN", [("Hall ", ""), ("大厅、二楼", "zh"), (" 3", "")]),
        ("محمد بن سلمان (MBS) 3", "SA", [("محمد بن سلمان (MBS) 3", "ar")]),
        ("Hall القاعة 3", "SA", [("Hall ", ""), ("القاعة", "ar"), (" 3", "")]),
        ("", "", []),
    ],
)
def test_a_text_is_cut_where_its_script_changes(text: str, country: str, runs: list[tuple[str, str]]) -> None:
    assert runs_of(text, country) == [Run(*run) for run in runs]


@given(st.text(alphabet=st.sampled_from("aé Б1(–)王サ한모ा्ทُمא\u200d、"), max_size=30))
def test_cut_and_joined_it_is_the_same_text(text: str) -> None:
    runs = runs_of(text)
    assert "".join(run.text for run in runs) == text
    assert all(run.text for run in runs)


def test_right_to_left_is_isolated_and_markup_stays_text() -> None:
    assert marked("Sheikh محمد") == 'Sheikh <bdi lang="ar" dir="rtl">محمد</bdi>'
    assert marked("<b>王</b>") == '&lt;b&gt;<span lang="zh">王</span>&lt;/b&gt;'
    assert marked("<script>") == "&lt;script&gt;"


@pytest.mark.parametrize(
    "text", ["Ștefan Nguyễn", "Пётр", "محمد بن سلمان", "王小明 張", "髙橋 サトウ", "한덕수", "नरेन्द्र", "สมชาย", "A\u200d\u202aB"]
)  # fmt: skip
def test_the_bundled_fonts_have_the_letters_of_eight_scripts(text: str) -> None:
    assert has_letters_for(text)


@pytest.mark.parametrize("text", ["ქართული", "ភ្នំពេញ", "Ana 🎉"])
def test_and_know_which_they_lack(text: str) -> None:
    assert not has_letters_for(text)
