"""Claims of all numbers of a slice, taken together: one transaction and one reading of people for many slow numbers."""

import asyncio
import dataclasses
import functools
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.utils import timezone

from campaigns.lifecycle import claiming
from campaigns.sending import brands, ceiling, counted, dispatch, leases, numbers, weight

_T = TypeVar("_T")

# Claims asked for within this time are made together. A line asks as soon as it has nothing left, which for the numbers
# that this is for, those that send a few messages a second, is long before the next one is due.
GATHER_S = 0.05


class Db(Protocol):
    def __call__(self, work: Callable[[], _T], /) -> Coroutine[Any, Any, _T]: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """What a number got: composed messages, the claims of those that went back to wait, and the cursors.

    `awaiting` messages are at the carrier and have to be sent on before more of a run may leave; 0: there is room.
    """

    composed: list[dispatch.Ready | dispatch.Unfit]
    back: list[claiming.Claimed]
    cursors: dict[int, int]
    awaiting: int


@dataclass(frozen=True, slots=True)
class _Ask:
    want: numbers.Want
    next_send_at: datetime
    most_ahead: int | None
    unwritten: int
    on_claimed: Callable[[Sequence[claiming.Claimed]], None]
    answer: asyncio.Future[Batch]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """How many messages of a number its carrier has still to send on, of at most `most` (None: as many as it likes)."""

    most: int | None
    taken: int

    @property
    def awaiting(self) -> int:
        return self.taken if self.most is not None and self.taken >= self.most else 0

    def narrowed(self, want: numbers.Want) -> numbers.Want:
        """The same with no more of a run than there is room for; what belongs to no run leaves in any case."""
        if self.most is None or want.room is None:
            return want
        own, free = want.room, max(0, self.most - self.taken)
        return dataclasses.replace(want, room=lambda run_id: min(own(run_id), free))


class Claims:
    """Shared by the lines of one slice; see `drain`."""

    def __init__(self, *, db: Db, token: str) -> None:
        self._db = db
        self._token = token
        self._composer = dispatch.Composer()
        self._asked: list[_Ask] = []
        self._asking = asyncio.Event()

    async def take(
        self,
        *,
        want: numbers.Want,
        next_send_at: datetime,
        most_ahead: int | None,
        unwritten: int,
        on_claimed: Callable[[Sequence[claiming.Claimed]], None],
    ) -> Batch:
        """The next batch of a number, which may send from `next_send_at` on, and run `most_ahead` messages ahead of its
        carrier, with those whose answers are `unwritten`. `on_claimed` is told in the thread of the database."""
        answer: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()
        self._asked.append(_Ask(want, next_send_at, most_ahead, unwritten, on_claimed, answer))
        self._asking.set()
        return await answer

    async def keep_claiming(self) -> None:
        """Answer what is asked until cancelled."""
        while True:
            await self._asking.wait()
            await asyncio.sleep(GATHER_S)
            self._asking.clear()
            asked, self._asked = self._asked, []
            try:
                batches = await self._db(functools.partial(self._claim, asked, timezone.now()))
            except Exception as error:
                for one in asked:
                    one.answer.set_exception(error)
                continue
            for one, batch in zip(asked, batches, strict=True):
                one.answer.set_result(batch)

    def _claim(self, asked: Sequence[_Ask], now: datetime) -> list[Batch]:
        ahead = self._ahead(asked, now)
        clocks = [
            leases.Clock(one.want.number_id, one.next_send_at, far.awaiting)
            for one, far in zip(asked, ahead, strict=True)
        ]
        leases.store_clocks(clocks=clocks, token=self._token)
        wants = [far.narrowed(one.want) for one, far in zip(asked, ahead, strict=True)]
        got = numbers.claim(wants=wants, token=self._token, now=now)
        for one, found in zip(asked, got, strict=True):
            one.on_claimed(found.claimed)
        claimed = [one for found in got for one in found.claimed]
        composed = self._composer.compose(claimed=claimed, now=now) if claimed else []
        back = self._put_back(composed, now)
        ready = {one.claimed: one for one in composed if one.claimed not in back}
        return [
            Batch(
                [ready[claim] for claim in found.claimed if claim in ready],
                [claim for claim in found.claimed if claim in back],
                found.cursors,
                far.awaiting,
            )
            for far, found in zip(ahead, got, strict=True)
        ]

    def _put_back(self, composed: Sequence[dispatch.Ready | dispatch.Unfit], now: datetime) -> set[claiming.Claimed]:
        """Let wait again what is too heavy for its number, with its whole run, and what its brand has no parts left
        for."""
        long = counted.too_long(composed=composed)
        if long:
            claiming.release(claimed=[one.claimed for one in long], claim_token=self._token)
        held = [one for one in composed if isinstance(one, dispatch.Unfit) and one.hold is not None]
        if held:
            weight.hold(unfit=held, claim_token=self._token, now=now)
        unused = counted.unused(ready=long)
        unused.update(one.claimed.brand_day_id for one in held if one.claimed.brand_day_id)
        brands.give_back(parts=unused)
        return {one.claimed for one in long} | {one.claimed for one in held}

    def _ahead(self, asked: Sequence[_Ask], now: datetime) -> list[_Ahead]:
        """How far each number is ahead of its carrier."""
        limited = [one.want.number_id for one in asked if one.most_ahead is not None]
        taken = ceiling.taken(number_ids=limited, now=now) if limited else {}
        return [_Ahead(one.most_ahead, one.unwritten + taken.get(one.want.number_id, 0)) for one in asked]
