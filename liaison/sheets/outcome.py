"""What an uploaded file would do, in the reader's words: primitives for the pages that show it."""

from dataclasses import dataclass

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
