"""The checker sees each kind of fault: one that found nothing would praise every storm."""

from dataclasses import replace
from typing import Any

import pytest
from storm import checker

RATE = 10.0
SOUND = checker.Ledger(
    messages=[(1, "+1", "delivered", 9), (2, "+2", "failed", 9), (3, "+3", "skipped", 9)],
    attempts=[("a", 1, "accepted"), ("b", 2, "rejected")],
    tallies=[(9, "delivered", 1), (9, "failed", 1), (9, "skipped", 1), (9, "pending", 0)],
    planned={9: 3},
    rates={"+9": RATE},
)


def call(reference: str, at: float = 0.0, **changes: Any) -> dict[str, Any]:
    plain = {"reference": reference, "from_number": "+9", "received_mono": at, "answer": "accept", "answered_at": 1.0}
    return {**plain, **changes}


def took(reference: str, to: str, status: str = "delivered") -> dict[str, Any]:
    return {"reference": reference, "to": to, "status": status}


CALLS = [call("a"), call("b", answer="reject")]
TAKEN = [took("a", "+1")]


def judged(ledger: checker.Ledger = SOUND, **record: Any) -> checker.Verdict:
    return checker.compare(ledger, **{"calls": CALLS, "taken": TAKEN, **record})


def test_a_sound_ledger_is_praised() -> None:
    found = judged(settled_in_s=1.25)
    assert (found.twice, found.unaccounted, found.too_fast, found.doubted_without_reason) == ([], [], [], [])
    assert found.line == "sent twice: 0 · unaccounted: 0 · unknown: 0 · settled in: 1.2 s"


@pytest.mark.parametrize(
    "attempts",
    [
        pytest.param([*SOUND.attempts, ("c", 1, "accepted")], id="by a second attempt"),
        pytest.param(SOUND.attempts, id="by the same attempt"),
    ],
)
def test_twice_is_seen(attempts: list[tuple[str, int, str]]) -> None:
    again = took("c" if len(attempts) == 3 else "a", "+1")
    assert judged(replace(SOUND, attempts=attempts), taken=[*TAKEN, again]).twice == ["+1"]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"taken": []}, id="delivered here, never there"),
        pytest.param({"taken": [*TAKEN, took("b", "+2")]}, id="failed here, delivered there"),
        pytest.param({"taken": [*TAKEN, took("z", "+1")]}, id="without an attempt"),
        pytest.param({"taken": [took("a", "+2")]}, id="to another phone"),
    ],
)
def test_a_row_that_is_not_what_happened_is_seen(record: dict[str, Any]) -> None:
    assert judged(**record).unaccounted


@pytest.mark.parametrize("state", ["pending", "claimed", "unknown"])
def test_a_row_that_is_not_done_with_is_seen(state: str) -> None:
    rows = [*SOUND.messages[:2], (3, "+3", state, 9)]
    assert judged(replace(SOUND, messages=rows, tallies=[*SOUND.tallies[:2], (9, state, 1)])).unaccounted


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"planned": {9: 4}}, id="more planned than rows"),
        pytest.param({"tallies": [*SOUND.tallies[:2], (9, "skipped", 2)]}, id="a tally too high"),
        pytest.param({"tallies": [*SOUND.tallies, (9, "claimed", -1)]}, id="a tally below nothing"),
    ],
)
def test_sums_that_do_not_add_up_are_seen(changes: dict[str, Any]) -> None:
    assert judged(replace(SOUND, **changes)).unaccounted


def test_a_number_ahead_of_its_rate_is_seen() -> None:
    steady = [call("a", at=place / RATE) for place in range(50)]
    assert judged(calls=steady).too_fast == []
    pause_then_burst = [*steady, *(call("a", at=9.0 + place / RATE / 2) for place in range(50))]
    assert judged(calls=pause_then_burst).too_fast


def test_doubt_about_a_clear_answer_is_seen() -> None:
    calls = [call("a"), call("b", answer="drop_answer", answered_at=None)]
    assert judged(calls=calls, doubted={1, 2}).doubted_without_reason == [1]
