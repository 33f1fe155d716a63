"""The carrier's own calls: receipts and media, over kept connections, a bounded number to each host.

One try a call. A kept connection that the other side had already closed is replaced once by a fresh one.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from campaigns.carrier import wire

IDLE_S = 4.0


class CallFailed(Exception):
    """No whole answer came; the text is a short reason for the record."""


class _Stale(Exception):
    """A kept connection was closed before a byte of the answer came."""


class _Place(NamedTuple):
    """Where calls go: one pool of connections each."""

    scheme: str
    host: str
    port: int


@dataclass(slots=True)
class Answer:
    """A whole answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Caller:
    """Makes calls; at most `per_host` at a time to one host."""

    def __init__(self, *, per_host: int, timeout_s: float, limit_bytes: int) -> None:
        self._timeout_s = timeout_s
        self._limit_bytes = limit_bytes
        self._gates: dict[_Place, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))
        self._idle: dict[_Place, list[_Line]] = defaultdict(list)

    async def call(self, *, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """One call, done within the time limit (waiting for a place not counted). Raises `CallFailed`."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise CallFailed("bad address") from None
        host = parts.hostname
        if parts.scheme not in ("http", "https") or not host:
            raise CallFailed("bad address")
        place = _Place(parts.scheme, host, port)
        request = _request(method, parts, place, headers, body)
        async with self._gates[place]:
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await self._exchange(place, request, method)
            except TimeoutError:
                raise CallFailed("no answer in time") from None
            except OSError as error:
                raise CallFailed(error.strerror or type(error).__name__) from None
            except wire.Malformed as error:
                raise CallFailed(f"unreadable answer: {error}") from None

    def close(self) -> None:
        """Drop all kept connections."""
        for lines in self._idle.values():
            for line in lines:
                line.abort()
        self._idle.clear()

    async def _exchange(self, place: _Place, request: bytes, method: str) -> Answer:
        now = asyncio.get_running_loop().time()
        idle = self._idle[place]
        while idle:
            line = idle.pop()
            if line.usable and now - line.used_at < IDLE_S:
                try:
                    return await self._on(line, place, request, method)
                except _Stale:
                    break
            line.abort()
        try:
            return await self._on(await self._connect(place), place, request, method)
        except _Stale:
            raise CallFailed("connection dropped") from None

    async def _on(self, line: _Line, place: _Place, request: bytes, method: str) -> Answer:
        try:
            answer = await line.exchange(request, head_only=method == "HEAD")
        except BaseException:
            line.abort()
            raise
        if line.usable:
            line.used_at = asyncio.get_running_loop().time()
            self._idle[place].append(line)
        return answer

    async def _connect(self, place: _Place) -> _Line:
        context = ssl.create_default_context() if place.scheme == "https" else None
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: _Line(self._limit_bytes), place.host, place.port, ssl=context)
        return line


def _request(method: str, parts: SplitResult, place: _Place, headers: dict[str, str], body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{place.host}]" if ":" in place.host else place.host
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}:{place.port}", "User-Agent: sandbox-carrier"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise CallFailed("bad address")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body


class _Line(asyncio.Protocol):
    """One connection that carries one exchange at a time."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._head: tuple[int, dict[str, str], int] | None = None
        self._head_only = False
        self._keep = True
        self.used_at = 0.0

    @property
    def usable(self) -> bool:
        return self._keep and self._transport is not None and not self._transport.is_closing() and not self._buffer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def exchange(self, request: bytes, *, head_only: bool) -> Answer:
        """Write, wait for the whole answer. Raises `_Stale`, `CallFailed`, `wire.Malformed`."""
        if self._transport is None:
            raise _Stale
        self._waiting = asyncio.get_running_loop().create_future()
        self._head, self._head_only = None, head_only
        self._transport.write(request)
        try:
            return await self._waiting
        finally:
            self._waiting = None

    def abort(self) -> None:
        self._keep = False
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._waiting is None or self._waiting.done():
            return
        try:
            answer = self._read(at_end=False)
        except (wire.Malformed, CallFailed) as error:
            self._waiting.set_exception(error)
            self.abort()
            return
        if answer is not None:
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is None or self._waiting.done():
            return
        if not self._buffer and self._head is None:
            self._waiting.set_exception(_Stale())
            return
        try:
            answer = self._read(at_end=True)
        except (wire.Malformed, CallFailed):
            answer = None
        if answer is None:
            self._waiting.set_exception(CallFailed("answer cut short"))
        else:
            self._waiting.set_result(answer)

    def _read(self, *, at_end: bool) -> Answer | None:
        """The answer once it is whole; one without length or chunks is whole when the connection ends."""
        if self._head is None and not self._read_head():
            return None
        assert self._head is not None
        status, headers, start = self._head
        if len(self._buffer) - start > self._limit_bytes:
            raise CallFailed("answer too long")
        length = wire.content_length(headers)
        if self._head_only or status in (204, 304):
            body: bytes | None = b""
        elif "chunked" in headers.get("transfer-encoding", "").lower():
            body = wire.read_chunks(bytes(self._buffer[start:]))
        elif length is not None:
            body = bytes(self._buffer[start : start + length]) if len(self._buffer) >= start + length else None
        else:
            self._keep = False
            body = bytes(self._buffer[start:]) if at_end else None
        if body is None:
            return None
        self._keep &= headers.get("connection", "").lower() != "close"
        self._buffer.clear()
        return Answer(status, headers, body)

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > wire.HEAD_LIMIT_BYTES:
                raise wire.Malformed(502, "head too long")
            return False
        first, headers = wire.read_head(bytes(self._buffer[:end]))
        words = first.split(" ", 2)
        if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
            raise wire.Malformed(502, "bad status line")
        self._head = (int(words[1]), headers, end + 4)
        return True
