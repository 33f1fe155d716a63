"""The web process as a witness: while pages are asked it notices silent workers, and tells of them itself."""

import logging
import threading
import time

from django.db import Error, connection
from django.utils import timezone

from campaigns.telling import deliver, watch

EVERY_S = 30.0

_log = logging.getLogger(__name__)
_turn = threading.Lock()
_looked_at = float("-inf")


def look() -> None:
    """Look at most every EVERY_S. Where a process is silent nobody else may be there to tell: then a thread of ours
    does, so that no page waits for somebody's mail server."""
    global _looked_at
    if not _turn.acquire(blocking=False):
        return
    try:
        if time.monotonic() - _looked_at < EVERY_S:
            return
        _looked_at = time.monotonic()
        if watch.look(now=timezone.now()):
            threading.Thread(target=_tell, name="lookout", daemon=True).start()
    except Error:
        return  # no database: the page itself says so
    finally:
        _turn.release()


def _tell() -> None:
    try:
        deliver.due(now=timezone.now())
    except Exception:
        _log.exception("Silence could not be told")
    finally:
        connection.close()
