"""The moment after which a request never leaves, whatever held it up."""

import contextlib
import contextvars
import time
from collections.abc import Iterator

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
