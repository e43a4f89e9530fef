"""`python -m tests.bench.sink PORT SECONDS [pipelining]`: a mail server that keeps nothing, as far away as it is told, and costs little.

What a client sends arrives after that many seconds, as over a network: several commands sent at once arrive at once. Only
where told so, the server says that it takes them like that (RFC 2920), as most servers do.
"""

import asyncio
import sys
from collections.abc import Callable
from functools import partial


class Conversation(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, seconds: float, *, has_pipelining: bool) -> None:
        self._seconds = seconds
        self._hello = b"250-sink\r\n250 PIPELINING\r\n" if has_pipelining else b"250 sink\r\n"
        self._heard, self._is_in_data = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._later(transport.write, b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._later(self._hear, data)

    def _later(self, do: Callable[[bytes], object], what: bytes) -> None:
        asyncio.get_running_loop().call_later(self._seconds, do, what)

    def _hear(self, data: bytes) -> None:
        self._heard += data
        replies = b""
        while found := self._take():
            replies += self._reply(found)
        if replies and not self._transport.is_closing():
            self._transport.write(replies)
            if replies.endswith(b"221 bye\r\n"):
                self._transport.close()

    def _take(self) -> bytes:
        """The next command, or the end of the message; nothing where it has not come yet."""
        found, end, rest = self._heard.partition(b"\r\n.\r\n" if self._is_in_data else b"\r\n")
        if not end:
            return b""
        self._heard = rest
        return found + end

    def _reply(self, found: bytes) -> bytes:
        verb = b"" if self._is_in_data else found[:4].upper()
        self._is_in_data = verb == b"DATA"
        special = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n", b"EHLO": self._hello}
        return special.get(verb, b"250 fine\r\n")


async def serve(port: int, seconds: float, *, has_pipelining: bool) -> None:
    made = partial(Conversation, seconds, has_pipelining=has_pipelining)
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]), has_pipelining="pipelining" in sys.argv))
