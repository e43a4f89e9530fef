"""The ways by which a notice reaches a person. A way is one small class, registered in CHANNELS."""

import smtplib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Q

from liaison.accounts.models import User
from liaison.notices.models import Delivery
from liaison.notices.wording import Words

_HEALING_REPLIES = range(400, 500)  # RFC 5321, 4.2.1: "transient negative completion"
_LOSSES_IN_A_ROW = 2  # after so many, it is the server and not the message


class SendingError(Exception):
    """A letter was not sent, and will not be by sending it again."""

    def __init__(self, trouble: Delivery.Trouble, detail: str) -> None:
        super().__init__(trouble, detail)
        self.trouble = trouble
        self.detail = detail


class HealingError(SendingError):
    """A letter was not sent now; later it may be, and not before `retry_after` where the other side has named a time."""

    def __init__(
        self, trouble: Delivery.Trouble, detail: str, *, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(trouble, detail)
        self.retry_after = retry_after


class OutageError(HealingError):
    """The way itself is closed: no letter gets through for the time being."""


@dataclass(frozen=True)
class Letter:
    """What goes to one address. A repetition carries the same `message_id`."""

    address: str
    message_id: str
    words: Words


class Channel(AbstractContextManager["Channel"], ABC):
    """One way to reach people; entered for a batch, so that it may keep a connection."""

    @staticmethod
    @abstractmethod
    def addresses(recipient: User) -> Sequence[str]:
        """Where the person is reached by this way; nothing where they are not."""

    @staticmethod
    def may_carry() -> Q:
        """The notices for which `addresses` may find something, asked of the database; all of them unless a way knows better.

        Too many cost time only, too few would tell nobody. Must not come out as NULL: ask by Exists what may be missing.
        """
        return ~Q(pk=None)

    @abstractmethod
    def send(self, letter: Letter) -> None:
        """Hand the letter over; raises SendingError, HealingError or OutageError."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of what was kept."""


class EmailChannel(Channel):
    """E-mail as text and HTML, over one connection as long as it lasts."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._losses = 0

    @staticmethod
    def addresses(recipient: User) -> Sequence[str]:
        return [recipient.email] if recipient.email else []

    @staticmethod
    def may_carry() -> Q:
        return ~Q(recipient__email="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, letter: Letter) -> None:
        try:
            self._connection.open()
        except OSError as error:  # smtplib's errors are OSErrors, too
            raise OutageError(Delivery.Trouble.CLOSED, _said(error)) from error
        try:
            self._connection.send_messages([_mail(letter)])
        except (OSError, ValueError) as error:
            self._hang_up()  # smtplib does not always tidy up after a refusal; the next letter gets a new connection
            raise self._meaning(error) from error
        self._losses = 0

    def _meaning(self, error: OSError | ValueError) -> SendingError:
        """What an error says about this letter and about the way."""
        match error:
            case smtplib.SMTPRecipientsRefused():
                return _refusal(*next(iter(error.recipients.values())))
            case smtplib.SMTPResponseException():
                return _refusal(error.smtp_code, error.smtp_error)
            case smtplib.SMTPNotSupportedError() | ValueError():  # an address or a header that cannot be
                return SendingError(Delivery.Trouble.REFUSED, _said(error))
        self._losses += 1
        kind = OutageError if self._losses >= _LOSSES_IN_A_ROW else HealingError
        return kind(Delivery.Trouble.LOST, _said(error))

    def _hang_up(self) -> None:
        with suppress(OSError):  # a farewell that fails changes nothing of what was said before
            self._connection.close()


def _mail(letter: Letter) -> EmailMultiAlternatives:
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}  # RFC 3834
    words = letter.words
    mail = EmailMultiAlternatives(
        words.subject, words.text, to=[letter.address], headers=headers | {"Content-Language": words.language}
    )
    mail.attach_alternative(words.html, "text/html")
    return mail


def _refusal(code: int, reply: bytes | str) -> SendingError:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    if code in _HEALING_REPLIES:
        return HealingError(Delivery.Trouble.LATER, f"{code} {text}")
    return SendingError(Delivery.Trouble.REFUSED, f"{code} {text}")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


CHANNELS: Mapping[str, type[Channel]] = {"email": EmailChannel}
