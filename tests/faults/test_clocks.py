"""Wall clocks that are set while a campaign goes out, and machines that slept when one became due."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import carrier_process
import pytest
from storm import world

pytestmark = pytest.mark.process

HURRY = {"name": "hurry", "times": 16}
HOUR_S = 3600
# A number that stands still because of a clock does so for an hour.
SOON_S = 20.0


class Clock:
    """The wall clock of those who start with `fault`: off by what `step` said last."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "clock"
        self.step(0)
        self.fault = {"name": "clock", "path": str(self._path)}

    def step(self, offset_s: float) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(str(offset_s))
        draft.replace(self._path)


def by_number(storm: world.World) -> Counter[str]:
    """How many messages of each number came to the carrier."""
    return Counter(one["from_number"] for one in storm.calls())


def goes_on(storm: world.World) -> None:
    """Within seconds more arrives."""
    before = len(storm.calls())
    carrier_process.wait_for(lambda: len(storm.calls()) > before + 4, seconds=SOON_S, what=f"more than {before} calls")


def both_go_on(storm: world.World) -> None:
    """Within seconds more arrives from each of two numbers."""
    before = by_number(storm)

    def more() -> bool:
        after = by_number(storm)
        return len(after) == 2 and all(after[one] > before[one] + 2 for one in after)

    carrier_process.wait_for(more, seconds=SOON_S, what=f"more than {before} of each number")


def nobody_twice_nobody_lost(storm: world.World, *, people: int) -> None:
    storm.settle(seconds=SOON_S)
    verdict = storm.check()
    assert (verdict.twice, verdict.unaccounted, verdict.too_fast) == ([], [], [])
    assert storm.states() == {"accepted": people}


def test_set_forward_and_back_again_and_again(ground: world.Ground, name: Callable[[], str]) -> None:
    people = 60
    with world.made(ground, name(), receipts=False, throttle_share=0.05) as storm:
        clock = Clock(storm.place.folder)
        storm.call("people:running", people=people, numbers=2, rate="15.00")
        storm.start("roles:ticks", faults=[HURRY, clock.fault])
        storm.start("roles:drain", faults=[HURRY, clock.fault])
        goes_on(storm)
        for offset_s in (HOUR_S, 0, -HOUR_S, 0):
            clock.step(offset_s)
            goes_on(storm)
        nobody_twice_nobody_lost(storm, people=people)


def test_what_a_killed_drain_held_is_rescued_after_the_clock_was_set_back(
    ground: world.Ground, name: Callable[[], str], quiet_carrier: carrier_process.CarrierProcess
) -> None:
    people = 40
    with world.made(ground, name(), carrier=quiet_carrier) as storm:
        clock = Clock(storm.place.folder)
        clock.step(HOUR_S)
        storm.call("people:running", people=people, numbers=2, rate="15.00")
        storm.start("roles:ticks", faults=[HURRY, clock.fault])
        first = storm.start("roles:drain", faults=[HURRY, clock.fault])
        both_go_on(storm)
        first.kill()
        held = storm.states().get("claimed", 0)
        clock.step(0)
        storm.start("roles:drain", faults=[HURRY, clock.fault])
        # Both at once: who was killed an hour from now has no share in the work any more.
        both_go_on(storm)
        nobody_twice_nobody_lost(storm, people=people)
        assert held > 0


def slept(storm: world.World, *, for_s: float) -> None:
    """All processes fall asleep before a campaign is due and wake so long after it."""
    clock = Clock(storm.place.folder)
    clock.step(-HOUR_S)
    storm.call("people:due", people=20)
    everybody = [
        storm.start(role, faults=[HURRY, clock.fault]) for role in ("roles:ticks", "roles:ticks", "roles:drain")
    ]
    carrier_process.wait_for(
        lambda: bool(storm.ask("SELECT 1 FROM campaigns_heartbeat")), seconds=SOON_S, what="a first tick"
    )
    for one in everybody:
        one.pause()
    clock.step(for_s)
    for one in everybody:
        one.go_on()


def test_due_while_all_slept_starts_once_when_they_wake(
    ground: world.Ground, name: Callable[[], str], quiet_carrier: carrier_process.CarrierProcess
) -> None:
    with world.made(ground, name(), carrier=quiet_carrier) as storm:
        slept(storm, for_s=HOUR_S / 2)
        nobody_twice_nobody_lost(storm, people=20)
        assert storm.ask("SELECT state FROM campaigns_run") == [("finished",)]


def test_due_more_than_an_hour_before_they_wake_is_held(
    ground: world.Ground, name: Callable[[], str], quiet_carrier: carrier_process.CarrierProcess
) -> None:
    with world.made(ground, name(), carrier=quiet_carrier) as storm:
        slept(storm, for_s=HOUR_S + 60)
        held = "SELECT hold_code FROM campaigns_campaign WHERE state = 'paused'"
        carrier_process.wait_for(lambda: bool(storm.ask(held)), seconds=SOON_S, what="the campaign to be held")
        assert (storm.ask(held), storm.ask("SELECT state FROM campaigns_run")) == ([("late",)], [("held",)])
        assert storm.taken() == []
