"""The moment after which a request never leaves, whatever held it up."""

import contextlib
import contextvars
import time
from collections.abc import Iterator

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection
from aiohttp.helpers import set_exception

# Up to when a request of this task may leave, on the clock of `uptime`.
_leaves_by: contextvars.ContextVar[float] = contextvars.ContextVar("leaves_by", default=float("inf"))


def uptime() -> float:
    """Seconds on a clock that nobody sets and that goes on while the machine sleeps (Linux), else the monotonic one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@contextlib.contextmanager
def by(moment: float) -> Iterator[None]:
    """No request of this block leaves after `moment` (of `uptime`), whatever held it up: it fails as `http.NeverLeft`.

    Around the gateway and not inside of it, so that no gateway can forget. A process that was frozen here may wake when
    its messages are long in other hands.
    """
    before = _leaves_by.set(moment)
    try:
        yield
    finally:
        _leaves_by.reset(before)


def is_over() -> bool:
    """Whether the moment is over for what this task is about to send."""
    return uptime() > _leaves_by.get()


class TooLate(Exception):
    """The connection stands, no byte was written, and the moment to leave is over."""


class Request(aiohttp.ClientRequest):
    """The last places that are asked before bytes go out. `send` only keeps the headers in a buffer; Python 3.11 writes
    them with the body in the loop's next turn, later ones at once. What is left is a process that stops in the few
    instructions between the second look and the socket."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        if is_over():
            raise TooLate
        return await super().send(conn)

    async def write_bytes(
        self, writer: AbstractStreamWriter, conn: Connection, content_length: int | None = None
    ) -> None:
        if is_over():
            # In a task of its own: who waits for the answer hears it through the connection.
            if conn.protocol is not None:
                set_exception(conn.protocol, TooLate())
            conn.close()
            return
        await super().write_bytes(writer, conn, content_length)
