"""One sender number within a slice: claims ahead, looks, and hands over at its own pace."""

import asyncio
import functools
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.utils import timezone

from campaigns.gateways import leaving
from campaigns.lifecycle import claiming
from campaigns.models import NumberLease
from campaigns.sending import (
    accounts,
    brands,
    ceiling,
    claims,
    counted,
    dispatch,
    gates,
    looks,
    numbers,
    outbox,
    pacing,
)
from subscriptions.models import SenderNumber

_T = TypeVar("_T")

# What is due within this time is looked at together; it must stay below looks.GOOD_FOR_S.
HORIZON_S = 0.3
# Non-campaign messages and retries lie behind the cursor: it starts over this often.
REWIND_EVERY_S = 5.0
EMPTY_WAIT_S = 0.3
# While all that is claimed waits for a campaign's own speed limit.
SHUT_WAIT_S = 0.05
# A slice hands over until this long before its end.
LAST_CLAIM_S = 0.05


class Db(Protocol):
    def __call__(self, work: Callable[[], _T], /) -> Coroutine[Any, Any, _T]: ...


class Line:
    """Holds the lease of one number; `trusted_until` is the `leaving.uptime` up to which it may believe so."""

    def __init__(
        self,
        *,
        number: SenderNumber,
        lease: NumberLease,
        token: str,
        outbox: outbox.Outbox,
        gates: gates.Gates,
        claims: claims.Claims,
        db: Db,
        trusted_until: float,
        ends_at: float,
    ) -> None:
        self._number = number
        self._token = token
        self._outbox = outbox
        self._gates = gates
        self._claims = claims
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
        self._queues: dict[int | None, deque[dispatch.Ready]] = {}
        self._claim_at = 0.0
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
                queue = self._open_queue()
                if queue is None and asyncio.get_running_loop().time() >= self._claim_at:
                    await self._claim()
                    queue = self._open_queue()
                if queue is None:
                    await asyncio.sleep(SHUT_WAIT_S if self._queues else EMPTY_WAIT_S)
                    continue
                await self._hand_over_next(queue)
        finally:
            await self._release([ready for queue in self._queues.values() for ready in queue])
            self._queues.clear()

    def _open_queue(self) -> deque[dispatch.Ready] | None:
        """What may leave next: of no run first, then of the first run that its own speed limit does not keep back."""
        for run_id in [run_id for run_id, queue in self._queues.items() if not queue]:
            del self._queues[run_id]
        for run_id in sorted(self._queues, key=lambda one: one is not None):
            if all(gate.begins_soon() for gate in self._gates.of_run(run_id)):
                return self._queues[run_id]
        return None

    def _gates_of(self, run_id: int | None) -> list[gates.Gate]:
        """The tighter one first: who waits for it does not stand in the way at the other."""
        return [*self._gates.of_run(run_id), *self._gates.of_account(self._number.account)]

    def _hold(self, claimed: Sequence[claiming.Claimed], count: int = 1) -> None:
        """Count claims where rates are shared, or, with -1, that they are ours no longer."""
        for one in claimed:
            for gate in self._gates_of(one.run_id):
                gate.hold(count)

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

        shut = 0

        def room(run_id: int) -> int:
            nonlocal shut
            # While some of a run waits here for its own speed limit, no more of it is taken.
            found = 0 if self._queues.get(run_id) else limit
            found = min([found, *(gate.room() for gate in self._gates_of(run_id))])
            if not found:
                shut += 1
            return found

        batch = await self._claims.take(
            want=numbers.Want(self._number.pk, limit, self._cursors, room, self._number.brand_id),
            next_send_at=next_at,
            most_ahead=ceiling.most(self._number),
            unwritten=self._outbox.unwritten[self._number.pk],
            on_claimed=self._hold,
        )
        self._hold(batch.back, -1)
        composed, self._cursors = batch.composed, batch.cursors
        # What waits for a shared rate or for the carrier is work, too.
        self.dry = not (composed or shut or batch.awaiting)
        for one in composed:
            if isinstance(one, dispatch.Unfit):
                self._outbox.unfit(one)
                self._hold([one.claimed], -1)
            else:
                self._queues.setdefault(one.claimed.run_id, deque()).append(one)
        if not composed:
            self._claim_at = monotonic + EMPTY_WAIT_S

    async def _hand_over_next(self, queue: deque[dispatch.Ready]) -> None:
        """Look at what is due within the horizon, then let each of it go at its moment."""
        loop = asyncio.get_running_loop()
        if self._clock.due_at - loop.time() > HORIZON_S:
            await self._wait_until(self._clock.due_at - HORIZON_S)
            if self._ending():
                return
        due = self._take_due(queue, loop.time())
        doors, cost = self._gates_of(due[0].claimed.run_id), sum(ready.cost for ready in due)
        let_in: list[gates.Gate] = []
        for gate in doors:
            if not await gate.admit(cost=cost, is_over=self._ending):
                break
            let_in.append(gate)
        left = 0
        try:
            if len(let_in) == len(doors):
                left = await self._hand_over(queue, due, let_in)
            else:
                queue.extendleft(reversed(due))
        finally:
            for gate in let_in:
                gate.free(cost=cost - left)

    async def _hand_over(
        self, queue: deque[dispatch.Ready], due: list[dispatch.Ready], doors: Sequence[gates.Gate]
    ) -> int:
        """Look at these messages and let them go; returns how many parts left."""
        looked_at, left = asyncio.get_running_loop().time(), 0
        verdicts = await self._outbox.look([ready.claimed.message_id for ready in due])
        back: list[dispatch.Ready] = []
        for position, ready in enumerate(due):
            verdict = verdicts.get(ready.claimed.message_id)
            if verdict is None:
                pass  # the claim is no longer ours
            elif verdict.skip:
                self._outbox.unfit(dispatch.Unfit(ready.claimed, verdict.skip))
            elif not verdict.go:
                back.append(ready)
                continue  # no longer ours when it is released
            elif await self._outbox.file_is_there(ready):
                if not await self._leave(ready, looked_at, doors):
                    # Stopped, or the look grew old while waiting for room: the rest is looked at again.
                    queue.extendleft(reversed(due[position:]))
                    break
                left += ready.cost
            self._hold([ready.claimed], -1)
        if back:
            await self._release(back)
            self._cursors.clear()
        return left

    def _take_due(self, queue: deque[dispatch.Ready], monotonic: float) -> list[dispatch.Ready]:
        """What is due within the horizon."""
        due = [queue.popleft()]
        rate = min([self._rate, *(gate.rate for gate in self._gates_of(due[0].claimed.run_id))])
        at = max(self._clock.due_at, monotonic) + due[0].cost / rate
        while queue and at <= monotonic + HORIZON_S:
            due.append(queue.popleft())
            at += due[-1].cost / rate
        return due

    async def _leave(self, ready: dispatch.Ready, looked_at: float, doors: Sequence[gates.Gate]) -> bool:
        """Hand one message over at its moment, or say no: then nothing has left and no time is booked."""
        loop = asyncio.get_running_loop()
        await self._outbox.room()
        await self._wait_until(self._clock.due_at)
        while not await self._open(ready, doors):
            if self.stopping or loop.time() - looked_at > looks.GOOD_FOR_S:
                break
        monotonic = loop.time()
        trusted = leaving.uptime() < self.trusted_until
        fresh = monotonic - looked_at <= looks.GOOD_FOR_S
        # Nothing may be waited for between here and the hand-over.
        if self.stopping or not trusted or not fresh or not all(gate.is_open(cost=ready.cost) for gate in doors):
            self._outbox.no_room_needed()
            return False
        for gate in doors:
            gate.book(cost=ready.cost)
        self._outbox.send(
            gateway=self._gateway,
            ready=ready,
            clock=self._clock,
            number_id=self._number.pk,
            leaves_by=min(self.trusted_until, leaving.uptime() + looks.LEAVES_WITHIN_S),
        )
        # Let it begin: the clock is booked at the very moment of the hand-over, not a busy loop's turn before it.
        await asyncio.sleep(0)
        return True

    async def _open(self, ready: dispatch.Ready, doors: Sequence[gates.Gate]) -> bool:
        """Wait for all gates, for a tenth of a second at most at a time; whether all stand open."""
        at = max([0.0, *[await gate.opens_at(cost=ready.cost) for gate in doors]])
        loop = asyncio.get_running_loop()
        if at > loop.time():
            await asyncio.sleep(min(at - loop.time(), 0.1))
        return all(gate.is_open(cost=ready.cost) for gate in doors)

    async def _wait_until(self, at: float) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping and (left := at - loop.time()) > 0:
            await asyncio.sleep(min(left, 0.1))

    async def _release(self, ready: list[dispatch.Ready]) -> None:
        if ready:
            await self._db(functools.partial(self._put_back, ready))

    def _put_back(self, ready: list[dispatch.Ready]) -> None:
        """These wait again as if they had never been claimed."""
        claimed = [one.claimed for one in ready]
        claiming.release(claimed=claimed, claim_token=self._token)
        self._hold(claimed, -1)
        brands.give_back(parts=counted.unused(ready=ready))
