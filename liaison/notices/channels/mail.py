"""E-mail, over SMTP."""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import Q

from liaison.accounts.models import User
from liaison.notices.channels.channel import Channel, HealingError, Letter, OutageError, SendingError, said
from liaison.notices.channels.composing import compose, headers_of, mailbox
from liaison.notices.channels.submitting import submit
from liaison.notices.models import Delivery

EMAIL = "email"

_HEALING_REPLIES = range(400, 500)  # RFC 5321, 4.2.1: "transient negative completion"
_LOSSES_IN_A_ROW = 2  # after so many, it is the server and not the message


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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def pack(self, letter: Letter) -> Letter:
        if isinstance(self._connection, EmailBackend):
            with suppress(ValueError):  # an address or a header that cannot be is told when it is to be sent
                return replace(letter, packed=compose(letter))
        return letter

    def send(self, letter: Letter) -> None:
        try:
            self._connection.open()
        except OSError as error:  # smtplib's errors are OSErrors, too
            raise OutageError(Delivery.Trouble.CLOSED, said(error)) from error
        try:
            self._hand_over(letter)
        except (OSError, ValueError) as error:
            self._hang_up()  # smtplib does not always tidy up after a refusal; the next letter gets a new connection
            raise self._meaning(error) from error
        self._losses = 0

    def _hand_over(self, letter: Letter) -> None:
        if isinstance(self._connection, EmailBackend) and self._connection.connection:
            submit(
                self._connection.connection,
                letter.packed or compose(letter),
                sender=mailbox(settings.DEFAULT_FROM_EMAIL),
                recipient=mailbox(letter.address),
            )
        else:  # a folder, or a list: where it is kept rather than sent
            self._connection.send_messages([as_mail(letter)])

    def _meaning(self, error: OSError | ValueError) -> SendingError:
        """What an error says about this letter and about the way."""
        match error:
            case smtplib.SMTPRecipientsRefused():
                return _refusal(*next(iter(error.recipients.values())))
            case smtplib.SMTPResponseException():
                return _refusal(error.smtp_code, error.smtp_error)
            case smtplib.SMTPNotSupportedError() | ValueError():  # an address or a header that cannot be
                return SendingError(Delivery.Trouble.REFUSED, said(error))
        self._losses += 1
        kind = OutageError if self._losses >= _LOSSES_IN_A_ROW else HealingError
        return kind(Delivery.Trouble.LOST, said(error))

    def _hang_up(self) -> None:
        with suppress(OSError):  # a farewell that fails changes nothing of what was said before
            self._connection.close()


def as_mail(letter: Letter) -> EmailMultiAlternatives:
    """The letter as Django's own mail, for ways that are not SMTP."""
    words = letter.words
    mail = EmailMultiAlternatives(words.subject, words.text, to=[letter.address], headers=headers_of(letter))
    mail.attach_alternative(words.html, "text/html")
    return mail


def _refusal(code: int, reply: bytes | str) -> SendingError:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    if code in _HEALING_REPLIES:
        return HealingError(Delivery.Trouble.LATER, f"{code} {text}")
    return SendingError(Delivery.Trouble.REFUSED, f"{code} {text}")
