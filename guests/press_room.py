"""A worker's hands: papers of a run rendered so that a bad one spoils no other, and packed into one file."""

import logging
import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from celery.exceptions import SoftTimeLimitExceeded
from django.utils.translation import gettext as _

from guests.look import Look
from guests.models import Print
from guests.papers import Wish, render, title_of
from liaison.paper.pdf import PaperError, Part, merge

logger = logging.getLogger(__name__)
_LONGEST_NAME = 80
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')  # what some system forbids in the names of files


class Failure(NamedTuple):
    """A paper that could not be made, as a run keeps it: the wish as JSON, what it is called, and why not."""

    told: list[Any]
    called: str
    why: str

    @property
    def wish(self) -> Wish:
        return Wish.of_json(self.told)


def rendered(papers: Sequence[Print], look: Look) -> tuple[list[Part], list[Failure]]:
    """The papers in one part; where one of them cannot be made, each in a part of its own, and what failed."""
    result = _tried(papers, look)
    if isinstance(result, Part):
        return [result], []
    if len(papers) == 1:
        [paper] = papers
        return [], [Failure(Wish.of(paper).as_json(), title_of(paper), result)]
    parts: list[Part] = []
    failures: list[Failure] = []
    for paper in papers:
        more, failed = rendered([paper], look)
        parts += more
        failures += failed
    return parts, failures


def _tried(papers: Sequence[Print], look: Look) -> Part | str:
    """The part; or why it cannot be made, in words a coordinator may read."""
    try:
        return render(papers, look)
    except PaperError as error:
        return str(error)
    except SoftTimeLimitExceeded:  # the whole run takes too long, not this paper
        raise
    except Exception:
        logger.exception("Prints %s failed", [paper.pk for paper in papers])
        return _("Something went wrong that an administrator finds in the log.")


def packed(parts: Sequence[Part], *, title: str, as_zip: bool) -> bytes:
    """All the parts in one PDF with an outline, or each in a file of its own in a ZIP; the same bytes for the same parts.

    One paper alone keeps the outline and the links that it has.
    """
    if not as_zip and len(parts) == 1 and len(parts[0].chapters) == 1:
        return parts[0].data
    if not as_zip:
        return merge(parts, title=title)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as book:
        for number, part in enumerate(parts, 1):
            [(called, _pages)] = part.chapters
            name = _NO_NAME.sub("-", called)[:_LONGEST_NAME].strip(" .")
            book.writestr(ZipInfo(f"{number:03d} {name}.pdf"), part.data, ZIP_DEFLATED)
    return out.getvalue()
