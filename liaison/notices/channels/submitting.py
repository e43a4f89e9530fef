"""A message to a mail server, in as few journeys as the server permits."""

import smtplib
from collections.abc import Callable

_FINE, _GO_ON, _GOING_DOWN = {250, 251}, {354}, 421
_Refusal = Callable[[int, bytes], smtplib.SMTPException]


def submit(server: smtplib.SMTP, message: bytes, *, sender: str, recipient: str) -> None:
    """Hand over a message whose lines end with CRLF. Raises what `SMTP.sendmail` raises.

    A server that takes several commands at once (RFC 2920) gets sender, recipient and the wish to send data in one
    journey, and the message in a second; any other gets them one after the other.
    """
    server.ehlo_or_helo_if_needed()
    if not server.has_extn("pipelining"):
        server.sendmail(sender, [recipient], message)
        return
    refusals: list[tuple[set[int], _Refusal]] = [
        (_FINE, lambda code, said: smtplib.SMTPSenderRefused(code, said, sender)),
        (_FINE, lambda code, said: smtplib.SMTPRecipientsRefused({recipient: (code, said)})),
        (_GO_ON, smtplib.SMTPDataError),
    ]
    server.send(_commands(server, message, sender, recipient))
    code, refused = 0, None
    for fine, refusal in refusals:
        code, said = server.getreply()
        if code not in fine:
            refused = refused or refusal(code, said)
        if code == _GOING_DOWN:
            break
    if refused:
        _take_back(server, code, refused)
        raise refused
    _send_data(server, message)


def _commands(server: smtplib.SMTP, message: bytes, sender: str, recipient: str) -> bytes:
    size = f" SIZE={len(message)}" if server.has_extn("size") else ""
    lines = (
        f"MAIL FROM:{smtplib.quoteaddr(sender)}{size}",
        f"RCPT TO:{smtplib.quoteaddr(recipient)}",
        "DATA",
    )
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("An address must stay within one line.")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _take_back(server: smtplib.SMTP, last_code: int, refused: smtplib.SMTPException) -> None:
    """Leave the server where it waits for no message.

    It may ask for one although it wants no recipient: then it gets an empty one, which goes to nobody (RFC 2920, 3.1).
    Where it named a recipient fine and the sender not, who knows what it would do with that: the line is cut.
    """
    if last_code in _GO_ON and isinstance(refused, smtplib.SMTPRecipientsRefused):
        server.send(b".\r\n")
        server.getreply()
    elif last_code in _GO_ON or last_code == _GOING_DOWN:
        server.close()


def _send_data(server: smtplib.SMTP, message: bytes) -> None:
    server.send(message.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    code, said = server.getreply()
    if code == _GOING_DOWN:
        server.close()
    if code not in _FINE:
        raise smtplib.SMTPDataError(code, said)
