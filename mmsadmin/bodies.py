"""Slow senders: whoever sends a form a byte a second holds a thread of the server, so not all threads may wait for one.

A proxy that reads whole requests first keeps such senders away; without one a handful of connections from anybody would
stop every page. Provider calls are not counted: without their secret address no byte of a body is read.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Who finds no place waits no longer than this, in seconds, since that takes a thread too.
PATIENCE_S: Final = 0.2


class Slots:
    """`application` with at most `at_once` bodies being read at a time; everything else is answered as ever."""

    def __init__(self, application: Application, *, at_once: int) -> None:
        self.application = application
        self._free = threading.BoundedSemaphore(at_once)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or not int(length[:18]) or environ.get("PATH_INFO", "").startswith("/webhooks/"):
            return self.application(environ, start_response)
        if not self._free.acquire(timeout=PATIENCE_S):
            start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "5")])
            return [b"Too many forms are being sent at this moment. Nothing is lost: go back and send it again.\n"]
        body = _Body(environ["wsgi.input"], int(length[:18]), self._free.release)
        environ["wsgi.input"] = body
        try:
            return self.application(environ, start_response)
        finally:
            body.done()


class _Body:
    """A request's body that says once when it is read to its end."""

    def __init__(self, source: Any, length: int, tell: Callable[[], None]) -> None:
        self._source, self._left, self._tell = source, length, tell
        self._told = False

    def read(self, *size: int) -> bytes:
        return self._counted(self._source.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._counted(self._source.readline(*size))

    def done(self) -> None:
        if not self._told:
            self._told = True
            self._tell()

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left <= 0 or not piece:
            self.done()
        return piece
