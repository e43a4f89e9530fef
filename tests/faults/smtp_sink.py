"""A mail server for tests: keeps what it is given, and can be told to refuse, to hang or to hang up."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import EmailMessage

Behaviour = Callable[[str, str], str | None]


class HangUpError(Exception):
    """Raised by a behaviour: the server closes the connection without a word."""


class SmtpSink(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP (RFC 5321) as a client of ours needs. A behaviour sees each command before it is answered.

    `behave(verb, rest)` answers the reply to give instead of the usual one, or None for the usual one; it may block.
    The end of a message is the verb "END", with the recipient as its rest: by then the message is kept. A message that
    nobody is to get is dropped.

    As most servers it takes several commands at once (RFC 2920); where it `collects`, it answers none of them before the
    last. Without `has_pipelining` it does not say so.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, behave: Behaviour | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.behave: Behaviour = behave or (lambda _verb, _rest: None)
        self.has_pipelining, self.collects = True, False
        self.messages: list[EmailMessage] = []
        self.dropped: list[bytes] = []
        self.connections = 0
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]

    def wait_for(self, count: int, *, seconds: float = 60) -> None:
        """Wait until that many messages have come; fails with what has."""
        until = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < until, f"{count} messages were awaited, there are {self.subjects()}"
            time.sleep(0.02)


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpSink

    def handle(self) -> None:
        with self.server.lock:
            self.server.connections += 1
        self._recipient, self._held = "", ""
        try:
            self._say(self.server.behave("CONNECT", "") or "220 sink")
            while line := self.rfile.readline():
                if not self._answer(line.decode().strip()):
                    return
        except (HangUpError, ConnectionError):
            return

    def _answer(self, line: str) -> bool:
        verb, _blank, rest = line.partition(" ")
        verb = verb.upper()
        reply = self.server.behave(verb, rest)
        if verb == "RCPT":
            self._recipient = "" if reply else rest
        if verb == "DATA" and reply is None:
            self._say("354 go on")
            reply = self._take_message()
        self._say(reply or self._usual(verb), is_last=verb not in {"MAIL", "RCPT"})
        return verb != "QUIT"

    def _usual(self, verb: str) -> str:
        if verb == "EHLO" and self.server.has_pipelining:
            return "250-sink\r\n250 PIPELINING"
        return "221 bye" if verb == "QUIT" else "250 fine"

    def _take_message(self) -> str | None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise HangUpError  # the client has gone: half a message is none
            lines.append(line.removeprefix(b"."))
        content = b"".join(lines)
        if not self._recipient:
            self.server.dropped.append(content)
            return "554 no valid recipients"
        message = message_from_bytes(content, policy=policy.default)
        with self.server.lock:
            self.server.messages.append(message)
        return self.server.behave("END", self._recipient)

    def _say(self, reply: str, *, is_last: bool = True) -> None:
        self._held += f"{reply}\r\n"
        if is_last or not self.server.collects:
            self.wfile.write(self._held.encode())
            self._held = ""


@contextmanager
def smtp_sink(behave: Behaviour | None = None) -> Iterator[SmtpSink]:
    """A mail server on a free port, for as long as the block lasts."""
    with SmtpSink(behave) as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield sink
        sink.shutdown()
        thread.join(5)
