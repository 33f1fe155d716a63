"""How true the pace is: a hundred numbers at two parts a second, and one at ten, by the moments of hand-over."""

import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from bench import crowd, dispatch, measure
from django.test import override_settings

from campaigns.models import Message, Run
from campaigns.sending import drain

SECONDS = 60
NUMBERS, RATE = 100, 2.0
ALONE = 10.0


def drained(run: Run, address: str) -> tuple[float, float]:
    """Drain for SECONDS, slice after slice; CPU seconds of ours and seconds on the clock."""
    with override_settings(SANDBOX=True, SANDBOX_URL=address, SANDBOX_SECRET="bench"):
        cpu, wall = time.process_time(), time.perf_counter()
        while (left := SECONDS - (time.perf_counter() - wall)) > 1:
            drain.run(should_stop=lambda: False, seconds=min(left, drain.SLICE_S))
        return time.process_time() - cpu, time.perf_counter() - wall


def gaps(run: Run) -> list[list[float]]:
    """The seconds between the hand-overs of each number."""
    moments: dict[int, list[datetime]] = defaultdict(list)
    left = Message.objects.filter(run=run, handed_over_at__isnull=False).order_by("handed_over_at")
    for number_id, at in left.values_list("number_id", "handed_over_at"):
        moments[number_id or 0].append(at)
    return [[(b - a).total_seconds() for a, b in itertools.pairwise(times)] for times in moments.values()]


def rows() -> Iterator[measure.Row]:
    with dispatch.carrier() as address:
        run = crowd.running(int(ALONE * SECONDS * 2), rate=f"{ALONE:.2f}")
        drained(run, address)
        (own,) = gaps(run)
        yield measure.Row("pace", round(1 / statistics.mean(own), 3), "messages/s", ALONE)
        # Early by so much at the worst, as a share of the gap that the rate asks for.
        yield measure.Row("pace_least_gap", round(min(own) * 1_000, 2), "ms", 1_000 / ALONE)
        Run.objects.filter(pk=run.pk).update(state="finished")

        run = crowd.running(int(NUMBERS * RATE * SECONDS * 2), numbers=NUMBERS, rate=f"{RATE:.2f}")
        cpu_s, wall_s = drained(run, address)
        found = gaps(run)
        assert len(found) == NUMBERS
        means = [statistics.mean(one) for one in found]
        yield measure.Row("pace_of_many", round(1 / statistics.mean(means), 3), "messages/s", RATE)
        yield measure.Row("pace_of_many_least_gap", round(min(map(min, found)) * 1_000, 2), "ms", 1_000 / RATE)
        yield measure.Row("pace_of_many_idle", round(1 - cpu_s / wall_s, 3), "of a core", 0.85)
