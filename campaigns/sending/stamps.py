"""When the wall clock is set: what was stamped before is not held against the new time.

How long ago something happened is told from stamps in the database, since the process that saw it may be gone. A clock
that is set back puts them into the future, where they would wait for as long as it had been ahead; one that is set
forward makes everything old at once, and nobody may be asked about a message that left a second ago.
"""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db import models, transaction
from django.db.models import Q, QuerySet

from campaigns import states
from campaigns.gateways import leaving
from campaigns.models import Attempt, Message, NumberLease
from campaigns.sending import rescue, rests

_T = TypeVar("_T", bound=models.Model)

# More than the clocks of several machines, or one that is being corrected bit by bit, move from sweep to sweep.
STEP_S: Final = 2.0
# So far ahead of our own the clock of another machine may be.
AHEAD: Final = timedelta(seconds=10)
# Stamps in the future are looked for so long after a step, and after a start, before which nobody watched the clock:
# others may write some that they made before it.
LOOK_S: Final = 60.0
CHUNK: Final = 2_000


class Watch:
    """What this process has seen of the wall clock; lives as long as the process."""

    def __init__(self) -> None:
        self._began_at: float | None = None
        self._drift_s = 0.0
        self._stepped_at = float("-inf")

    def look(self, *, now: datetime, uptime: float) -> None:
        """Hold the wall clock against one that nobody sets (`leaving.uptime`)."""
        drift_s = now.timestamp() - uptime
        if self._began_at is None:
            self._began_at = uptime
        elif abs(drift_s - self._drift_s) > STEP_S:
            self._stepped_at = uptime
        self._drift_s = drift_s

    def steady_for_s(self, *, uptime: float) -> float:
        """Seconds since the clock was last seen to be set; infinite if never."""
        return uptime - self._stepped_at

    def may_be_ahead(self, *, uptime: float) -> bool:
        """Whether there may be stamps of a clock that was ahead."""
        return self._began_at is not None and uptime - max(self._began_at, self._stepped_at) < LOOK_S


_watch = Watch()


def step(*, now: datetime, watch: Watch = _watch) -> bool:
    """Watch the clock, and let stamps that lie in the future count from now on.

    Returns whether it has stood long enough to tell from stamps what is abandoned or may be asked about.
    """
    uptime = leaving.uptime()
    watch.look(now=now, uptime=uptime)
    if watch.may_be_ahead(uptime=uptime):
        _catch_up(now)
    return watch.steady_for_s(uptime=uptime) >= rescue.ABANDONED_AFTER.total_seconds()


def _catch_up(now: datetime) -> None:
    """Each in a transaction of its own, and past rows that somebody holds: the next sweep finds them."""
    ahead = now + AHEAD
    claimed = Message.objects.filter(state=states.Message.CLAIMED, claimed_at__gt=ahead)
    in_hand = Attempt.objects.filter(
        Q(outcome=Attempt.Outcome.OPEN, message_id__in=list(claimed.values_list("pk", flat=True)))
        | Q(outcome=Attempt.Outcome.UNKNOWN),
        claimed_at__gt=ahead,
    )
    in_doubt = Attempt.objects.filter(outcome=Attempt.Outcome.UNKNOWN, answered_at__gt=ahead)
    # What is to wait lies ahead by right, but never farther than this.
    farthest = now + timedelta(seconds=rests.LONGEST_REST_S)
    waiting = Message.objects.filter(state=states.Message.PENDING, next_attempt_at__gt=farthest)
    resting = NumberLease.objects.filter(rested_until__gt=farthest)
    _set(in_hand, now, "claimed_at")
    _set(claimed, now, "claimed_at")
    _set(in_doubt, now, "answered_at")
    _set(waiting, now, "next_attempt_at")
    _set(resting, now, "rested_until")


def _set(rows: QuerySet[_T], now: datetime, column: str) -> None:
    with transaction.atomic():
        free = list(rows.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True))
        for start in range(0, len(free), CHUNK):
            rows.model._default_manager.filter(pk__in=free[start : start + CHUNK]).update(**{column: now})
