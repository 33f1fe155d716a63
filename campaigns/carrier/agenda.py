"""Work at its time, by a bounded number of hands: a heap instead of a sleeping task for each message."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import sys
import traceback
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class Agenda:
    """Runs each work once, not before its time, at most `hands` at once."""

    def __init__(self, *, hands: int) -> None:
        self._hands = hands
        self._due: list[tuple[float, int, Work]] = []
        self._order = itertools.count()
        self._running: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def add(self, *, delay_s: float, work: Work) -> None:
        """Do `work` after `delay_s` or as soon as a hand is free."""
        loop = asyncio.get_running_loop()
        due = loop.time() + delay_s
        heapq.heappush(self._due, (due, next(self._order), work))
        if self._timer is None or due < self._timer.when():
            self._set_timer()

    async def stop(self) -> None:
        """Begin nothing more and cancel what runs."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=5)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due and len(self._running) < self._hands and not self._stopped:
            self._timer = asyncio.get_running_loop().call_at(self._due[0][0], self._begin)

    def _begin(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._due and self._due[0][0] <= now and len(self._running) < self._hands and not self._stopped:
            task = loop.create_task(self._do(heapq.heappop(self._due)[2]))
            self._running.add(task)
            task.add_done_callback(self._done)
        self._set_timer()

    async def _do(self, work: Work) -> None:
        try:
            await work()
        except Exception:
            traceback.print_exc(file=sys.stderr)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._timer is None:
            self._begin()
