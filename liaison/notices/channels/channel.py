"""What every way has in common: a letter in, and an error that says whether trying again can help."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.db.models import Q

from liaison.accounts.models import User
from liaison.notices.models import Delivery
from liaison.notices.wording import Words


class SendingError(Exception):
    """A letter was not sent, and will not be by sending it again."""

    def __init__(self, trouble: Delivery.Trouble, detail: str) -> None:
        super().__init__(trouble, detail)
        self.trouble = trouble
        self.detail = detail


class HealingError(SendingError):
    """A letter was not sent now; later it may be, not before `retry_after` where the other side asks for patience."""

    def __init__(
        self, trouble: Delivery.Trouble, detail: str, *, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(trouble, detail)
        self.retry_after = retry_after


class OutageError(HealingError):
    """The way itself is closed: no letter gets through for the time being."""


@dataclass(frozen=True)
class Letter:
    """What goes to one address. A repetition carries the same `message_id`. `packed` is how the way sends it, once made."""

    address: str
    message_id: str
    words: Words
    packed: bytes = b""


class Channel(AbstractContextManager["Channel"], ABC):
    """One way to reach people; entered for a batch, so that it may keep a connection."""

    @staticmethod
    @abstractmethod
    def addresses(recipient: User) -> Sequence[str]:
        """Where the person is reached by this way; nothing where they are not. Asks nothing that `with_ways` fetched."""

    @staticmethod
    def may_carry() -> Q:
        """The notices for which `addresses` may find something, asked of the database; all, unless a way knows better.

        Too many cost time only, too few would tell nobody. Must not come out as NULL: ask by Exists what may be missing.
        """
        return ~Q(pk=None)

    def pack(self, letter: Letter) -> Letter:
        """The letter with what can be made ready before it is its turn: in a thread, and without the database."""
        return letter

    @abstractmethod
    def send(self, letter: Letter) -> None:
        """Hand the letter over; raises SendingError, HealingError or OutageError."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of what was kept."""


def said(error: Exception) -> str:
    """An error as it stands beside a delivery."""
    return f"{type(error).__name__}: {error}"
