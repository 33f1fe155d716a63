"""A process that stands still for longer than anybody believes in it, and then goes on as if nothing had been."""

import random
import time

import carrier_process
import pytest
from storm import world

pytestmark = pytest.mark.process

TIMES = 16
HURRY = {"name": "hurry", "times": TIMES}
# Longer than a lease is trusted, watched and asked about; see campaigns/sending/leases.py.
LONG_S = 30.0 / TIMES
# With the request made, and at the latest with its connection in hand: its claim is in other hands when it goes on.
PLACES = {
    "the request made": {"name": "freeze", "at": "campaigns.gateways.http:Session._call", "when": "before", "nth": 3},
    "at the socket": {"name": "freeze", "at": "campaigns.gateways.leaving:Request.send", "when": "after", "nth": 3},
}


def others_take_over(storm: world.World, *, people: int) -> None:
    storm.start("roles:ticks", faults=[HURRY])
    storm.start("roles:drain", faults=[HURRY])
    storm.settle()
    assert storm.states() == {"accepted": people}


def nobody_twice(storm: world.World, *, people: int) -> None:
    verdict = storm.check()
    assert (verdict.twice, verdict.unaccounted, len(storm.taken())) == ([], [], people)


@pytest.mark.parametrize("place", PLACES)
def test_frozen_with_a_message_in_the_very_hand(storm: world.World, place: str) -> None:
    storm.call("people:running", people=12, rate="20.00")
    frozen = storm.start("roles:drain", faults=[HURRY, PLACES[place]])
    carrier_process.wait_for(frozen.is_stopped, seconds=30, what="the drain to freeze")
    others_take_over(storm, people=12)
    frozen.go_on()
    time.sleep(LONG_S / 2)
    nobody_twice(storm, people=12)
    assert frozen.stop() == 0


def test_frozen_at_any_moment_again_and_again(storm: world.World, dice: random.Random) -> None:
    storm.call("people:running", people=240, numbers=3, rate="20.00")
    storm.start("roles:ticks", faults=[HURRY])
    drains = [storm.start("roles:drain", faults=[HURRY]) for _ in range(2)]
    for _ in range(3):
        time.sleep(dice.uniform(0.1, 0.6))
        stopped = dice.choice(drains)
        stopped.pause()
        time.sleep(LONG_S)
        stopped.go_on()
    storm.settle()
    assert storm.states() == {"accepted": 240}
    nobody_twice(storm, people=240)
