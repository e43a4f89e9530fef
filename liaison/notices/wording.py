"""A notice in words: subject, text and HTML, all in the recipient's language, times in the event's zone with its name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils import translation

from liaison.notices.models import Notice


class WordingError(Exception):
    """A notice cannot be worded: it has no template, or its payload lacks what the template needs."""


@dataclass(frozen=True)
class Words:
    """What the recipient reads."""

    language: str
    subject: str
    text: str
    html: str


def word(notice: Notice) -> Words:
    """The notice in its recipient's language, from `templates/notices/<kind>/`.

    A kind is a folder with `subject.txt`, `body.txt` and `body.html`; each gets the payload's values by their names,
    moments as datetimes, and `site_url`. Raises WordingError.
    """
    language = notice.recipient.language
    folder = f"notices/{notice.kind}"
    try:
        context = _context(notice)
        with translation.override(language):
            return Words(
                language=language,
                subject=_one_line(render_to_string(f"{folder}/subject.txt", context)),
                text=render_to_string(f"{folder}/body.txt", context).strip() + "\n",
                html=render_to_string(f"{folder}/body.html", context),
            )
    except (TemplateDoesNotExist, TemplateSyntaxError, NoReverseMatch) as error:
        raise WordingError(f"{folder}: {error}") from error
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What a filter raises when it is given nothing, or something else than it takes.
        raise WordingError(f"{folder}: {type(error).__name__}: {error}") from error


def _context(notice: Notice) -> dict[str, Any]:
    values: dict[str, Any] = dict(notice.payload)
    for name, value in notice.payload.items():
        if name.endswith("_at") and value:
            values[name] = datetime.fromisoformat(value)
    return values | {"recipient": notice.recipient, "site_url": settings.SITE_URL}


def _one_line(text: str) -> str:
    """A subject holds no line break, whatever a title holds: it would end the header."""
    return " ".join(text.split())
