"""What an uploaded file would do, in the reader's words: primitives for the pages that show it."""

from collections.abc import Iterable
from collections.abc import Mapping as Values
from dataclasses import dataclass

from django.utils.translation import gettext as _

from liaison.sheets.dates import Order

SHOWN_ROWS = 300
"""How many rows of a kind one page shows; the numbers always tell of all."""


@dataclass(frozen=True)
class ShownMessage:
    """What is said of one field of a row; `row` is where in the file it stands."""

    row: int | str
    name: str
    label: str
    text: str


@dataclass(frozen=True)
class ShownChange:
    label: str
    before: str
    after: str
    by_hand: bool = False


@dataclass(frozen=True)
class Count:
    """A number large enough to be read across a table; `kind` says how it is coloured."""

    kind: str
    number: int
    label: str


@dataclass(frozen=True)
class Side:
    """One field of two rows that may be one."""

    label: str
    here: str
    there: str


@dataclass(frozen=True)
class Question:
    """A question with its choices (value and label), what was answered, and two rows side by side where it is about them."""

    name: str
    text: str
    choices: tuple[tuple[str, str], ...]
    answer: str = ""
    headings: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()


def question_of_order(answer: str) -> Question:
    """Which figure of the file's dates is the day."""
    choices = (
        (Order.DAY_FIRST.value, _("the day first: 05/06 is 5 June")),
        (Order.MONTH_FIRST.value, _("the month first: 05/06 is 6 May")),
    )
    return Question("order", _("How does this file write its dates?"), choices, answer)


def known_answers(questions: Iterable[Question], given: Values[str, str]) -> dict[str, str]:
    """Of what was sent in, the answers to these questions that are among their choices; empty takes one back."""
    return {
        question.name: given[question.name]
        for question in questions
        if question.name in given
        and given[question.name] in {"", *(value for value, _label in question.choices)}
    }
