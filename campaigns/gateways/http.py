"""The only socket of the gateways: one request, no second try, no redirect, errors told apart by what left.

The line that matters runs between "certainly never left" (safe to repeat) and all later trouble (never repeated).
Only failures of the connect phase, and a moment that is over when it ends (`leaving.py`), count as the former: from
then on nobody can say how far the bytes went. aiohttp itself repeats idempotent methods on a stale connection; POST is
not among them.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit

import aiohttp

from campaigns.gateways import leaving

CONNECT_TIMEOUT_S = 5.0
TOTAL_TIMEOUT_S = 30.0
ANSWER_LIMIT_BYTES = 1_000_000
# Shorter than any provider's own, so that we never write into a connection the other side is just closing.
KEEPALIVE_S = 15.0
READ_CHUNK_BYTES = 65_536
USER_AGENT = "mmsadmin"


class Trouble(Exception):
    """A call failed; `reason` is a short word for the record and never holds a secret or an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NeverLeft(Trouble):
    """No byte of the request reached the provider."""


class InDoubt(Trouble):
    """The request may have reached the provider."""


class TooLong(InDoubt):
    """The answer is longer than allowed; the rest was not read."""


class FetchRefused(Trouble):
    """A file will not be fetched from there, or is not what was allowed (host, redirect, size, time)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it came; the type is what the other side claims."""

    content_type: str
    body: bytes = field(repr=False)


class Session:
    """Connections shared by all sends of one event loop. Use as `async with http.Session() as session`."""

    def __init__(
        self,
        *,
        in_flight: int = 200,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        total_timeout_s: float = TOTAL_TIMEOUT_S,
    ) -> None:
        self._in_flight = in_flight
        self._timeout = aiohttp.ClientTimeout(
            total=total_timeout_s, connect=None, sock_connect=connect_timeout_s, sock_read=None
        )
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._in_flight, keepalive_timeout=KEEPALIVE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=leaving.Request,
            timeout=self._timeout,
            auto_decompress=False,
            headers={"User-Agent": USER_AGENT},
            skip_auto_headers=("Accept-Encoding",),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def post(self, *, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST once. Raises `NeverLeft` or `InDoubt`; every answer, of whatever status, is returned."""
        return await self._call("POST", url, headers, body)

    async def get(self, *, url: str, headers: Mapping[str, str]) -> Answer:
        """GET, for questions that change nothing. Raises as `post`."""
        return await self._call("GET", url, headers, None)

    async def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        if self._client is None:
            raise RuntimeError("the session is not open")
        try:
            async with self._client.request(method, url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await _read(response.content)
                found = {name.lower(): value for name, value in response.headers.items()}
                return Answer(status=response.status, headers=found, body=answer)
        except leaving.TooLate:
            raise NeverLeft("held up too long") from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NeverLeft(_word(error)) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise NeverLeft("bad address") from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise InDoubt(_word(error)) from None


async def _read(stream: aiohttp.StreamReader) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > ANSWER_LIMIT_BYTES:
            raise TooLong("answer too long")
    return b"".join(chunks)


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "no such host"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.ConnectionTimeoutError, "connect timeout"),
    (aiohttp.ClientConnectorError, "connection refused"),
    (TimeoutError, "no answer in time"),
    (aiohttp.ServerDisconnectedError, "connection dropped"),
    (aiohttp.ClientPayloadError, "answer cut short"),
    (OSError, "connection reset"),
    (aiohttp.ClientResponseError, "unreadable answer"),
)


def _word(error: BaseException) -> str:
    return next((word for kind, word in _WORDS if isinstance(error, kind)), "connection failed")


# --- For callers without an event loop: pages and the media task --------------------------------------------


def call(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeout_s: float = CONNECT_TIMEOUT_S,
    limit_bytes: int = ANSWER_LIMIT_BYTES,
    address: str = "",
) -> Answer:
    """One request over a connection of its own, done within `timeout_s` or given up; to the IP `address`, if one is
    given, whatever the name stands for by now.

    Raises `NeverLeft` or `InDoubt`; an answer over `limit_bytes` is `InDoubt` too. Redirects are returned, not
    followed; proxies of the environment are not used.
    """
    deadline = time.monotonic() + timeout_s
    parts, connection = _connection(url, timeout_s)
    try:
        try:
            _connect(connection, address, timeout_s)
        except ssl.SSLError:
            raise NeverLeft("tls") from None
        except TimeoutError:
            raise NeverLeft("connect timeout") from None
        except (OSError, UnicodeError):
            raise NeverLeft("connection refused") from None
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body, {"User-Agent": USER_AGENT, **headers})
            response = connection.getresponse()
            content = _read_by(connection, response, deadline, limit_bytes)
        except TimeoutError:
            raise InDoubt("no answer in time") from None
        except (HTTPException, OSError, ValueError):
            raise InDoubt("connection dropped") from None
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=found, body=content)
    finally:
        connection.close()


def fetch(
    *,
    url: str,
    headers: Mapping[str, str],
    allowed: frozenset[str],
    limit_bytes: int,
    timeout_s: float = TOTAL_TIMEOUT_S,
) -> Fetched:
    """Fetch an inbound file from one of the `host:port` addresses in `allowed`, never anywhere else.

    Raises `FetchRefused` for an address outside the list, a redirect or a file over `limit_bytes` (the rest is
    not read), `Trouble` for the network and for any status but 200.
    """
    if not url.startswith(("http://", "https://")) or authority(url) not in allowed:
        raise FetchRefused("address not allowed")
    try:
        answer = call(method="GET", url=url, headers=headers, timeout_s=timeout_s, limit_bytes=limit_bytes)
    except TooLong:
        raise FetchRefused("file too large") from None
    if 300 <= answer.status < 400:
        raise FetchRefused("redirect")
    if answer.status != 200:
        raise Trouble(f"status {answer.status}")
    kind = answer.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    return Fetched(content_type=kind, body=answer.body)


def authority(url: str) -> str:
    """`host:port` of an address, the port of its scheme filled in; empty if it has none or is unreadable."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{parts.hostname}:{port}" if parts.hostname and port else ""


def _connection(url: str, timeout_s: float) -> tuple[SplitResult, HTTPConnection]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NeverLeft("bad address") from None
    if not host or parts.scheme not in ("http", "https"):
        raise NeverLeft("bad address")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return parts, kind(host, port, timeout=timeout_s)


def _connect(connection: HTTPConnection, address: str, timeout_s: float) -> None:
    """Open it, to this IP address if one is given; the name stays what TLS and the Host header speak of."""
    if not address:
        connection.connect()
        return
    connection.sock = socket.create_connection((address, connection.port), timeout_s)
    if isinstance(connection, HTTPSConnection):
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=connection.host)


def _read_by(connection: HTTPConnection, response: HTTPResponse, deadline: float, limit_bytes: int) -> bytes:
    """Read all, within the deadline: the socket's own time-out only counts from byte to byte."""
    chunks: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = response.read1(READ_CHUNK_BYTES)
        if not chunk:
            if response.length:
                raise HTTPException("cut short")
            return b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
        if size > limit_bytes:
            raise TooLong("answer too long")
