"""Rates that several numbers share, over all processes: an account's cap, a campaign's own speed limit.

A shared rate is a clock in the database (`SharedClock`). A process reserves up to RESERVE_S of its time at once, in one
statement, and lets its own messages leave within it, one after the other: nobody is asked for each message, and two
processes never hold the same moment. Who crashes takes at most that much with it; what is left over at the end of a
slice is given back where nobody has reserved behind it.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import connection

from campaigns.gateways import registry
from campaigns.models import Run, SharedClock
from subscriptions.models import ProviderAccount

_T = TypeVar("_T")

RESERVE_S = 1.0
# A group of messages is let in (and looked at) this long before its first may leave; with the group's own length, at
# most line.HORIZON_S, it stays below looks.GOOD_FOR_S.
ADMIT_S = 0.1
# So much work of a gate is claimed ahead, for all numbers of a process together.
AHEAD_S = 2.0
# The farthest that others may have reserved: a stored moment beyond it is of a clock that was set back.
FARTHEST_S = 10.0
# The database's clock and our own drifting apart by more than this from one question to the next: it was stepped.
STEP_S = 1.0


class Db(Protocol):
    def __call__(self, work: Callable[[], _T], /) -> Coroutine[Any, Any, _T]: ...


@dataclass(slots=True)
class Span:
    """Time that is ours, in seconds of the monotonic clock; `mark` is what the shared clock showed at its end."""

    start: float
    end: float
    mark: float


@dataclass(frozen=True, slots=True)
class Grant:
    """`wait_s` from `monotonic` on the reserved time begins; `drift_s` tells a stepped clock from one that runs."""

    wait_s: float
    monotonic: float
    mark: float
    drift_s: float


_ON_POSTGRESQL = """
INSERT INTO campaigns_sharedclock AS shared (key, next_at)
VALUES (%(key)s, extract(epoch from clock_timestamp())::float8 + %(span)s)
ON CONFLICT (key) DO UPDATE SET next_at = %(span)s + least(
    greatest(shared.next_at, extract(epoch from clock_timestamp())::float8),
    extract(epoch from clock_timestamp())::float8 + %(farthest)s
)
RETURNING next_at, extract(epoch from clock_timestamp())::float8
"""
# One machine: its own clock is the database's.
_ON_SQLITE = """
INSERT INTO campaigns_sharedclock AS shared (key, next_at) VALUES (%(key)s, %(now)s + %(span)s)
ON CONFLICT (key) DO UPDATE SET next_at = %(span)s + min(max(shared.next_at, %(now)s), %(now)s + %(farthest)s)
RETURNING next_at, %(now)s
"""


def reserve(*, key: str, seconds: float) -> Grant:
    """Take the next free `seconds` of a shared clock, by the clock of the database, so that machines need not agree."""
    with connection.cursor() as cursor:
        given: dict[str, str | float | None] = {"key": key, "span": seconds, "farthest": FARTHEST_S}
        if connection.vendor == "postgresql":
            cursor.execute(_ON_POSTGRESQL, given)
        else:
            cursor.execute(_ON_SQLITE, {**given, "now": time.time()})
        mark, at = cursor.fetchone()
    monotonic = time.monotonic()
    return Grant(wait_s=mark - seconds - at, monotonic=monotonic, mark=mark, drift_s=at - monotonic)


def give_back(*, key: str, mark: float, seconds: float) -> None:
    """Return what was not used, unless somebody reserved behind it."""
    SharedClock.objects.filter(key=key, next_at=mark).update(next_at=mark - seconds)


class Gate:
    """One shared rate, in parts per second, as one slice sees it."""

    def __init__(self, *, key: str, rate: float, db: Db) -> None:
        self.key = key
        self.rate = rate
        self._db = db
        self._next_at = 0.0
        self._spans: deque[Span] = deque()
        self._turn = asyncio.Lock()
        self._asked = self._pending = 0
        self._drift_s: float | None = None
        self._claimed = 0
        self._counting = threading.Lock()

    def room(self) -> int:
        """How many messages may be claimed on top of what all numbers of this slice hold already."""
        return max(0, max(1, math.floor(self.rate * AHEAD_S)) - self._claimed)

    def hold(self, count: int) -> None:
        """So many more messages are claimed (less, when negative)."""
        with self._counting:
            self._claimed += count

    def begins_soon(self) -> bool:
        """Whether what comes next would be let in at once."""
        return self._begins_at(self._pending / self.rate) - time.monotonic() <= ADMIT_S

    async def admit(self, *, cost: int, is_over: Callable[[], bool]) -> bool:
        """Wait in line until `cost` parts are next, with time reserved for them; False when it is over before that.

        Each part that was let in leaves by `book`, or is given up by `free`.
        """
        self._asked += cost
        try:
            async with self._turn:
                while not is_over():
                    await self._provide(cost)
                    monotonic = time.monotonic()
                    early_s = self._begins_at(self._pending / self.rate) - monotonic - ADMIT_S
                    if early_s <= 0:
                        self._pending += cost
                        return True
                    await asyncio.sleep(min(early_s, 0.1))
                return False
        finally:
            self._asked -= cost

    async def opens_at(self, *, cost: int) -> float:
        """When `cost` parts may leave, by the monotonic clock."""
        while (at := self._slot(cost)) is None:
            await self._reserve(cost / self.rate)
        return at

    def is_open(self, *, cost: int) -> bool:
        """Whether `cost` parts may leave at this very moment."""
        monotonic = time.monotonic()
        at = self._slot(cost)
        return at is not None and at <= monotonic + 0.001

    def book(self, *, cost: int) -> None:
        """`cost` parts leave now."""
        self._next_at = max(self._next_at, time.monotonic()) + cost / self.rate
        self._pending -= cost

    def free(self, *, cost: int) -> None:
        """What was let in does not leave."""
        self._pending -= cost

    async def close(self) -> None:
        """Give back what is left of the last reservation."""
        if self._spans:
            last = self._spans[-1]
            left_s = last.end - max(self._next_at, last.start, time.monotonic())
            if left_s > 0:
                await self._db(lambda: give_back(key=self.key, mark=last.mark, seconds=left_s))

    def _slot(self, cost: int) -> float | None:
        at, takes_s = max(self._next_at, time.monotonic()), cost / self.rate
        for span in self._spans:
            # A hundredth of a second of rounding and of a loop that wakes late.
            if max(at, span.start) + takes_s <= span.end + 0.01:
                while self._spans[0] is not span:
                    self._spans.popleft()
                return max(at, span.start)
        self._spans.clear()
        return None

    def _begins_at(self, ahead_s: float) -> float:
        """When somebody's turn is who has so many seconds of others' work before them."""
        at = max(self._next_at, time.monotonic())
        for span in self._spans:
            start = max(at, span.start)
            if start + ahead_s < span.end:
                return start + ahead_s
            ahead_s -= max(0.0, span.end - start)
        return at

    async def _provide(self, cost: int) -> None:
        """Reserve time for what is let in already and for `cost` more, and for who waits behind, in one go."""
        at = max(self._next_at, time.monotonic())
        ours_s = sum(max(0.0, span.end - max(span.start, at)) for span in self._spans)
        wanted_s = (self._pending + cost) / self.rate
        if ours_s + 1e-6 < wanted_s:
            await self._reserve(max(cost / self.rate, min(self._asked / self.rate, RESERVE_S)))

    async def _reserve(self, seconds: float) -> None:
        grant = await self._db(lambda: reserve(key=self.key, seconds=seconds))
        stepped = self._drift_s is not None and abs(grant.drift_s - self._drift_s) > STEP_S
        self._drift_s = grant.drift_s
        if stepped:
            # By the new time what others reserved seems past, or far ahead. Let it run out; then all count anew.
            self._spans.clear()
            self._next_at = time.monotonic() + 2 * RESERVE_S
            await self._reserve(seconds + 2 * RESERVE_S)
            return
        start = grant.monotonic + grant.wait_s
        if self._spans and start - self._spans[-1].end < 0.01:
            self._spans[-1] = Span(self._spans[-1].start, start + seconds, grant.mark)
        else:
            self._spans.append(Span(start, start + seconds, grant.mark))


class Gates:
    """The gates of one slice."""

    def __init__(self, *, db: Db) -> None:
        self._db = db
        self._gates: dict[str, Gate] = {}
        self._limits: dict[int, float | None] = {}

    def of_account(self, account: ProviderAccount) -> list[Gate]:
        """The gate of an account's cap, if it has one."""
        cap = cap_of(account)
        return [self._gate(f"account:{account.pk}", cap)] if cap else []

    def of_run(self, run_id: int | None) -> list[Gate]:
        """The gate of a campaign's own speed limit, if it has one; asks the database once a slice."""
        if run_id is None:
            return []
        if run_id not in self._limits:
            limit = Run.objects.values_list("campaign__speed_limit", flat=True).get(pk=run_id)
            self._limits[run_id] = float(limit) if limit else None
        limit_per_s = self._limits[run_id]
        return [self._gate(f"run:{run_id}", limit_per_s)] if limit_per_s else []

    async def close(self) -> None:
        """Give back all that was reserved in vain."""
        for gate in self._gates.values():
            await gate.close()

    def _gate(self, key: str, rate: float) -> Gate:
        return self._gates.setdefault(key, Gate(key=key, rate=rate, db=self._db))


def cap_of(account: ProviderAccount) -> float | None:
    """Parts per second that all numbers of an account share: its own figure, else the provider's, else none."""
    if account.parts_per_s is not None:
        return float(account.parts_per_s)
    return registry.capabilities(kind=account.kind).parts_per_s
