"""The pace of one sender number: a clock that says when the next part may leave."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

# A message may leave this much before its gap is over, to make good for one that left late: without it every delay of
# the loop, a millisecond or two each, would stay lost, and a number would keep 97 % of its rate.
EARLY_S = 0.004


@dataclass(slots=True)
class Clock:
    """All times are seconds of one monotonic clock; `rate` is in parts per second.

    `next_at` is the moment that the rate asks for, `least_at` the first one that the message before allows.
    """

    rate: float
    next_at: float
    least_at: float = -math.inf

    @property
    def due_at(self) -> float:
        """When the next part may leave."""
        return max(self.next_at, self.least_at)

    def book(self, *, cost: int, monotonic: float) -> float:
        """The moment at which a message of `cost` parts may leave; the number is taken for cost / rate after it.

        Being late is made good for by EARLY_S at a time, and never for more than one message: a number that was idle
        starts at its rate, not with a burst.
        """
        at, taken_s = max(self.due_at, monotonic), cost / self.rate
        self.next_at = max(self.next_at, at - taken_s) + taken_s
        self.least_at = at + taken_s - EARLY_S
        return at

    def rest(self, *, seconds: float, monotonic: float) -> None:
        """Let nothing leave for `seconds`: the provider asked to slow down, or cannot be reached."""
        self.next_at = max(self.next_at, monotonic + seconds)


def restored(*, rate: float, stored: datetime | None, now: datetime, monotonic: float) -> Clock:
    """The clock of a number as the last holder left it, clamped to one interval ahead: a wall clock that was
    set back must not keep a number silent for an hour."""
    wait_s = (stored - now).total_seconds() if stored else 0.0
    return Clock(rate=rate, next_at=monotonic + min(max(wait_s, 0.0), 1 / rate))


def stored(*, clock: Clock, now: datetime, monotonic: float) -> datetime:
    """The wall-clock moment to keep for the next holder."""
    return now + timedelta(seconds=max(clock.due_at - monotonic, 0.0))


def batch_size(*, rate: float) -> int:
    """How many messages to claim at a time: two seconds of work, so that a crash strands few."""
    return max(1, min(round(rate * 2), 200))
