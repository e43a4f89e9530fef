"""What people write stays text: a script in every column of every table, looked for on every page, mail and paper."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
import tinyhtml5  # type: ignore[import-untyped]  # has none
from django.contrib import admin
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from guests.guest_links import make_link
from guests.handout import handout_html
from guests.look import Look, Sheet
from guests.models import (
    GuestLink,
    Print,
)
from guests.papers import render
from guests.prints import print_day_sheet, print_event_paper, print_handout
from guests.wording import LANGUAGES
from liaison.accounts.models import User
from liaison.notices.channels import Letter
from liaison.notices.channels.mail import EmailChannel
from liaison.notices.channels.push import payload_of
from liaison.notices.models import Notice
from liaison.notices.wording import word
from tests.cast import Cast
from tests.factories import NOW
from tests.guests.phone import now as now
from tests.liaison.notices.test_short_words import KINDS, payload_of_kind
from tests.liaison.sheets import files
from tests.liaison.test_scope import own_models
from tests.paper import text_of
from tests.planted import CHECKED, FULL, OURS, free_texts, looked_at, name_of, sato_of
from tests.planted import scene as scene
from tests.test_headers import account_addresses
from tests.test_routes import MATRIX, WHO, Scene, client_of

pytestmark = pytest.mark.usefixtures("now")


def test_that_eyes_see() -> None:
    for page in (FULL, f"<p title='{FULL}'>", f"<textarea>{FULL}</textarea>", f"<script>{FULL}</script>"):
        assert looked_at(page).became, page
    assert looked_at('<a href=" JavaScript:x">').became == ["a href=JavaScript:x"]
    assert looked_at("<script>var xss</script>").became == ["in a script"]
    assert looked_at("<p title='&lt;xss'>&lt;xss onx=1&gt;</p>").became == []


def test_every_excuse_is_of_a_column_there_is() -> None:
    assert {name_of(column) for model in own_models() for column in free_texts(model)} >= CHECKED | OURS


# --- pages ---------------------------------------------------------------------------------------------------------


def desk_addresses(scene: Scene) -> Iterator[str]:
    """Every page of the desk about every table, searched for the script too."""
    yield from ("/admin/", reverse("admin:guests_export_lists", args=[scene.cast.event.slug]))
    yield reverse("admin:guests_erasure_plan", args=[scene.cast.event.slug])
    for model in admin.site._registry:  # noqa: SLF001 (no public way)
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001
        yield reverse(f"{base}_changelist")
        yield reverse(f"{base}_changelist", query={"q": FULL})
        yield reverse(f"{base}_add")
        rows: Any = model.objects.visible_to(scene.cast.ratna, at=NOW)  # type: ignore[attr-defined]
        for row in rows.order_by("-pk")[:1]:
            yield from (reverse(f"{base}_{page}", args=[row.pk]) for page in ("change", "history", "delete"))


def answers(scene: Scene, who: str) -> Iterator[tuple[str, Any]]:
    """Whatever the person is answered anywhere, asked and sent; nothing stays of it."""
    asked: list[tuple[str, str, dict[str, Any]]] = []
    for name, route in MATRIX.items():
        address = reverse(name, kwargs=route.kwargs(scene))
        texts = dict.fromkeys(("q", "text", "reason", "because", "name", "place", "next", "mood"), FULL)
        asked += [("get", address, {}), ("get", address, texts), (route.method, address, route.data(scene))]
        asked += [("post", address, texts)] if route.method == "post" else []
    asked += [("get", address, {}) for address in account_addresses()]
    if who in {"ratna", "hendra"}:
        asked += [("get", address, {}) for address in desk_addresses(scene)]
    once = {(way, address, tuple(sorted(data))): data for way, address, data in asked}
    for (way, address, _names), data in once.items():
        if "logout" in address or (address.endswith(".pdf") and data):
            continue
        with transaction.atomic():
            client = client_of(scene.cast, who)
            yield f"{way} {address} {sorted(data)}", getattr(client, way)(address, data)
            transaction.set_rollback(True)


_LEAST = {"anonymous": 1, "bagus": 1, "dewi": 1, "sari": 25, "putri": 1, "hendra": 5, "ratna": 120}
"""On how many pages the script stands as text at least, for each of the cast: else the sweep proves nothing."""


@pytest.mark.parametrize("who", WHO)
def test_no_text_becomes_a_script_on_any_page(scene: Scene, who: str) -> None:
    became, shown = {}, 0
    for asked, answer in answers(scene, who):
        assert answer.status_code < 500 or "/readyz" in asked, asked  # nobody beats while tests run
        heads = [f"{name}: {value}" for name, value in answer.headers.items()]
        assert not [head for head in heads if re.search(r"[\r\n]|^xss:", head, re.IGNORECASE)], asked
        assert not re.match(r"\W*javascript:", answer.get("Location", ""), re.IGNORECASE), asked
        if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        eyes = looked_at(answer.content.decode())
        shown += eyes.shown
        if eyes.became:
            became[asked] = eyes.became
    assert became == {}
    assert shown >= _LEAST[who]


def test_a_second_reader_of_html_sees_none_either(scene: Scene) -> None:
    """The one of WeasyPrint, which reads as browsers do, on the pages an officer has open all day."""
    client = client_of(scene.cast, "sari")
    pages = [reverse("today"), reverse("inbox")]
    pages += [
        reverse(name, args=[scene.cast.sato.pk]) for name in ("visit", "late", "hand_over", "guest_screen")
    ]
    for address in pages:
        tree = tinyhtml5.parse(client.get(address).content.decode(), namespace_html_elements=False)
        assert not [
            each
            for each in tree.iter()
            if each.tag == "xss" or any(key.startswith("onx") for key in each.attrib)
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nor_on_what_a_guest_opens_in_any_language(scene: Scene, language: str) -> None:
    _link, secret = make_link(
        visit=sato_of(scene.cast),
        lasts=GuestLink.Lasts.STAY,
        by=scene.cast.ratna,
        at=NOW,
        client_uuid=uuid4(),
    )
    eyes = looked_at(
        client_of(scene.cast, "anonymous")
        .get(reverse("shared_screen", args=[secret]), {"lang": language})
        .content.decode()
    )
    assert (eyes.became, eyes.shown) == ([], True)


def test_a_calendar_and_a_card_have_no_line_that_a_text_made(scene: Scene) -> None:
    feed = client_of(scene.cast, "anonymous").get(reverse("calendar_feed", args=[scene.secret]))
    card = client_of(scene.cast, "sari").get(reverse("own_contacts"))
    for answer in (feed, card):
        text = answer.content.decode()
        assert "xss" in text
        assert not [
            line for line in re.split(r"\r\n(?! )|(?<!\r)\n|\r(?!\n)", text) if line.lower().startswith("xss")
        ]


# --- files ---------------------------------------------------------------------------------------------------------

LISTS: dict[str, list[list[str]]] = {
    "guestlist": [
        ["Name", "Office", "Delegation", FULL],
        [FULL, FULL, FULL, FULL],
        ["Ana", "Minister", FULL, "x"],
    ],
    "rosterfile": [
        ["Name", "E-mail", "Phone", "Guests"],
        [FULL, "eve@example.org", FULL, FULL],
        ["Tono", "tono@example.org", "", FULL],
    ],
    "programmefile": [
        ["Date", "Start", "End", "Title", "Place"],
        ["2027-05-13", "10:00", "11:00", FULL, FULL],
        [FULL, FULL, "", "x", "y"],
    ],
}


@pytest.mark.parametrize("table", LISTS)
def test_what_a_file_says_stays_text_at_every_step(
    cast: Cast, table: str, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = client_of(cast, "ratna")
    app = "events" if table == "programmefile" else "guests"
    file = SimpleUploadedFile("<xss onx=1>.csv", files.csv_text(LISTS[table]).encode())
    page = client.post(
        reverse(f"admin:{app}_{table}_add"), {"event": cast.event.pk, "file": file}, follow=True
    )
    shown = 0
    for step in ("columns", "preview"):
        assert page.status_code == 200
        eyes = looked_at(page.content.decode())
        assert eyes.became == [], step
        shown += eyes.shown
        if step == "columns":
            form = page.context["form"]
            chosen = {field.html_name: field.value() or "" for _column, field in form.rows()}
            hidden = re.findall(r'name="(sheet|header_row)" value="([^"]*)"', page.content.decode())
            page = client.post(page.request["PATH_INFO"], chosen | dict(hidden), follow=True)
    assert shown == 2


# --- mails ---------------------------------------------------------------------------------------------------------


def notice_of(kind: str, person: User) -> Notice:
    own = {language: {"subject": FULL, "text": FULL} for language in ("en", "id")}
    return Notice.objects.create(
        recipient=person, kind=kind, payload=payload_of_kind(kind, FULL) | {"own": own}, dedupe_key=kind, wants_acknowledgement=True,
        due_at=NOW, expires_at=NOW,
    )  # fmt: skip


def sent(notice: Notice) -> Message:
    """The mail as it goes over the line."""
    with EmailChannel() as way:
        way.send(Letter(notice.recipient.email, "<1@example.org>", word(notice)))
    return message_from_bytes(mail.outbox.pop().message().as_bytes())


HEADS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language",
    "List-Unsubscribe", "List-Unsubscribe-Post",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("with_own_words", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_becomes_markup_or_a_head_in_any_mail(
    cast: Cast, kind: str, with_own_words: bool, language: str
) -> None:
    User.objects.filter(pk=cast.sari.pk).update(name=FULL, language=language)
    notice = notice_of(kind, User.objects.get(pk=cast.sari.pk))
    if not with_own_words:
        notice.payload.pop("own")
    words, letter = word(notice), sent(notice)
    eyes = looked_at(words.html)
    assert (eyes.became, eyes.shown or "xss" in words.text) == ([], True)
    assert not set("\r\n") & set(words.subject + words.short)
    assert set(letter.keys()) <= HEADS
    assert (letter["To"], letter["Xss"]) == (cast.sari.email, None)
    pushed = payload_of(Letter("", "<1@example.org>", words)).decode()
    assert "xss" not in pushed


# --- paper ---------------------------------------------------------------------------------------------------------


def papers(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """Every kind of paper, in every look."""
    cast = scene.cast
    handout = print_handout(visit=sato_of(cast), language="en", by=cast.ratna, at=NOW)
    sheet = print_day_sheet(visit=sato_of(cast), day=NOW.date(), holder=cast.sari, by=cast.ratna, at=NOW)
    of_event = [
        print_event_paper(kind, event=cast.event, by=cast.ratna, at=NOW, language="en", day=day)
        for kind, day in (
            (Print.Kind.EVENT_BOOK, None),
            (Print.Kind.ARRIVALS, None),
            (Print.Kind.TRANSPORT, NOW.date()),
        )
    ]
    assert {each.kind for each in (handout, sheet, *of_event)} == set(Print.Kind.values)
    for each in of_event:
        yield each.kind, render([each]).data
    for sheet_size in Sheet.values:
        yield f"handout {sheet_size}", render([handout], Look(sheet=sheet_size)).data
    yield "sheet", render([sheet]).data


def test_on_paper_it_is_set_as_words_and_the_file_does_nothing(scene: Scene) -> None:
    for name, data in papers(scene):
        assert "<xss onx=1>" in text_of(data).replace(" ", "").replace("xssonx", "xss onx"), name
        with pikepdf.open(BytesIO(data)) as book:
            found = [one for one in book.objects if isinstance(one, pikepdf.Dictionary)]
            assert not [
                one
                for one in found
                if {"/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA"} & set(one.keys())
            ]
            links = [str(one["/URI"]) for one in found if "/URI" in one]
            assert not [
                link for link in links if not re.match(r"(https?://localhost|tel:|https?://testserver)", link)
            ], links
    assert looked_at(handout_html(scene.sato_print)).became == []
