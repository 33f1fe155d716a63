"""One sender number within a slice: claims ahead, looks, and hands over at its own pace."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.utils import timezone

from campaigns.lifecycle import messages
from campaigns.models import NumberLease
from campaigns.sending import accounts, dispatch, leases, looks, numbers, outbox, pacing, weight
from subscriptions.models import SenderNumber

_T = TypeVar("_T")

# What is due within this time is looked at together; it must stay below looks.GOOD_FOR_S.
HORIZON_S = 0.3
# Non-campaign messages and retries lie behind the cursor: it starts over this often.
REWIND_EVERY_S = 5.0
EMPTY_WAIT_S = 0.3
# A slice hands over until this long before its end.
LAST_CLAIM_S = 0.05


class Db(Protocol):
    def __call__(self, work: Callable[[], _T], /) -> Coroutine[Any, Any, _T]: ...


class Line:
    """Holds the lease of one number; `trusted_until` is the loop time up to which it may believe so."""

    def __init__(
        self,
        *,
        number: SenderNumber,
        lease: NumberLease,
        token: str,
        outbox: outbox.Outbox,
        db: Db,
        trusted_until: float,
        ends_at: float,
    ) -> None:
        self._number = number
        self._token = token
        self._outbox = outbox
        self._db = db
        self._ends_at = ends_at
        self._rate = float(number.rate)
        self._clock = pacing.restored(
            rate=self._rate,
            stored=lease.next_send_at,
            now=timezone.now(),
            monotonic=asyncio.get_running_loop().time(),
        )
        self._gateway = accounts.gateway(number.account)
        self._composer = dispatch.Composer()
        self._queue: deque[dispatch.Ready] = deque()
        self._cursors: dict[int, int] = {}
        self._rewound_at = 0.0
        self.trusted_until = trusted_until
        self.stopping = False
        self.dry = False

    def next_send_at(self, *, now: datetime, monotonic: float) -> datetime:
        return pacing.stored(clock=self._clock, now=now, monotonic=monotonic)

    async def feed(self) -> None:
        """Run until told to stop; leaves nothing claimed that did not leave."""
        try:
            while not self._ending():
                if not self._queue:
                    await self._claim()
                if not self._queue:
                    await asyncio.sleep(EMPTY_WAIT_S)
                    continue
                await self._hand_over_next()
        finally:
            await self._release([ready.claimed for ready in self._queue])
            self._queue.clear()

    def _ending(self) -> bool:
        return self.stopping or asyncio.get_running_loop().time() >= self._ends_at - LAST_CLAIM_S

    async def _claim(self) -> None:
        monotonic = asyncio.get_running_loop().time()
        if monotonic - self._rewound_at > REWIND_EVERY_S or self.dry:
            self._cursors.clear()
            self._rewound_at = monotonic
        now = timezone.now()
        next_at = self.next_send_at(now=now, monotonic=monotonic)
        left_s = max(self._ends_at - LAST_CLAIM_S - max(self._clock.due_at, monotonic), 0.0)
        limit = max(1, min(pacing.batch_size(rate=self._rate), round(left_s * self._rate) or 1))

        def work() -> tuple[list[dispatch.Ready | dispatch.Unfit], dict[int, int]]:
            leases.store_clock(number_id=self._number.pk, token=self._token, next_send_at=next_at)
            claimed, cursors = numbers.claim(
                number_id=self._number.pk, cursors=self._cursors, limit=limit, token=self._token, now=now
            )
            composed = self._composer.compose(claimed=claimed, now=now) if claimed else []
            held = [one for one in composed if isinstance(one, dispatch.Unfit) and one.hold is not None]
            if held:
                weight.hold(unfit=held, claim_token=self._token, now=now)
            return [one for one in composed if one not in held], cursors

        composed, self._cursors = await self._db(work)
        self.dry = not composed
        for one in composed:
            if isinstance(one, dispatch.Unfit):
                self._outbox.unfit(one)
            else:
                self._queue.append(one)

    async def _hand_over_next(self) -> None:
        """Look at what is due within the horizon, then let each of it go at its moment."""
        loop = asyncio.get_running_loop()
        if self._clock.due_at - loop.time() > HORIZON_S:
            await self._wait_until(self._clock.due_at - HORIZON_S)
            if self._ending():
                return
        due = self._take_due(loop.time())
        looked_at = loop.time()
        verdicts = await self._outbox.look([ready.claimed.message_id for ready in due])
        back: list[messages.Claimed] = []
        for position, ready in enumerate(due):
            verdict = verdicts.get(ready.claimed.message_id)
            if verdict is None:
                continue  # the claim is no longer ours
            if verdict.skip:
                self._outbox.unfit(dispatch.Unfit(ready.claimed, verdict.skip))
            elif not verdict.go:
                back.append(ready.claimed)
            elif not await self._outbox.file_is_there(ready):
                continue
            elif not await self._leave(ready, looked_at):
                # Stopped, or the look grew old while waiting for room: the rest is looked at again.
                self._queue.extendleft(reversed(due[position:]))
                break
        if back:
            await self._release(back)
            self._cursors.clear()

    def _take_due(self, monotonic: float) -> list[dispatch.Ready]:
        due = [self._queue.popleft()]
        at = max(self._clock.due_at, monotonic) + due[0].cost / self._rate
        while self._queue and at <= monotonic + HORIZON_S:
            due.append(self._queue.popleft())
            at += due[-1].cost / self._rate
        return due

    async def _leave(self, ready: dispatch.Ready, looked_at: float) -> bool:
        """Hand one message over at its moment, or say no: then nothing has left and no time is booked."""
        loop = asyncio.get_running_loop()
        await self._outbox.room()
        await self._wait_until(self._clock.due_at)
        monotonic = loop.time()
        trusted = monotonic < self.trusted_until
        if self.stopping or not trusted or monotonic - looked_at > looks.GOOD_FOR_S:
            self._outbox.no_room_needed()
            return False
        self._outbox.send(gateway=self._gateway, ready=ready, clock=self._clock, number_id=self._number.pk)
        # Let it begin: the clock is booked at the very moment of the hand-over, not a busy loop's turn before it.
        await asyncio.sleep(0)
        return True

    async def _wait_until(self, at: float) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping and (left := at - loop.time()) > 0:
            await asyncio.sleep(min(left, 0.1))

    async def _release(self, claimed: list[messages.Claimed]) -> None:
        if claimed:
            await self._db(lambda: messages.release(claimed=claimed, claim_token=self._token))
