"""A slice of drain: one loop serves many sender numbers, each at its own pace, for some seconds.

Nothing is remembered from slice to slice but what the database holds and what was seen of other holders' leases.
Database work runs in two threads with a connection each, one that writes and one that only looks, so that no look waits
behind a claim; the loop itself never waits for them blindly.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DatabaseError, connection, connections
from django.utils import timezone

from campaigns.gateways import http, leaving
from campaigns.models import NumberLease
from campaigns.sending import claims, gates, health, instance, leases, line, numbers, outbox
from subscriptions.models import SenderNumber

# Between two slices a number stands still for as long as its last answers take: with slices of 20 s that was 3 %.
SLICE_S = 60.0
KEEP_EVERY_S = 1.0
FLUSH_EVERY_S = 0.25
# A slice with nothing to do ends after this long; the next bell starts another.
IDLE_S = 1.0
IN_FLIGHT = 200

_watch = leases.Watch()
_drainer = leases.new_token()
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Result:
    """How the slice ended: `handed_over` messages left, `more` says that work is waiting still."""

    handed_over: int
    more: bool


def run(*, should_stop: Callable[[], bool], seconds: float = SLICE_S, drainer: str = _drainer) -> Result:
    """Drain what is due for at most `seconds`, less when nothing is left or `should_stop` turns true.

    Numbers are shared with whoever else drains; `drainer` names this process among them.

    When it returns nothing is in flight: every answer is written, what was claimed and did not leave waits again,
    and the leases are given back.
    """
    with (
        ThreadPoolExecutor(max_workers=1, thread_name_prefix="drain-db") as writer,
        ThreadPoolExecutor(max_workers=1, thread_name_prefix="drain-looks") as looker,
    ):
        try:
            return asyncio.run(_Slice(writer, looker, should_stop, seconds, drainer).run())
        finally:
            for thread in (writer, looker):
                thread.submit(connections.close_all).result()


class _Slice:
    def __init__(
        self,
        writer: ThreadPoolExecutor,
        looker: ThreadPoolExecutor,
        should_stop: Callable[[], bool],
        seconds: float,
        drainer: str,
    ) -> None:
        self._writer, self._looker = writer, looker
        self._should_stop = should_stop
        self._seconds = seconds
        self._drainer = drainer
        self._token = leases.new_token()
        self._lines: dict[int, line.Line] = {}
        self._feeds: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> Result:
        loop = asyncio.get_running_loop()
        self._ends_at = loop.time() + self._seconds
        if await self._db(lambda: instance.step(now=timezone.now())) == "watching":
            await self._db(self._beat)
            return Result(handed_over=0, more=False)
        # Only now: on a slow disk the mark alone may take longer than a slice waits for something to do.
        self._busy_at = loop.time()
        async with http.Session(in_flight=IN_FLIGHT) as session:
            self._outbox = outbox.Outbox(
                db=self._db, look_db=self._look, session=session, token=self._token, in_flight=IN_FLIGHT
            )
            self._gates = gates.Gates(db=self._db)
            self._claims = claims.Claims(db=self._db, token=self._token)
            background = [
                asyncio.create_task(self._claims.keep_claiming()),
                asyncio.create_task(self._outbox.keep_flushing(every_s=FLUSH_EVERY_S)),
                asyncio.create_task(self._outbox.keep_looking()),
            ]
            try:
                while not self._over():
                    await self._keep()
                    await self._sleep(KEEP_EVERY_S)
            finally:
                for one in self._lines.values():
                    one.stopping = True
                await asyncio.gather(*self._feeds.values(), return_exceptions=True)
                try:
                    await self._outbox.settle_down()
                finally:
                    for task in background:
                        task.cancel()
                    await asyncio.gather(*background, return_exceptions=True)
                for number_id in self._lines:
                    await self._give_back(number_id)
                await self._gates.close()
        for feed in self._feeds.values():
            if error := feed.exception():
                raise error
        if self._outbox.handed_over:
            # What was handed over is behind the count: a backup of before it is known for one.
            await self._db(lambda: instance.step(now=timezone.now()))
        more = bool(await self._db(lambda: numbers.due(now=timezone.now())))
        return Result(handed_over=self._outbox.handed_over, more=more)

    def _over(self) -> bool:
        now = asyncio.get_running_loop().time()
        if any(not one.dry for one in self._lines.values()) or self._outbox.in_flight:
            self._busy_at = now
        failed = any(feed.done() and not feed.cancelled() and feed.exception() for feed in self._feeds.values())
        return bool(self._should_stop() or failed or now >= self._ends_at or now - self._busy_at > IDLE_S)

    async def _sleep(self, seconds: float) -> None:
        """Sleep in short steps: a request to stop is heard within a tenth of a second."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until and not self._over():
            await asyncio.sleep(0.05)

    async def _keep(self) -> None:
        """Show life for what is held, take what became due, start a feed for each number taken, and let go of what
        others should have."""
        asked_at = leaving.uptime()
        held = await self._db(self._beat)
        for number_id, one in self._lines.items():
            if number_id in held:
                one.trusted_until = asked_at + leases.TRUST_S
            else:
                one.stopping = True
        await self._let_go()
        taken, surplus = await self._db(self._take_due)
        for lease_row, number in taken:
            one = line.Line(
                number=number,
                lease=lease_row,
                token=self._token,
                outbox=self._outbox,
                gates=self._gates,
                claims=self._claims,
                db=self._db,
                trusted_until=asked_at + leases.TRUST_S,
                ends_at=self._ends_at,
            )
            self._lines[number.pk] = one
            self._feeds[number.pk] = asyncio.create_task(one.feed())
        for number_id in surplus:
            self._lines[number_id].stopping = True

    def _beat(self) -> set[int]:
        health.beat(process="drain", now=timezone.now())
        return leases.beat(number_ids=list(self._lines), token=self._token)

    def _take_due(self) -> tuple[list[tuple[NumberLease, SenderNumber]], list[int]]:
        """Numbers newly taken, with their leases, and held ones that are more than our share."""
        due = {one.pk: one for one in numbers.due(now=timezone.now())}
        share = leases.share(drainer=self._drainer, wanted=len(due), now=timezone.now())
        busy = [pk for pk, one in self._lines.items() if pk in due and not one.stopping]
        wanted = {pk: one for pk, one in due.items() if pk not in self._lines}
        taken = leases.take(number_ids=wanted, token=self._token, watch=_watch, most=max(share - len(busy), 0))
        return [(lease_row, wanted[lease_row.pk]) for lease_row in taken], busy[share:]

    async def _let_go(self) -> None:
        """Give back what was to be stopped and has come to rest."""
        for number_id, one in list(self._lines.items()):
            feed = self._feeds[number_id]
            if one.stopping and feed.done() and not feed.exception():
                await self._give_back(number_id)
                del self._lines[number_id], self._feeds[number_id]

    async def _give_back(self, number_id: int) -> None:
        monotonic = asyncio.get_running_loop().time()
        next_at = self._lines[number_id].next_send_at(now=timezone.now(), monotonic=monotonic)
        await self._db(
            functools.partial(leases.give_back, number_id=number_id, token=self._token, next_send_at=next_at)
        )

    def _db(self, work: Callable[[], _T]) -> Coroutine[Any, Any, _T]:
        return _done(self._writer, work)

    def _look(self, work: Callable[[], _T]) -> Coroutine[Any, Any, _T]:
        return _done(self._looker, work)


async def _done(thread: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
    return await asyncio.get_running_loop().run_in_executor(thread, functools.partial(_connected, work))


def _connected(work: Callable[[], _T]) -> _T:
    """A connection that was lost is let go of, and the next work gets another: in a thread nobody else does so."""
    try:
        return work()
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
        raise
