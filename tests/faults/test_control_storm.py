"""A person pauses, stops everything and cancels while a run goes at full load: two seconds later nothing leaves."""

import random
import time
from collections.abc import Callable

import carrier_process
import pytest
from storm import moments, world

pytestmark = pytest.mark.process
HURRY = {"name": "hurry", "times": 16}
NUMBERS, RATE, PEOPLE = 3, 40, 600
# After an order nothing may arrive any more from the second second on; for so long it is watched.
WATCHED_S = moments.ARRIVES_S + 0.1


def goes_for_a_while(storm: world.World, dice: random.Random) -> None:
    """Wait until more leaves, and then for a moment that nobody chose."""
    before = len(storm.calls())
    carrier_process.wait_for(lambda: len(storm.calls()) > before + NUMBERS, seconds=30, what="messages to leave")
    time.sleep(dice.uniform(0.0, 0.2))


def test_two_seconds_after_a_pause_a_stop_and_a_cancel_nothing_leaves(
    ground: world.Ground, name: Callable[[], str], dice: random.Random, quiet_carrier: carrier_process.CarrierProcess
) -> None:
    with world.made(ground, name(), carrier=quiet_carrier) as storm:
        made = storm.call("people:running", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")
        campaign = {"campaign": made["campaign"]}
        storm.start("roles:drain", faults=[HURRY])
        storm.start("roles:ticks", faults=[HURRY])
        held: list[tuple[str, float, float]] = []
        orders = [("people:paused", "people:resumed", campaign), ("people:halted", "people:released", {})]
        dice.shuffle(orders)
        for order, lift, words in orders:
            goes_for_a_while(storm, dice)
            ordered_at = storm.call(order, **words)
            time.sleep(WATCHED_S)
            held.append((order, ordered_at, time.time()))
            storm.call(lift, **words)
        goes_for_a_while(storm, dice)
        ordered_at = storm.call("people:cancelled", **campaign)
        time.sleep(WATCHED_S)
        verdict = storm.check(settled_in_s=storm.settle())
        held.append(("people:cancelled", ordered_at, time.time()))

        left = moments.departures(storm)
        assert len(left) == len(storm.calls())
        late = [
            f"{order}, {one.words(after=after)}"
            for order, after, until in held
            for one in left
            if one.is_late(after=after, until=until)
        ]
        assert late == []
        assert (verdict.twice, verdict.unaccounted, verdict.too_fast) == ([], [], []), verdict.line
        left_out = storm.ask("SELECT to_phone, reason FROM campaigns_message WHERE state = 'skipped'")
        everybody = {phone for (phone,) in storm.ask("SELECT to_phone FROM campaigns_message")}
        assert {phone for phone, _ in left_out} == everybody - {one.phone for one in left}
        assert {reason for _, reason in left_out} == {"cancelled"}
