"""Whose turn it is to have a file opened: a few at once in one process, a few in line, and a plain no for the rest.

Whoever asks for a review waits for it, in the web with a thread. Files that are dear to open must never hold all of
them: pages, carriers and STOPs need one too.
"""

import contextlib
import threading
from collections.abc import Iterator

from campaigns.media import limits, problems

_places = threading.BoundedSemaphore(limits.AT_ONCE + limits.IN_LINE)
_open = threading.BoundedSemaphore(limits.AT_ONCE)


@contextlib.contextmanager
def taken() -> Iterator[None]:
    """Hold one of the turns. Raises UnfitError: busy, at once where the line is full, else after `limits.TURN_S`."""
    if not _places.acquire(blocking=False):
        raise problems.refuse("busy", limit=limits.AT_ONCE)
    try:
        if not _open.acquire(timeout=limits.TURN_S):
            raise problems.refuse("busy", limit=limits.AT_ONCE)
        try:
            yield
        finally:
            _open.release()
    finally:
        _places.release()
