"""What all numbers of a slice share: looks taken together, requests in flight, answers written in batches."""

import asyncio
import functools
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import DatabaseError
from django.utils import timezone

from campaigns import states
from campaigns.gateways import base, http, leaving
from campaigns.lifecycle import messages
from campaigns.models import Attempt
from campaigns.sending import answers, brands, counted, dispatch, files, health, looks, pacing

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

# Looks asked for within this time are answered by one query.
GATHER_S = 0.02
BATCH = 200
# A provider that cannot be reached is left alone for this long by the number that noticed.
UNREACHABLE_REST_S = 5.0
# How often answers are offered to a database that is away before the slice gives up; they are then settled as unclear.
LAST_FLUSHES = 30


class Db(Protocol):
    def __call__(self, work: Callable[[], _T], /) -> Coroutine[Any, Any, _T]: ...


class Outbox:
    """Shared by the lines of one slice; see `drain`."""

    def __init__(self, *, db: Db, look_db: Db, session: http.Session, token: str, in_flight: int) -> None:
        self._db, self._look_db = db, look_db
        self._session = session
        self._token = token
        self._room = asyncio.Semaphore(in_flight)
        self._sends: set[asyncio.Task[None]] = set()
        self._settlements: list[messages.Settlement] = []
        self._answers: list[answers.Answer] = []
        self._asked: list[tuple[list[int], asyncio.Future[dict[int, looks.Verdict]]]] = []
        self._asking = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._files = files.Watch()
        self.handed_over = 0
        # Hand-overs whose answer is not written yet, by number.
        self.unwritten: Counter[int] = Counter()
        # What was counted in the day of a brand and did not leave, in parts by day.
        self._unused: Counter[int] = Counter()

    @property
    def in_flight(self) -> int:
        return len(self._sends)

    async def look(self, message_ids: list[int]) -> dict[int, looks.Verdict]:
        """The last look at these messages, together with what other numbers ask for at the same moment."""
        answer: asyncio.Future[dict[int, looks.Verdict]] = asyncio.get_running_loop().create_future()
        self._asked.append((message_ids, answer))
        self._asking.set()
        return await answer

    async def keep_looking(self) -> None:
        while True:
            await self._asking.wait()
            await asyncio.sleep(GATHER_S)
            self._asking.clear()
            asked, self._asked = self._asked, []
            ids = [pk for some, _ in asked for pk in some]
            try:
                verdicts = await self._look_db(functools.partial(looks.take, message_ids=ids, claim_token=self._token))
            except Exception as error:
                for _, answer in asked:
                    answer.set_exception(error)
                continue
            for _, answer in asked:
                answer.set_result(verdicts)

    async def room(self) -> None:
        """Wait for a place among the requests in flight."""
        await self._room.acquire()

    def no_room_needed(self) -> None:
        """Give the place back: nothing left."""
        self._room.release()

    def send(
        self, *, gateway: base.Gateway, ready: dispatch.Ready, clock: pacing.Clock, number_id: int, leaves_by: float
    ) -> None:
        """Let one message leave now, and never after `leaves_by` (of `leaving.uptime`); its answer is written with the
        next batch."""
        self.handed_over += 1
        self.unwritten[number_id] += 1
        task = asyncio.create_task(self._send(gateway, ready, clock, number_id, leaves_by))
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    async def _send(
        self, gateway: base.Gateway, ready: dispatch.Ready, clock: pacing.Clock, number_id: int, leaves_by: float
    ) -> None:
        clock.book(cost=ready.cost, monotonic=asyncio.get_running_loop().time())
        handed_over_at = timezone.now()
        try:
            with leaving.by(leaves_by):
                outcome = base.storable(await gateway.send(session=self._session, message=ready.outgoing))
        finally:
            self._room.release()
        monotonic = asyncio.get_running_loop().time()
        if isinstance(outcome, base.Throttled):
            clock.rest(seconds=outcome.retry_after_s, monotonic=monotonic)
        elif isinstance(outcome, base.NotSent) or (isinstance(outcome, base.Rejected) and outcome.fault == "account"):
            # An account that is refused is refused for the next one too: its run is paused with the next batch.
            clock.rest(seconds=UNREACHABLE_REST_S, monotonic=monotonic)
        now = timezone.now()
        one = ready.claimed
        self._answers.append(answers.Answer(number_id, one.run_id, one.message_id, outcome, handed_over_at))
        settlement = dispatch.settlement(ready=ready, outcome=outcome, handed_over_at=handed_over_at, now=now)
        if settlement.state is states.Message.PENDING:
            self._unused += counted.unused(ready=[ready])
        self._settlements.append(settlement)

    def unfit(self, one: dispatch.Unfit) -> None:
        """Write a message off that cannot be handed over, with its reason."""
        now: datetime = timezone.now()
        if one.claimed.brand_day_id:
            self._unused[one.claimed.brand_day_id] += 1
        self._settlements.append(
            messages.Settlement(
                message_id=one.claimed.message_id,
                attempt_token=one.claimed.attempt_token,
                state=states.Message.SKIPPED,
                outcome=Attempt.Outcome.NOT_SENT,
                handed_over_at=None,
                answered_at=now,
                reason=one.reason,
            )
        )

    async def file_is_there(self, ready: dispatch.Ready) -> bool:
        """Whether the file of a message can be fetched now; if not, the message is put off and its run held."""
        standing = await self._files.standing(ready.rendition) if ready.rendition else "there"
        if standing == "there":
            return True
        now = timezone.now()
        self._unused += counted.unused(ready=[ready])
        self._settlements.append(
            dispatch.put_off(ready=ready, reason=files.WAITING_REASON, wait_s=files.WAIT_S, now=now)
        )
        run_id = ready.claimed.run_id
        if run_id is not None:
            await self._db(functools.partial(files.hold, run_id=run_id, standing=standing, now=now))
        return False

    async def keep_flushing(self, *, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.flush()
            except DatabaseError:
                _log.exception("Answers could not be written; they are kept and offered again")

    async def flush(self) -> None:
        """Write all answers that came in; what cannot be written is kept."""
        async with self._flushing:
            while self._settlements:
                batch, given = self._settlements[:BATCH], self._answers[:BATCH]

                def work(batch: list[messages.Settlement] = batch, given: list[answers.Answer] = given) -> None:
                    messages.settle(settlements=batch, claim_token=self._token)
                    health.remember(given=given, now=timezone.now())

                await self._db(work)
                unused, self._unused = self._unused, Counter()
                if unused:
                    await self._db(functools.partial(brands.give_back, parts=unused))
                self.unwritten.subtract(answer.number_id for answer in given)
                del self._settlements[: len(batch)], self._answers[: len(given)]

    async def settle_down(self) -> None:
        """Wait for what is in flight and write all answers. Raises DatabaseError when the database stays away."""
        while self._sends:
            await asyncio.wait(self._sends)
        for _ in range(LAST_FLUSHES - 1):
            try:
                return await self.flush()
            except DatabaseError:
                await asyncio.sleep(1.0)
        return await self.flush()
