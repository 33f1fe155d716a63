"""A process that ends without a word at one step: what the tables say right then, and that nobody is lost or doubled.

A crash is set from outside, around the named function, in the process that will run into it.
"""

from typing import Any

import carrier_process
import pytest
from storm import faults, world

pytestmark = pytest.mark.process

ALONE = {"name": "alone"}
CLAIM, SETTLE = "campaigns.sending.numbers:claim", "campaigns.lifecycle.messages:settle"
RELEASE = "campaigns.lifecycle.claiming:release"
POST, TALLIES = "campaigns.gateways.http:Session.post", "campaigns.lifecycle.tallies:apply"


def crash(at: str, when: str, inside: str = "", nth: int = 1) -> dict[str, Any]:
    return {"name": "crash", "at": at, "when": when, "inside": inside, "nth": nth}


def ends_well(storm: world.World, *, people: int) -> None:
    """After the crash everything is worked off, and the carrier's record agrees."""
    storm.write("UPDATE subscriptions_sendernumber SET rate = 50")
    storm.call("roles:recovered", faults=[ALONE])
    assert storm.settled()
    verdict = storm.check()
    assert (verdict.twice, verdict.unaccounted) == ([], [])
    assert storm.states() == {"accepted": people}
    assert len(storm.taken()) == people


# Three people, two a second: the first message has left and its answer is written before the second one leaves.
SENDING = {
    "before the claim": (crash(CLAIM, "before"), {"pending": 3}, {}, 0),
    "in the claim": (crash(TALLIES, "before", CLAIM), {"pending": 3}, {}, 0),
    "after the claim": (crash(CLAIM, "after"), {"claimed": 3}, {"open": 3}, 0),
    "before the request": (crash(POST, "before"), {"claimed": 3}, {"open": 3}, 0),
    "after the request": (crash(POST, "after"), {"claimed": 3}, {"open": 3}, 1),
    "in the result": (crash(TALLIES, "before", SETTLE), {"claimed": 3}, {"open": 3}, 1),
    "after the result": (crash(SETTLE, "after"), {"accepted": 1, "claimed": 2}, {"accepted": 1, "open": 2}, 1),
    "before the second request": (
        crash(POST, "before", nth=2),
        {"accepted": 1, "claimed": 2},
        {"accepted": 1, "open": 2},
        1,
    ),
    "before the lease is given back": (
        crash("campaigns.sending.leases:give_back", "before"),
        {"accepted": 3},
        {"accepted": 3},
        3,
    ),
}


@pytest.mark.parametrize("step", SENDING)
def test_a_crash_while_sending(storm: world.World, step: str) -> None:
    fault, messages, attempts, calls = SENDING[step]
    storm.call("people:running", people=3, rate="2.00")
    assert storm.start("roles:drain", faults=[ALONE, fault]).wait() == faults.CRASHED
    assert (storm.states(), storm.outcomes(), len(storm.calls())) == (messages, attempts, calls)
    ends_well(storm, people=3)


@pytest.mark.parametrize(
    "fault", [crash(RELEASE, "before"), crash(TALLIES, "before", RELEASE)], ids=["before it", "in it"]
)
def test_a_crash_while_claims_are_given_back_for_the_end(storm: world.World, fault: dict[str, Any]) -> None:
    storm.call("people:running", people=3, rate="2.00")
    drain = storm.start("roles:drain", faults=[fault])
    carrier_process.wait_for(lambda: storm.states().get("accepted"), seconds=30, what="the first answer")
    assert drain.stop() == faults.CRASHED
    assert storm.states() == {"accepted": 1, "claimed": 2}
    ends_well(storm, people=3)


RESCUE, MOVE = "campaigns.sending.rescue", "campaigns.lifecycle.messages:move"
RESCUING = {
    "before it is named": (crash(MOVE, "before", f"{RESCUE}:abandoned"), {"claimed": 3}, {"open": 3}),
    "while it is named": (crash(TALLIES, "before", f"{RESCUE}:abandoned"), {"claimed": 3}, {"open": 3}),
    "after it is named": (crash(f"{RESCUE}:abandoned", "after", nth=2), {"unknown": 3}, {"unknown": 3}),
    "while it is settled": (crash(MOVE, "before", f"{RESCUE}:_settle"), {"unknown": 3}, {"unknown": 3}),
    "after the first is settled": (
        crash(f"{RESCUE}:_settle", "after"),
        {"accepted": 1, "unknown": 2},
        {"accepted": 1, "unknown": 2},
    ),
}


@pytest.mark.parametrize("step", RESCUING)
def test_a_second_crash_while_the_first_is_mended(storm: world.World, step: str) -> None:
    fault, messages, attempts = RESCUING[step]
    storm.call("people:running", people=3, rate="2.00")
    assert storm.start("roles:drain", faults=[ALONE, crash(POST, "after")]).wait() == faults.CRASHED
    assert storm.start("roles:rescued", faults=[ALONE, fault]).wait() == faults.CRASHED
    assert (storm.states(), storm.outcomes(), len(storm.calls())) == (messages, attempts, 1)
    ends_well(storm, people=3)


START, EXPAND = "campaigns.sending.start", "campaigns.audience.expand"
CHUNKS = {"name": "change", "at": f"{EXPAND}:CHUNK", "value": 2}
STARTING = {
    "before the run": (crash("campaigns.lifecycle.runs:begin", "before"), [], {}),
    "after the run began": (crash("campaigns.lifecycle.runs:begin", "after"), [("expanding", 0)], {}),
    "in the second chunk": (
        crash(TALLIES, "before", f"{EXPAND}:_chunk", nth=2),
        [("expanding", 2)],
        {"pending": 2},
    ),
    "between two chunks": (crash(f"{EXPAND}:_chunk", "after"), [("expanding", 2)], {"pending": 2}),
    "after the last chunk": (crash(f"{EXPAND}:run", "after"), [("expanding", 5)], {"pending": 5}),
    "after the tap was opened": (crash(f"{START}:begin", "after"), [("running", 5)], {"pending": 5}),
}


@pytest.mark.parametrize("step", STARTING)
def test_a_crash_while_a_run_starts(storm: world.World, step: str) -> None:
    fault, runs, messages = STARTING[step]
    storm.call("people:due", people=5)
    assert storm.start("roles:begun", faults=[CHUNKS, fault]).wait() == faults.CRASHED
    assert storm.ask("SELECT state, planned FROM campaigns_run") == runs
    assert storm.states() == messages
    ends_well(storm, people=5)
