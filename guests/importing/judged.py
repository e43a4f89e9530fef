"""Rows of a guest list as they were read and judged."""

from collections.abc import Mapping as Values
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from guests.importing.cells import Value
from guests.importing.fields import label_of
from guests.importing.officers import Listed
from liaison.sheets.severity import Severity


@dataclass(frozen=True)
class Message:
    """Something to say about a row, in the reader's language; `field` is empty where it concerns the whole row."""

    severity: Severity
    field: str
    text: str

    @property
    def label(self) -> str:
        return label_of(self.field) if self.field else _("the row")


@dataclass(frozen=True)
class CheckedRow:
    """A row with its key, the values it gives (blank cells give none), and the messages about it."""

    number: int
    key: str
    values: Values[str, Value]
    messages: tuple[Message, ...] = ()
    like: int = 0
    """The number of a row higher up that is probably the same guest; 0 for none."""

    @property
    def severity(self) -> Severity:
        return max((message.severity for message in self.messages), default=Severity.OK)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    def with_message(self, severity: Severity, field: str, text: str) -> "CheckedRow":
        return replace(self, messages=(*self.messages, Message(severity, field, text)))


@dataclass(frozen=True)
class Checked:
    """The rows of a list, and the numbers of those that have nothing in the chosen columns."""

    rows: tuple[CheckedRow, ...]
    passed_over: tuple[int, ...]
    merged: tuple[tuple[int, int], ...] = ()
    roster: tuple[Listed, ...] = ()
    answers: Values[str, str] = field(default_factory=dict)
    order_is_open: bool = False
    """Whether the file leaves it open which figure of its dates is the day, and nobody was asked yet."""

    def row(self, number: int) -> CheckedRow | None:
        return next((row for row in self.rows if row.number == number), None)
