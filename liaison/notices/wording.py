"""A notice in words: subject, text and HTML, all in the recipient's language, times in the event's zone with its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError, VariableDoesNotExist
from django.template.loader import render_to_string, select_template
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from liaison.notices.acknowledging import address_for
from liaison.notices.lateness import lateness_of
from liaison.notices.models import Notice
from liaison.notices.stopping import stop_address_for


class WordingError(Exception):
    """A notice cannot be worded: it has no template, or its payload lacks what the template needs."""


@dataclass(frozen=True)
class Words:
    """What the recipient reads, and where its links lead.

    `short` is for a screen that others see as well: it names a kind and perhaps a time, never a guest, a place or a
    need. `answers_at` acknowledges and `stops_at` ends such mails; each is empty where there is no such link.
    """

    language: str
    subject: str
    text: str
    html: str
    short: str
    opens_at: str
    expires_at: datetime
    is_urgent: bool = False
    answers_at: str = ""
    stops_at: str = ""


def word(notice: Notice, *, at: datetime | None = None) -> Words:
    """The notice as a letter in its recipient's language, from `templates/notices/<kind>/`.

    A kind is a folder with `subject.txt`, `body.txt` and `body.html`; each gets the payload's values by their names,
    moments as datetimes, and `site_url`. What the payload holds under `own`, a subject and a text for each language,
    takes the subject's place and stands above the text. `short.txt` is what a locked screen may show; a kind without one
    is only said to be a notice. Where the desk waits for an answer, text and HTML end with a link that gives it; where
    such mails may be stopped, with one that stops them. Sent at the moment `at`, long after it was due, it says so in
    subject and text. Raises WordingError.
    """
    with _worded(notice) as (folder, context):
        late = lateness_of(notice, at=at) if at else None
        links = {
            "acknowledge": address_for(notice) if notice.wants_acknowledgement else "",
            "stop": stop_address_for(notice),
        }
        asked = {f"{name}_address": link for name, link in links.items()}
        endings = "".join(
            f"\n{render_to_string(f'notices/{name}.txt', asked).strip()}\n"
            for name, link in links.items()
            if link
        )
        short = select_template([f"{folder}/short.txt", "notices/short.txt"]).render(context)
        return Words(
            language=notice.recipient.language,
            subject=_one_line(f"{late.in_subject if late else ''} {_subject(folder, context)}"),
            text=(f"{late.in_full}\n\n" if late else "") + _text(folder, context) + "\n" + endings,
            html=render_to_string(f"{folder}/body.html", context | asked | {"late": late}),
            short=_one_line(short),
            opens_at=f"{settings.SITE_URL}{reverse('inbox')}#notice-{notice.pk}",
            expires_at=notice.expires_at,
            is_urgent=notice.is_urgent,
            answers_at=links["acknowledge"],
            stops_at=links["stop"],
        )


def word_in_short(notice: Notice) -> tuple[str, str]:
    """The notice's subject and text for the recipient who reads it in the app, without a letter's links to answer by.

    Raises WordingError.
    """
    with _worded(notice) as (folder, context):
        return _subject(folder, context), _text(folder, context)


def _subject(folder: str, context: dict[str, Any]) -> str:
    """The event's own subject where it has one."""
    return _one_line(context["own_subject"] or render_to_string(f"{folder}/subject.txt", context))


def _text(folder: str, context: dict[str, Any]) -> str:
    """The kind's text, below the event's own words where it has some."""
    said = render_to_string(f"{folder}/body.txt", context).strip()
    return f"{context['own_text']}\n\n{said}" if context["own_text"] else said


@contextmanager
def _worded(notice: Notice) -> Iterator[tuple[str, dict[str, Any]]]:
    """The recipient's language, with the kind's folder and what its templates get; what goes wrong is a WordingError."""
    folder = f"notices/{notice.kind}"
    try:
        with translation.override(notice.recipient.language):
            yield folder, _context(notice)
    except (TemplateDoesNotExist, TemplateSyntaxError, VariableDoesNotExist, NoReverseMatch) as error:
        raise WordingError(f"{folder}: {error}") from error
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What a filter raises when it is given nothing, or something else than it takes.
        raise WordingError(f"{folder}: {type(error).__name__}: {error}") from error


def _context(notice: Notice) -> dict[str, Any]:
    values: dict[str, Any] = dict(notice.payload)
    for name, value in notice.payload.items():
        if name.endswith("_at") and value:
            values[name] = datetime.fromisoformat(value)
    own = values.pop("own", {}).get(notice.recipient.language, {})
    said = {"own_subject": own.get("subject", ""), "own_text": own.get("text", "")}
    return values | said | {"recipient": notice.recipient, "site_url": settings.SITE_URL}


def _one_line(text: str) -> str:
    """A subject holds no line break, whatever a title holds: it would end the header."""
    return " ".join(text.split())
