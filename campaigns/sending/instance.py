"""Restore is time travel: whether the database is the one that was last at work here.

The database counts up with each step of its work; a mark outside of it keeps the count. A database that is behind the
mark was restored from a backup. One whose name the mark does not know came from elsewhere, unless others are at work on
it: then this machine joins them.
"""

import contextlib
import json
import logging
import os
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.db import transaction

from campaigns.lifecycle import halt
from campaigns.models import Attempt, Halt, Instance, Message
from subscriptions.models import new_token

_log = logging.getLogger(__name__)

# A database whose count stands still for so long has nobody at work on it: others step every five seconds.
STILL_S: Final = 15.0
Standing = Literal["ours", "watching", "restored", "cloned"]


@dataclass(frozen=True, slots=True)
class Mark:
    """The database that was last at work here, and how far it had come."""

    token: str
    count: int


class Watch:
    """What this process has seen of a database that the mark does not know; lives as long as the process."""

    def __init__(self) -> None:
        self._seen: tuple[str, int, float] | None = None

    def look(self, *, token: str, count: int, monotonic: float) -> Standing:
        """It moves: others are at work on it. It stands still for STILL_S: it came from elsewhere."""
        if self._seen is None or self._seen[0] != token:
            self._seen = (token, count, monotonic)
        if count != self._seen[1]:
            return "ours"
        return "cloned" if monotonic - self._seen[2] >= STILL_S else "watching"


_watch = Watch()


def step(*, now: datetime, watch: Watch = _watch) -> Standing:
    """Hold the database against the mark, then move both on: before anything leaves, and every few seconds.

    `watching`: nothing may leave yet, ask again. `restored` and `cloned` have put the stop on. A database without any
    message, or the first one that this machine sees, is a fresh one.
    """
    mark = _read()
    with transaction.atomic():
        Instance.objects.bulk_create([Instance(token=new_token(), at=now)], ignore_conflicts=True)
        row = Instance.objects.select_for_update().get(pk=Instance.ONE)
        found = _standing(row, mark, watch)
        if found == "watching":
            return found
        if found in ("restored", "cloned"):
            _stop(row, Halt.Code(found), now)
        row.count = max(row.count, mark.count if mark and mark.token == row.token else 0) + 1
        row.at = now
        row.save(update_fields=["count", "at"])
    # After the commit, never before: a mark ahead of its database is what a backup looks like.
    _write(Mark(row.token, row.count))
    return found


def current() -> Instance | None:
    """The row, with what is known of the last restore."""
    return Instance.objects.filter(pk=Instance.ONE).first()


def _standing(row: Instance, mark: Mark | None, watch: Watch) -> Standing:
    if row.count == 0:
        # Nobody has stepped on it yet. With a mark and messages it is a backup of before there was a count.
        return "restored" if mark is not None and Message.objects.exists() else "ours"
    if mark is None or mark.token != row.token:
        return watch.look(token=row.token, count=row.count, monotonic=time.monotonic())
    return "restored" if mark.count > row.count else "ours"


def _stop(row: Instance, code: Halt.Code, now: datetime) -> None:
    """Let nothing leave, and remember from when on this database knows nothing."""
    last = Attempt.objects.order_by("-pk").values_list("claimed_at", flat=True).first()
    since = row.at if row.count else (last or now)
    Instance.objects.filter(pk=row.pk).update(
        stepped_back_at=now, knows_until=min(since, now), compared_at=None, cursors={}, found=0
    )
    halt.put_on(code=code, now=now)


def _read() -> Mark | None:
    """The mark; None where there is none that can be read."""
    try:
        kept = json.loads(Path(settings.BOOT_MARK).read_text())
        return Mark(str(kept["token"]), int(kept["count"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(mark: Mark) -> None:
    """Put the mark in place whole; one that another process brought further meanwhile is left."""
    kept = _read()
    if kept is not None and kept.token == mark.token and kept.count >= mark.count:
        return
    path = Path(settings.BOOT_MARK)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with draft.open("w") as file:
            json.dump({"token": mark.token, "count": mark.count}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        _log.exception("The boot mark could not be written to %s", path)
        with contextlib.suppress(OSError):
            draft.unlink()
