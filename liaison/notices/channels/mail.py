"""E-mail, over SMTP."""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Q

from liaison.accounts.models import User
from liaison.notices.channels.channel import Channel, HealingError, Letter, OutageError, SendingError, said
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

    def send(self, letter: Letter) -> None:
        try:
            self._connection.open()
        except OSError as error:  # smtplib's errors are OSErrors, too
            raise OutageError(Delivery.Trouble.CLOSED, said(error)) from error
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
                return SendingError(Delivery.Trouble.REFUSED, said(error))
        self._losses += 1
        kind = OutageError if self._losses >= _LOSSES_IN_A_ROW else HealingError
        return kind(Delivery.Trouble.LOST, said(error))

    def _hang_up(self) -> None:
        with suppress(OSError):  # a farewell that fails changes nothing of what was said before
            self._connection.close()


def _mail(letter: Letter) -> EmailMultiAlternatives:
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}  # RFC 3834
    words = letter.words
    headers["Content-Language"] = words.language
    if words.stops_at:  # RFC 8058: a mail program asks for it by itself, without opening a page
        headers["List-Unsubscribe"] = f"<{words.stops_at}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(words.subject, words.text, to=[letter.address], headers=headers)
    mail.attach_alternative(words.html, "text/html")
    return mail


def _refusal(code: int, reply: bytes | str) -> SendingError:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    if code in _HEALING_REPLIES:
        return HealingError(Delivery.Trouble.LATER, f"{code} {text}")
    return SendingError(Delivery.Trouble.REFUSED, f"{code} {text}")
