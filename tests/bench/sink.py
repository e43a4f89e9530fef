"""`python -m tests.bench.sink PORT SECONDS`: a mail server that keeps nothing, as far away as it is told, and costs little."""

import asyncio
import sys
from functools import partial


async def converse(seconds: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each command of one client after that many seconds, as a server does to which a network leads."""

    async def say(reply: bytes) -> None:
        await asyncio.sleep(seconds)
        writer.write(reply + b"\r\n")

    await say(b"220 sink")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            await say(b"354 go on")
            await reader.readuntil(b"\r\n.\r\n")
        await say(b"221 bye" if verb == b"QUIT" else b"250 fine")
        if verb == b"QUIT":
            break
    writer.close()


async def serve(port: int, seconds: float) -> None:
    server = await asyncio.start_server(partial(converse, seconds), "127.0.0.1", port, limit=1 << 20)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
