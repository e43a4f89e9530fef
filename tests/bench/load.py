"""A small load generator: as many requests as a few connections at a time get answered, in a bounded time."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECTIONS = 4
_PATIENCE = 30


class UnexpectedAnswerError(Exception):
    """The server answered something else than the page."""


@dataclass
class Round:
    """What was answered: seconds for each request, and how long the whole took."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds


@dataclass(frozen=True)
class Question:
    """What is asked of the server, and the status that is the right answer."""

    path: str
    cookie: str = ""
    headers: str = ""
    form: str | None = None
    expected: int = 200

    def text(self) -> bytes:
        body = (self.form or "").encode()
        lines = [
            f"{'GET' if self.form is None else 'POST'} {self.path} HTTP/1.1",
            "Host: localhost",
            f"Cookie: {self.cookie}",
            "Accept-Encoding: gzip",
            "Connection: close",
            *self.headers.splitlines(),
        ]
        if self.form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


def fetch(port: int, question: Question) -> bytes:
    """The whole answer over a connection of its own, as gunicorn's sync workers want it."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        connection.sendall(question.text())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    answer = b"".join(parts)
    if not answer.startswith(f"HTTP/1.1 {question.expected} ".encode()):
        raise UnexpectedAnswerError(answer[:200].decode(errors="replace"))
    return answer


def run(port: int, question: Question, seconds: float) -> Round:
    """Ask again and again for that many seconds, on CONNECTIONS connections at a time."""
    done, failures = Round(), []
    began = time.perf_counter()
    until = began + seconds

    def ask() -> None:
        try:
            while (start := time.perf_counter()) < until:
                fetch(port, question)
                done.latencies.append(time.perf_counter() - start)
        except (OSError, UnexpectedAnswerError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    done.seconds = time.perf_counter() - began
    return done


def percentile(numbers: Sequence[float], percent: int) -> float:
    """The number that so many percent do not exceed (nearest rank)."""
    ranked = sorted(numbers)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]
