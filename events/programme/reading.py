"""From the bytes of an uploaded programme to what it lists, or a clear refusal."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from events.programme import extract_calendar, extract_schedule
from events.programme.calendar import listed_entries
from events.programme.judging import judged
from events.programme.listed import Facts, Kind, Listing
from events.programme.schedule import listed_talks
from liaison.sheets.confined import TooMuchError, extracted_by
from liaison.sheets.reading import UnreadableFileError, refuse_by_size

_BEGINNING = 2000  # bytes that tell the kind
_AROUND = timedelta(days=8)  # repeated entries are laid out so far around the event's days
_CALENDAR = re.compile(r"\s*BEGIN:VCALENDAR", re.IGNORECASE)
_XML = re.compile(r"\s*<(\?xml|!DOCTYPE schedule|!--|schedule\b)", re.IGNORECASE)


def kind_of(data: bytes) -> Kind:
    """How the file is written down; what is neither schedule nor calendar is taken for a table."""
    beginning = _text_of(data[:_BEGINNING])
    if _CALENDAR.match(beginning):
        return Kind.CALENDAR
    if beginning.lstrip().startswith("{") or _XML.match(beginning):
        return Kind.SCHEDULE
    return Kind.TABLE


def _text_of(data: bytes) -> str:
    """The beginning as text, whatever its encoding, for looking at only."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data.decode(encoding, errors="replace")


def read_listing(data: bytes, facts: Facts) -> Listing:
    """What a schedule (JSON or XML) or a calendar lists, judged. Raises UnreadableFileError for whatever is neither."""
    refuse_by_size(len(data))
    if kind_of(data) is Kind.CALENDAR:
        first, last = facts.starts_on - _AROUND, facts.ends_on + _AROUND
        found = _found(extract_calendar.__file__, _in_utf8(data), first.isoformat(), last.isoformat())
        listing = listed_entries(found, facts)
    else:
        listing = listed_talks(_found(extract_schedule.__file__, data), facts)
    if not listing.sessions:
        raise UnreadableFileError(_("The file lists no sessions."))
    return replace(listing, sessions=judged(listing.sessions, facts))


def _in_utf8(data: bytes) -> bytes:
    """Calendars are UTF-8 by their standard; some programs write UTF-16 all the same."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").encode()


def _found(script: str, data: bytes, *words: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = extracted_by(script, data, *words)
    except TooMuchError as error:
        raise _refusal("much") from error
    if "refused" in found:
        raise _refusal(found["refused"])
    return found


def _refusal(reason: str) -> UnreadableFileError:
    messages = {
        "much": _("Reading this file takes far more time or memory than a programme does."),
        "many": _("The file lists more than %(limit)s sessions.") % {"limit": extract_schedule.MAX_TALKS},
        "deep": _("The file is nested deeper than any programme."),
        "entities": _(
            "The file defines words of its own (a DTD), which no schedule needs. Export it without."
        ),
        "damaged": _(
            "This is no schedule or calendar that can be read: it is damaged, only half there, or of another kind."
            " A spreadsheet, a schedule in JSON or XML, or a calendar (.ics) will do."
        ),
    }
    return UnreadableFileError(messages[reason])
