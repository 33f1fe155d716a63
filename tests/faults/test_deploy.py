"""A new version is put in place in the middle of a campaign: all are told to end, the database is migrated, all begin
anew."""

import itertools
import random
import time
from collections.abc import Callable

import carrier_process
import pytest
from storm import nursery, world

pytestmark = pytest.mark.process

PEOPLE, NUMBERS, RATE = 100, 2, 20
# Where leases were not given back the new drain would first watch them for leases.STILL_S, which is longer.
LONGEST_PAUSE_S = 8.0


def started(storm: world.World) -> list[nursery.Child]:
    """Those who send, and the pages last."""
    return [storm.start("roles:ticks"), storm.start("roles:drain"), storm.web()]


def goes_on(storm: world.World, *, after: int) -> None:
    carrier_process.wait_for(lambda: len(storm.calls()) > after + 10, seconds=30, what="messages to leave")


def deployed(storm: world.World, old: list[nursery.Child]) -> list[nursery.Child]:
    """All end by themselves and leave nothing open: nothing is claimed, nothing is in doubt."""
    *workers, pages = old
    for one in workers:
        one.tell_to_stop()
    assert [one.wait() for one in workers] == [0, 0]
    pages.stop()
    assert set(storm.states()) == {"accepted", "pending"}
    storm.call("people:migrated")
    return started(storm)


def longest_pause_s(storm: world.World) -> float:
    at = sorted(one["received_mono"] for one in storm.calls())
    return max(later - one for one, later in itertools.pairwise(at))


def test_deployed_twice_in_the_middle_of_a_campaign(
    ground: world.Ground, name: Callable[[], str], dice: random.Random
) -> None:
    # An answer takes a while, so that some are on their way whenever it is.
    with world.made(ground, name(), receipts=False, latency_ms=250) as storm:
        storm.call("people:running", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")
        running = started(storm)
        for _ in range(2):
            goes_on(storm, after=len(storm.calls()))
            time.sleep(dice.uniform(0, 0.5))
            running = deployed(storm, running)
        storm.settle()
        verdict = storm.check()
        assert (verdict.twice, verdict.unaccounted, verdict.too_fast, verdict.unknown) == ([], [], [], 0)
        assert (storm.states(), storm.outcomes()) == ({"accepted": PEOPLE}, {"accepted": PEOPLE})
        assert longest_pause_s(storm) < LONGEST_PAUSE_S
