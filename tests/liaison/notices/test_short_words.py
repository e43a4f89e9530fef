"""What a locked screen may show: for every kind a word that names nobody and nothing private."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from liaison.embedded.engines import ROOT
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.factories import NOW, make_user

FOLDER = ROOT / "templates" / "notices"
KINDS = sorted(path.parent.name for path in FOLDER.glob("*/subject.txt"))
SHORT = sorted(path.relative_to(FOLDER.parent).as_posix() for path in FOLDER.glob("**/short.txt"))
CANARY = "Kryptonit"
_TAGS = re.compile(r"\{[{%](.*?)[%}]\}")
_LITERALS = re.compile(r"\"(\w+)\"")
_NAMES = re.compile(r"[a-z_]+")


def values(source: str, said: str) -> dict[str, Any]:
    """A value for whatever the template may name: moments and numbers where they belong, `said` in all else."""
    tags = re.sub(_LITERALS, "", " ".join(_TAGS.findall(source)))
    given = {name: NOW if name.endswith("_at") else said for name in _NAMES.findall(tags)}
    return given | {"zone": "Asia/Jakarta", "minutes": 20}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("template", SHORT)
def test_no_short_word_shows_what_it_is_given(template: str, language: str) -> None:
    source = (FOLDER.parent / template).read_text(encoding="utf-8")
    with translation.override(language):
        for said in {CANARY, "", *_LITERALS.findall(source)}:  # every branch
            told = render_to_string(template, values(source, said) | {"payload": CANARY})
            assert told.strip()
            assert CANARY not in told


def payload_of_kind(kind: str, said: str) -> dict[str, Any]:
    """A payload as full as it comes, with `said` for every text in it."""
    texts = [
        "guest",
        "title",
        "place",
        "by",
        "event",
        "officer",
        "inviter",
        "giver",
        "receiver",
        "owner",
        "car",
        "plate",
    ]
    texts += ["phone", "category", "device", "email", "text", "reason"]
    payload: dict[str, Any] = dict.fromkeys(texts, said)
    names = set(_NAMES.findall(" ".join(path.read_text() for path in Path(FOLDER / kind).iterdir())))
    payload |= {name: NOW.isoformat() for name in names if name.endswith("_at")}
    payload |= {name: 1 for name in names if name.endswith("_id")}
    payload |= {"zone": "Asia/Jakarta", "minutes": 20, "role": "officer", "did": "raised", "state": "offered"}
    payload |= {name: [[1, said]] for name in ("gained", "changed", "lost")}
    payload |= {
        "silent": said,
        "about": "notices/leave/subject.txt",
        "counts": [["Guests", 2]],
        "items": [{"starts": NOW.isoformat(), "guest": said, "title": said, "place": said}],
    }
    change = {"kind": "hotel", "before": {"place": ""}, "after": {"place": said}}
    payload["guests"] = [{"guest": said, "visit_id": 1, "changes": [change], "more": 0}]
    payload["along"] = [{"title": said, "starts_at": NOW.isoformat()}]
    payload["hits"] = [{"title": said, "effect": "late", "minutes": 5}]
    payload["cars"] = [{"car": said, "guest": said, "together": True}]
    return payload


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_every_kind_are_short_and_safe(db: None, kind: str) -> None:
    """With payloads as full as they come: the subject says the guest, the short word does not."""
    person, payload = make_user("Sari"), payload_of_kind(kind, CANARY)
    notice = Notice.objects.create(
        recipient=person, kind=kind, payload=payload, dedupe_key=kind, due_at=NOW, expires_at=NOW
    )
    words = word(notice)
    assert CANARY in words.subject + words.text  # the bird sings
    assert CANARY not in words.short + words.opens_at + words.answers_at + words.stops_at
    assert 3 <= len(words.short) <= 40
    assert "\n" not in words.short


def test_a_kind_without_a_short_word_is_only_said_to_be_a_notice() -> None:
    with translation.override("en"):
        assert render_to_string("notices/short.txt", {}).strip() == "A notice from Liaison"
