"""The counts of a run by state, kept as increments beside each move: no page ever counts messages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from campaigns import states
from campaigns.models import Message

# States whose reason is part of the ledger; elsewhere a reason only explains a wait.
BY_REASON = frozenset({states.Message.SKIPPED, states.Message.FAILED, states.Message.EXPIRED})


@dataclass(frozen=True, slots=True)
class Shift:
    """`count` messages of one run and number went from one state to another; no `from_state`: they are new."""

    run_id: int
    number_id: int | None
    to_state: str
    to_reason: str = ""
    from_state: str = ""
    count: int = 1


def apply(shifts: Iterable[Shift]) -> None:
    """Add the moves up and write them in one statement, within the caller's transaction.

    Rows are written in key order, so that two writers never lock each other in a ring.
    """
    deltas: Counter[tuple[int, int, str, str]] = Counter()
    for shift in shifts:
        shard = shift.number_id or 0
        if shift.from_state:
            deltas[(shift.run_id, shard, shift.from_state, "")] -= shift.count
        deltas[(shift.run_id, shard, shift.to_state, _reason(shift.to_state, shift.to_reason))] += shift.count
    rows = [(*key, count) for key, count in sorted(deltas.items()) if count]
    if not rows:
        return
    values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_tally (run_id, shard, state, reason, count) "
            f"VALUES {values} "
            "ON CONFLICT (run_id, shard, state, reason) "
            "DO UPDATE SET count = campaigns_tally.count + EXCLUDED.count",
            [value for row in rows for value in row],
        )


def move_shard(*, run_id: int, from_number_id: int, to_number_id: int, count: int) -> None:
    """Waiting messages went from one number to another."""
    apply(
        [
            Shift(run_id, to_number_id, states.Message.PENDING, count=count),
            Shift(run_id, from_number_id, states.Message.PENDING, count=-count),
        ]
    )


def counted(*, run_id: int) -> Counter[tuple[str, str]]:
    """The same figures counted from the messages themselves, keyed (state, reason): the check, not the page."""
    found: Counter[tuple[str, str]] = Counter()
    rows = Message.objects.filter(run_id=run_id).values_list("state", "reason")
    for state, reason in rows.iterator(chunk_size=10_000):
        found[(state, _reason(state, reason))] += 1
    return found


def _reason(state: str, reason: str) -> str:
    return reason if state in BY_REASON else ""
