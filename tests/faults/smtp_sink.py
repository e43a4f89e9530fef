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
    The end of a message is the verb "END", with the recipient as its rest: by then the message is kept.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, behave: Behaviour | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.behave: Behaviour = behave or (lambda _verb, _rest: None)
        self.messages: list[EmailMessage] = []
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
        self._recipient = ""
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
            self._recipient = rest
        if verb == "DATA" and reply is None:
            self._say("354 go on")
            self._keep()
            reply = self.server.behave("END", self._recipient)
        self._say(reply or ("221 bye" if verb == "QUIT" else "250 fine"))
        return verb != "QUIT"

    def _keep(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        with self.server.lock:
            self.server.messages.append(message)

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


@contextmanager
def smtp_sink(behave: Behaviour | None = None) -> Iterator[SmtpSink]:
    """A mail server on a free port, for as long as the block lasts."""
    with SmtpSink(behave) as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield sink
        sink.shutdown()
        thread.join(5)
