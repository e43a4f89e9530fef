"""A letter as it goes over the wire. Made by hand: the general way to make a mail costs more time than to word it."""

import re
from base64 import b64encode
from collections.abc import Iterator
from email.utils import formatdate
from functools import lru_cache
from quopri import encodestring
from secrets import token_hex

from django.conf import settings
from django.core.mail.message import sanitize_address

from liaison.notices.channels.channel import Letter

_LONGEST_LINE = 998  # RFC 5322, 2.1.1
_LONGEST_PLAIN_SUBJECT = 900
_WORD = 36  # bytes of an encoded word: beside the header's name it stays within the 76 letters of RFC 2047


def compose(letter: Letter) -> bytes:
    """The message, text and HTML, with CRLF at every line's end. Raises ValueError for what no header can hold."""
    words = letter.words
    boundary = f"=_{token_hex(12)}"  # no quoted-printable text holds the first two letters
    headers = {
        "From": mailbox(settings.DEFAULT_FROM_EMAIL),
        "To": mailbox(letter.address),
        "Subject": words.subject,
        "Date": formatdate(localtime=settings.EMAIL_USE_LOCALTIME),
        **headers_of(letter),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    return b"".join(
        [
            *(_header(name, value) for name, value in headers.items()),
            *(
                f"\r\n--{boundary}\r\n".encode() + _part(kind, text)
                for kind, text in (("plain", words.text), ("html", words.html))
            ),
            f"\r\n--{boundary}--\r\n".encode(),
        ]
    )


def headers_of(letter: Letter) -> dict[str, str]:
    """What a mail of ours says about itself, besides whom it is from and to."""
    headers = {
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834
        "Content-Language": letter.words.language,
    }
    if letter.words.stops_at:  # RFC 8058: a mail program asks for it by itself, without opening a page
        headers["List-Unsubscribe"] = f"<{letter.words.stops_at}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


@lru_cache(maxsize=1024)
def mailbox(address: str) -> str:
    """A name and an address as a header holds them. Raises ValueError for what is none."""
    return str(sanitize_address(address, "utf-8"))


def _header(name: str, value: str) -> bytes:
    if "\r" in value or "\n" in value:
        raise ValueError(f"{name} must stay within one line.")
    if not value.isascii() or len(value) > _LONGEST_PLAIN_SUBJECT or "=?" in value:
        value = _encoded(value) if name == "Subject" else value
    return f"{name}: {value}\r\n".encode("ascii")


def _encoded(text: str) -> str:
    """As encoded words (RFC 2047), each on a line of its own and none of them within a letter."""
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in _words(text))


def _words(text: str) -> Iterator[bytes]:
    word = b""
    for letter in map(str.encode, text):
        if len(word) + len(letter) > _WORD:
            yield word
            word = b""
        word += letter
    yield word


def _part(kind: str, text: str) -> bytes:
    """One of the two bodies: as it is where any server may pass it on as it is, else quoted-printable (RFC 2045)."""
    lines = re.sub("\r\n?", "\n", text) if "\r" in text else text
    is_plain = lines.isascii() and max(map(len, lines.split("\n"))) <= _LONGEST_LINE
    body = lines.encode() if is_plain else encodestring(lines.encode())
    encoding = "7bit" if is_plain else "quoted-printable"
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + body.replace(b"\n", b"\r\n")
