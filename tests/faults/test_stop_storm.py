"""People write STOP while a run goes, most of them when their message is in the very hand: it does not leave."""

import random
import time
from collections.abc import Callable

import carrier_process
import pytest
from storm import moments, replies, world

pytestmark = pytest.mark.process
HURRY = {"name": "hurry", "times": 16}
NUMBERS, RATE, PEOPLE, STOPS = 3, 30, 240, 30
OF_RUN = "SELECT to_phone FROM campaigns_message WHERE run_id IS NOT NULL AND state = '{}' ORDER BY id"


def somebody(storm: world.World, dice: random.Random, but: dict[str, float]) -> str:
    """A phone that waits for its message, if possible one whose message is taken up already; else any other."""
    for state in (*dice.choice([("claimed", "pending"), ("pending", "claimed")]), "accepted"):
        found = [phone for (phone,) in storm.ask(OF_RUN.format(state)) if phone not in but]
        if found:
            return str(dice.choice(found))
    raise AssertionError("nobody is left")


def test_who_says_stop_during_a_run_is_left_out(
    ground: world.Ground, name: Callable[[], str], dice: random.Random, quiet_carrier: carrier_process.CarrierProcess
) -> None:
    with world.made(ground, name(), carrier=quiet_carrier) as storm:
        storm.call("people:running", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")
        storm.web()
        storm.start("roles:ticks", faults=[HURRY])
        storm.start("roles:drain", faults=[HURRY])
        carrier_process.wait_for(storm.calls, seconds=30, what="the first messages to leave")
        stopped: dict[str, float] = {}
        while len(stopped) < STOPS:
            phone = somebody(storm, dice, stopped)
            stopped[phone] = replies.write(storm, phone=phone, text="STOP")
            time.sleep(dice.uniform(0.0, 0.06))
        verdict = storm.check(settled_in_s=storm.settle())
        assert (verdict.twice, verdict.unaccounted, verdict.too_fast) == ([], [], []), verdict.line

        of_run = dict(storm.ask("SELECT to_phone, reason FROM campaigns_message WHERE run_id IS NOT NULL"))
        left = moments.departures(storm)
        found = [(one, stopped[one.phone]) for one in left if one.phone in stopped]
        assert [one.words(after=stored) for one, stored in found if one.is_late(after=stored)] == []
        seen = {one.phone for one in left}
        assert {phone for phone, reason in of_run.items() if reason} == set(stopped) - seen
        assert {of_run[phone] for phone in set(stopped) - seen} == {"unsubscribed"}
