"""Several schedulers at once, as several machines or a worker too many have them: a campaign starts once."""

import json

import carrier_process
import pytest
from storm import nursery, world

pytestmark = pytest.mark.process

HURRY = {"name": "hurry", "times": 16}
PEOPLE = 60


def all_at_once(children: list[nursery.Child]) -> None:
    """Each was frozen before it writes; now all go on."""
    for one in children:
        carrier_process.wait_for(one.is_stopped, seconds=30, what=f"{one.role} to come so far")
    for one in children:
        one.go_on()


def everybody_gets_it_once(storm: world.World) -> None:
    """From three tick loops and two drains at once; from one drain where the database is a file."""
    # Each has found it due, and has yet to begin it.
    in_between = {"name": "freeze", "at": "campaigns.lifecycle.runs:begin", "when": "before"}
    ticks = [storm.start("roles:ticks", faults=[HURRY, in_between]) for _ in range(3)]
    for _ in range(2 if storm.ground.server else 1):
        storm.start("roles:drain", faults=[HURRY])
    all_at_once(ticks)
    storm.settle(seconds=30)
    verdict = storm.check()
    assert (verdict.twice, verdict.unaccounted, verdict.too_fast) == ([], [], [])
    assert storm.states() == {"accepted": PEOPLE}
    # Who came too late knows it by the guard of the move, and runs into no constraint behind it.
    assert "Traceback" not in storm.logs()
    assert storm.ask("SELECT state, planned FROM campaigns_run") == [("finished", PEOPLE)]


def test_three_schedulers_start_one_campaign_once(storm: world.World) -> None:
    storm.call("people:due", people=PEOPLE, numbers=2, rate="40.00")
    everybody_gets_it_once(storm)


def test_of_two_launches_at_once_one_is_refused(storm: world.World) -> None:
    campaign = storm.call("people:draft", people=PEOPLE, numbers=2, rate="40.00")["campaign"]
    said = [storm.place.folder / f"said{serial}" for serial in range(2)]
    # Each has made sure that it is a draft, and has yet to book it.
    in_between = {"name": "freeze", "at": "campaigns.audience.estimate:count", "when": "after"}
    launches = [
        storm.start("people:launched", faults=[in_between], campaign=campaign, people=PEOPLE, result=str(path))
        for path in said
    ]
    all_at_once(launches)
    assert [one.wait() for one in launches] == [0, 0]
    assert sorted(json.loads(path.read_text()) for path in said) == ["", "not_possible_now"]
    everybody_gets_it_once(storm)
