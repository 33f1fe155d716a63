"""A send played through in a moment: the pacer's own clocks and batches, without a database, a carrier or waiting.

What it leaves out: quiet hours, windows and retries. What it takes for granted it names: `Costs`, as the bench measured
them on the machine in question.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from campaigns.sending import pacing

SAMPLES: Final = 12
# Statements of a claimed batch, of a look that numbers share, and of a batch of answers or receipts: counted in tests.
CLAIM_STATEMENTS, LOOK_STATEMENTS, SETTLE_STATEMENTS = 9, 3, 4
# Batches of receipts, and of answers that came in between two flushes.
RECEIPTS_A_BATCH, FLUSHES_A_SECOND, LOOKS_A_SECOND = 50, 4, 10
RECEIPTS_A_MESSAGE = 2


@dataclass(frozen=True, slots=True)
class Costs:
    """What one process that drains can do: requests in flight, seconds an answer takes, CPU seconds a message."""

    in_flight: int = 200
    answer_s: float = 0.05
    message_cpu_s: float = 0.000_5

    @property
    def rate(self) -> float:
        """The most messages a second that one process hands over."""
        return min(self.in_flight / self.answer_s, 1 / self.message_cpu_s)


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment: seconds since the start, messages that still wait, messages and statements a second lately."""

    at_s: float
    waiting: int
    rate: float
    statements: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: when the last message left, in seconds, by rate of number too, and how busy the processes were.

    `busy` is the share of the whole time in which the processes could not have done more; `broker` counts bells.
    """

    people: int
    ends_s: float
    ends_by_rate: dict[float, float]
    busy: float
    statements: int
    broker: int
    samples: list[Sample] = field(default_factory=list)


def run(
    *,
    people: int,
    rates: Sequence[float],
    drainers: int,
    costs: Costs,
    slice_s: float,
    parts: int = 1,
) -> Outcome:
    """Play a run of `people` over numbers of these rates (parts a second), shared by rate, in batches of
    `pacing.batch_size`. Raises ValueError for nothing to do."""
    if people < 1 or not rates or min(rates) <= 0 or drainers < 1 or parts < 1:
        raise ValueError("people, numbers with a rate, processes and parts are needed")
    moments: list[tuple[float, int]] = []
    ends: dict[float, float] = {}
    for at_s, rate, count in _batches(_shares(people, rates), rates, drainers, costs.rate, parts):
        moments.append((at_s, count))
        ends[rate] = max(ends.get(rate, 0.0), at_s)
    ends_s = max(ends.values())
    seconds = max(ends_s, 1.0)
    shared = (LOOKS_A_SECOND * LOOK_STATEMENTS + FLUSHES_A_SECOND * SETTLE_STATEMENTS) * seconds * drainers
    receipts = people * RECEIPTS_A_MESSAGE / RECEIPTS_A_BATCH * SETTLE_STATEMENTS
    statements = round(len(moments) * CLAIM_STATEMENTS + shared + receipts)
    return Outcome(
        people=people,
        ends_s=ends_s,
        ends_by_rate=ends,
        busy=people / costs.rate / (seconds * drainers),
        statements=statements,
        broker=round(seconds / slice_s + 1) * drainers,
        samples=_samples(people, moments, ends_s, statements / people),
    )


def _batches(
    left: list[int], rates: Sequence[float], drainers: int, capacity: float, parts: int
) -> Iterator[tuple[float, float, int]]:
    """Each batch: when its last message leaves, the rate of its number, and how many it has."""
    clocks = [pacing.Clock(rate=rate, next_at=0.0) for rate in rates]
    # A process is a clock as well: it takes so many messages a second, of whichever number.
    busy = [pacing.Clock(rate=capacity, next_at=0.0) for _ in range(drainers)]
    turns = [(0.0, index) for index in range(len(rates)) if left[index]]
    while turns:
        _at, index = heapq.heappop(turns)
        rate, clock, process = rates[index], clocks[index], busy[index % drainers]
        count = min(pacing.batch_size(rate=rate), left[index])
        begun = process.book(cost=count, monotonic=clock.due_at)
        clock.book(cost=count * parts, monotonic=begun)
        left[index] -= count
        yield max(clock.due_at - parts / rate, process.due_at), rate, count
        if left[index]:
            heapq.heappush(turns, (clock.due_at, index))


def _shares(people: int, rates: Sequence[float]) -> list[int]:
    """How many people each number gets: by rate, with the rounding given to the first."""
    total = sum(rates)
    shares = [int(people * rate / total) for rate in rates]
    for index in range(people - sum(shares)):
        shares[index % len(shares)] += 1
    return shares


def _samples(people: int, moments: list[tuple[float, int]], ends_s: float, statements: float) -> list[Sample]:
    step = max(ends_s, 1.0) / SAMPLES
    sums = [0] * SAMPLES
    for at, count in moments:
        sums[min(int(at / step), SAMPLES - 1)] += count
    found, waiting = [], people
    for position, count in enumerate(sums):
        waiting -= count
        found.append(Sample((position + 1) * step, waiting, count / step, count / step * statements))
    return found
