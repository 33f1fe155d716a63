"""A carrier that takes everything after a fixed time and keeps nothing: `python lean_carrier.py PORT LATENCY_MS`.

As little work as an HTTP server can do, so that what is measured is who asks it. It speaks the sandbox's answers.
"""

import asyncio
import re
import sys

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Conversation(asyncio.Protocol):
    """One kept connection; requests come one after the other, as HTTP/1.1 clients without pipelining send them."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._heard = b""
        self._count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and len(body) >= int(length.group(1) if length else 0):
            self._heard = b""
            asyncio.get_running_loop().call_later(self._latency_s, self._answer)

    def _answer(self) -> None:
        self._count += 1
        body = b'{"id": "%x-%d", "parts": 1}' % (id(self), self._count)
        self._transport.write(
            b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )


async def main(port: int, latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(latency_s), "127.0.0.1", port, backlog=1_000)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1_000))
