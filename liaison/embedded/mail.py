"""Outgoing mail as files that a person can read, for demos and tests."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_FIRST = ("Date", "From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Message-ID")
_LAST = frozenset(
    {"content-type", "content-transfer-encoding", "mime-version", *(name.lower() for name in _FIRST)}
)


class EmailBackend(BaseEmailBackend):
    """Writes each message as a text file into EMAIL_FILE_PATH: headers, text, names of the other parts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        folder = getattr(settings, "EMAIL_FILE_PATH", None)
        if not folder:
            raise ImproperlyConfigured("EMAIL_FILE_PATH is not set: EMAIL_URL must be file:///folder.")
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages that have a recipient; raises OSError, unless told to fail silently."""
        written = 0
        for message in email_messages:
            if not message.recipients():
                continue
            try:
                self._write(message)
            except OSError:
                if not self.fail_silently:
                    raise
                continue
            written += 1
        return written

    def _write(self, message: EmailMessage) -> None:
        """A file appears complete or not at all, so that a reader never sees half a message."""
        self.folder.mkdir(parents=True, exist_ok=True)
        parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        path = self.folder / _file_name(message.recipients()[0], str(parsed["Subject"] or ""))
        draft = path.with_suffix(".part")
        draft.write_text(_readable(parsed, hidden=message.bcc), encoding="utf-8")
        draft.replace(path)


def _file_name(recipient: str, subject: str) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    return f"{now} {_safe(recipient)} {_safe(subject)} {secrets.token_hex(3)}.txt"


def _safe(text: str) -> str:
    """Letters and digits of any script, cut to what a file name of 255 bytes has room for."""
    plain = re.sub(r"[^\w@.+-]+", "-", text).strip("-.")
    return plain.encode()[:80].decode(errors="ignore")


def _readable(message: ParsedMessage, *, hidden: Sequence[str]) -> str:
    text = message.get_body(("plain",)) or message.get_body(("html",))
    body = str(text.get_content()) if text else ""
    others = [_named(part) for part in message.walk() if not part.is_multipart() and part is not text]
    parts = ["", "Other parts:", *others] if others else []
    return "\n".join([*_headers(message, hidden), "", body.rstrip(), *parts, ""])


def _headers(message: ParsedMessage, hidden: Sequence[str]) -> list[str]:
    lines = []
    for name in _FIRST:
        value = ", ".join(hidden) if name == "Bcc" else message[name]
        if value:
            lines.append(f"{name}: {' '.join(value.split())}")  # a long header comes folded
    return lines + [f"{name}: {value}" for name, value in message.items() if name.lower() not in _LAST]


def _named(part: ParsedMessage) -> str:
    content = part.get_payload(decode=True)
    size = len(content) if isinstance(content, bytes) else 0
    name = part.get_filename()
    return f"- {name + ': ' if name else ''}{part.get_content_type()}, {size} bytes"
