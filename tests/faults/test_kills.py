"""Processes killed outright at random moments: nobody gets it twice, everybody is accounted for."""

import random
from collections.abc import Callable

import pytest
from storm import kills, watcher, world

pytestmark = pytest.mark.process
HURRY = {"name": "hurry", "times": 16}
# What one killed drain may have held: two seconds of work of each number.
NUMBERS, RATE = 3, 40
PEOPLE = 150


def test_killed_again_and_again_nobody_gets_it_twice_and_the_page_tells_the_truth(
    ground: world.Ground, name: Callable[[], str], dice: random.Random
) -> None:
    shares = {"throttle_share": 0.03, "drop_answer_share": 0.02, "accepted_error_share": 0.01}
    with world.made(ground, name(), **shares) as storm:
        made = storm.call("people:running", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")
        starters = {
            "drain": lambda: storm.start("roles:drain", faults=[HURRY]),
            "ticks": lambda: storm.start("roles:ticks", faults=[HURRY]),
            "web": storm.web,
        }
        with watcher.Watcher(storm, campaign=made["campaign"], people=PEOPLE) as watching:
            drains = kills.rain(storm, starters=starters, kills=14, pause_s=(0.1, 0.7), dice=dice)
            verdict = storm.check(settled_in_s=storm.settle())
        assert (verdict.twice, verdict.unaccounted, verdict.too_fast) == ([], [], []), verdict.line
        assert len(verdict.doubted_without_reason) <= drains * NUMBERS * RATE * 2, verdict.line
        assert watching.looks > 3
        assert watching.wrong == []
