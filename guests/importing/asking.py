"""What a person has to say about a list, in the reader's words: who is who, who is meant, which figure is the day."""

from collections.abc import Iterator
from collections.abc import Mapping as Values

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guests.importing.byhand import Policy
from guests.importing.cells import Value
from guests.importing.diffing import NOBODY, Diff, RowDiff
from guests.importing.fields import label_of
from guests.importing.judged import CheckedRow
from guests.importing.officers import question_about
from guests.importing.repeats import OTHER, in_row
from guests.importing.repeats import question_about as question_who
from guests.importing.shown import shown
from liaison.sheets.outcome import Question, Side, question_of_order

_COMPARED = ("name", "native_name", "honorific_before", "office", "organisation", "country", "level",
             "arrives_at", "arrival_flight", "hotel", "diet")  # fmt: skip
MOST = 100
"""Questions on one page; the others follow when these are answered."""


def questions_of(diff: Diff, time_zone: str) -> tuple[Question, ...]:
    """Every question, the answered ones too, so that an answer can be taken back."""
    return (*_about_order(diff), *_about_people(diff, time_zone), *_about_officers(diff), *_about_hands(diff))


def _about_order(diff: Diff) -> Iterator[Question]:
    answer = diff.checked.answers.get("order", "")
    if diff.order_is_open or answer:
        yield question_of_order(answer)


def _about_people(diff: Diff, time_zone: str) -> Iterator[Question]:
    rows = {row.number: row for row in diff.checked.rows}
    for number, into in diff.checked.merged:
        name = rows[into].name if into in rows else ""
        text = _("Row %(row)s goes into row %(into)s, %(name)s.") % {
            "row": number,
            "into": into,
            "name": name,
        }
        yield Question(question_who(number), text, _who(row=into), in_row(into))
    for one in diff.rows:
        earlier = rows.get(one.row.like)
        answer = diff.checked.answers.get(question_who(one.row.number), "")
        there = one.like or (one.stored if answer.startswith("visit-") else None)
        if earlier or there:
            yield _about_person(one, earlier, answer, time_zone)


def _about_person(one: RowDiff, earlier: CheckedRow | None, answer: str, time_zone: str) -> Question:
    there = one.like or (one.stored if answer.startswith("visit-") else None)
    others = earlier.values if earlier else (there.values if there else {})
    heading = _("Row %(row)s") % {"row": earlier.number} if earlier else _("At the event already")
    choices = _who(row=earlier.number if earlier else 0, visit=there.visit_id if there else 0)
    return Question(
        question_who(one.row.number),
        _("Is row %(row)s, %(name)s, the same guest?") % {"row": one.row.number, "name": one.row.name},
        choices,
        answer,
        (_("Row %(row)s") % {"row": one.row.number}, heading),
        tuple(_sides(one.row.values, others, time_zone)),
    )


def _who(*, row: int = 0, visit: int = 0) -> tuple[tuple[str, str], ...]:
    choices = []
    if row:
        choices.append(
            (in_row(row), _("the same guest as in row %(row)s: take both together") % {"row": row})
        )
    if visit:
        choices.append((f"visit-{visit}", _("the same guest as at the event: bring that one up to date")))
    return (*choices, (OTHER, _("two different guests")))


def _sides(here: Values[str, Value], there: Values[str, Value], time_zone: str) -> Iterator[Side]:
    for key in _COMPARED:
        texts = [shown(key, values.get(key), time_zone) for values in (here, there)]
        if any(texts):
            yield Side(capfirst(label_of(key)), *texts)


def _about_officers(diff: Diff) -> Iterator[Question]:
    """One question for each name in doubt, whatever the number of guests beside it."""
    written: dict[str, tuple[str, list[int]]] = {}
    for one in diff.rows:
        text = str(one.row.values.get("officer") or "")
        name = question_about(text)
        if text and (text in diff.unknown_officers or name in diff.checked.answers):
            written.setdefault(name, (text, []))[1].append(one.row.number)
    choices = (*((str(one.key), one.name) for one in diff.team), (NOBODY, _("nobody: assign later")))
    for name, (text, rows) in written.items():
        asked = ngettext("Who is “%(name)s” (row %(rows)s)?", "Who is “%(name)s” (rows %(rows)s)?", len(rows))
        said = asked % {"name": text, "rows": ", ".join(map(str, rows[:20]))}
        yield Question(name, said, choices, diff.checked.answers.get(name, ""))


def _about_hands(diff: Diff) -> Iterator[Question]:
    answer = diff.checked.answers.get("by_hand", "")
    kept = sum(len(one.kept) for one in diff.rows)
    if diff.by_hand or kept or answer:
        text = _(
            "What becomes of values that people entered since the last list, where this list has others?"
        )
        choices = (
            (Policy.KEEP.value, _("keep all of them")),
            (Policy.LIST.value, _("take the list's everywhere")),
        )
        yield Question("by_hand", text, choices, answer)
