"""A small HTTP/1.1 server on asyncio: keep-alive, Content-Length bodies, limits on everything.

The standard library's own server costs a thread a connection and several times the time a request.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from campaigns.carrier import wire

IDLE_S = 75.0
REQUEST_S = 20.0
SWEEP_S = 5.0


@dataclass(slots=True)
class Request:
    """One whole request; `query` keeps the last value of a repeated name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Response:
    """What is answered."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


# None drops the connection without an answer.
Handler = Callable[[Request], Awaitable[Response | None]]


class Server:
    """Listens, keeps the connections, ends them."""

    def __init__(self, *, handler: Handler, body_limit: Callable[[str], int]) -> None:
        self.handler = handler
        self.body_limit = body_limit
        self.connections: set[_Connection] = set()
        self._listening: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self, *, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError where it is taken."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(lambda: _Connection(self), host, port, backlog=512)
        self._sweeper = loop.create_task(self._sweep())
        return int(self._listening.sockets[0].getsockname()[1])

    async def stop(self, *, grace_s: float) -> None:
        """Take no more; let answers under way leave for `grace_s`, then cut."""
        if self._listening is not None:
            self._listening.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in list(self.connections):
            connection.finish()
        tasks = [connection.task for connection in self.connections if connection.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=grace_s)
        for connection in list(self.connections):
            connection.abort()

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_S)
            now = loop.time()
            for connection in list(self.connections):
                connection.sweep(now)


class _Connection(asyncio.Protocol):
    """One client: its requests one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._since = self._loop.time()
        self._transport: asyncio.Transport | None = None
        self._last = False
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._transport = None
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        if not self._buffer:
            self._since = self._loop.time()
        self._buffer += data
        if self.task is None:
            self._advance()
        elif len(self._buffer) > wire.HEAD_LIMIT_BYTES and self._transport is not None:
            self._transport.pause_reading()

    def finish(self) -> None:
        """Answer what is under way, nothing more."""
        self._last = True
        if self.task is None:
            self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def sweep(self, now: float) -> None:
        """Cut whoever sends nothing, or dawdles over one request."""
        if self.task is None and now - self._since > (REQUEST_S if self._buffer else IDLE_S):
            self.abort()

    def _advance(self) -> None:
        try:
            request = self._next()
        except wire.Malformed as error:
            self._last = True
            self._write(Response(error.status, b'{"code":40000,"message":"unreadable request"}'), head_only=False)
            return
        if request is not None:
            self.task = self._loop.create_task(self._answer(request))

    def _next(self) -> Request | None:
        """The next whole request of the buffer, if it is there. Raises `wire.Malformed`."""
        end = self._buffer.find(b"\r\n\r\n", 0, wire.HEAD_LIMIT_BYTES)
        if end < 0:
            if len(self._buffer) >= wire.HEAD_LIMIT_BYTES:
                raise wire.Malformed(431, "head too long")
            return None
        first, headers = wire.read_head(bytes(self._buffer[:end]))
        words = first.split(" ")
        if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0") or not words[1].startswith("/"):
            raise wire.Malformed(400, "bad request line")
        if "transfer-encoding" in headers:
            raise wire.Malformed(411, "a length is needed")
        path, _, query = words[1].partition("?")
        length = wire.content_length(headers) or 0
        if length > self._server.body_limit(path):
            raise wire.Malformed(413, "body too long")
        if len(self._buffer) < end + 4 + length:
            return None
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        self._last |= words[2] == "HTTP/1.0" or headers.get("connection", "").lower() == "close"
        found = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        return Request(words[0], unquote(path), found, headers, body)

    async def _answer(self, request: Request) -> None:
        try:
            response = await self._server.handler(request)
        except asyncio.CancelledError:
            raise
        except Exception:
            traceback.print_exc(file=sys.stderr)
            response = Response(500, b'{"code":50001,"message":"Something went wrong here"}')
        self.task = None
        if response is None:
            self.abort()
            return
        self._write(response, head_only=request.method == "HEAD")
        if self._transport is not None:
            self._since = self._loop.time()
            self._transport.resume_reading()
            if self._buffer:
                self._advance()

    def _write(self, response: Response, *, head_only: bool) -> None:
        if self._transport is None:
            return
        extra = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
        head = (
            f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
            f"Content-Type: {response.content_type}\r\nContent-Length: {len(response.body)}\r\n"
            f"{'Connection: close' if self._last else 'Connection: keep-alive'}\r\n{extra}\r\n"
        )
        self._transport.write(head.encode("latin-1") + (b"" if head_only else response.body))
        if self._last:
            self._transport.close()
            self._transport = None
