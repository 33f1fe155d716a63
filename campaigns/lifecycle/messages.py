"""Moves of messages, in sets: settle, move, skip. Each is one guarded statement and its tallies (see `claiming`, too).

A claim's token is the guard of all that follows: who no longer holds it changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from campaigns import states
from campaigns.lifecycle import tallies
from campaigns.models import Attempt, Message


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of one hand-over. `next_attempt_at` only with state pending; times are aware."""

    message_id: int
    attempt_token: str
    state: states.Message
    outcome: Attempt.Outcome
    handed_over_at: datetime | None
    answered_at: datetime
    reason: str = ""
    detail: str = ""
    provider_id: str = ""
    body: str = ""
    parts: int = 1
    next_attempt_at: datetime | None = None


def settle(*, settlements: Sequence[Settlement], claim_token: str) -> None:
    """Write what came of a batch. Where the claim was lost the message stays as it is; its attempt is written still."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(*_attempts_sql(settlements))
            shifts: list[tallies.Shift] = []
            by_state: dict[states.Message, list[Settlement]] = {}
            for one in settlements:
                by_state.setdefault(one.state, []).append(one)
            for state, group in by_state.items():
                cursor.execute(*_messages_sql(state, group, claim_token))
                shifts += [
                    tallies.Shift(run_id, number_id, state, reason, states.Message.CLAIMED)
                    for run_id, number_id, reason in cursor.fetchall()
                    if run_id is not None
                ]
            if by_state.get(states.Message.ACCEPTED):
                cursor.execute(*_sticky_sql(by_state[states.Message.ACCEPTED]))
        # Last of all: what is held from here on is what other writers wait for.
        tallies.apply(shifts)


def move(
    *,
    ids: Collection[int],
    from_states: Collection[states.Message],
    to: states.Message,
    reason: str = "",
    later: list[tallies.Shift] | None = None,
    **columns: Any,
) -> list[int]:
    """Move the given messages that are in one of `from_states`; returns those that moved.

    Who moves several times in one transaction keeps the shifts for `later` and applies them all at its end: where some
    tallies are held while others are wanted, two writers can lock each other in a ring.
    """
    for state in from_states:
        assert to in states.MESSAGE_MOVES[state], f"{state} never moves to {to}"
    with transaction.atomic():
        rows = locked(Message.objects.filter(pk__in=ids, state__in=from_states))
        moved = [row["id"] for row in rows]
        Message.objects.filter(pk__in=moved).update(state=to, reason=reason, **columns)
        if later is None:
            tallies.apply(shifts(rows, to, reason))
        else:
            later += shifts(rows, to, reason)
    return moved


def call_off(*, ids: Collection[int]) -> None:
    """Take messages out of the hands that are about to send them again: the last look misses their claim.

    What left all the same overwrites its attempt with its own answer.
    """
    Message.objects.filter(pk__in=ids).update(claim="", next_attempt_at=None)
    Attempt.objects.filter(message_id__in=ids, outcome=Attempt.Outcome.OPEN).update(
        outcome=Attempt.Outcome.NOT_SENT, detail="an earlier hand-over was reported"
    )


def skip_waiting(*, run_id: int, reason: str, now: datetime, limit: int = 5_000) -> int:
    """Skip up to `limit` waiting messages of a run (it was cancelled); call until 0."""
    ids = list(
        Message.objects.filter(run_id=run_id, state=states.Message.PENDING).order_by("id").values_list("id")[:limit]
    )
    return len(
        move(
            ids=[pk for (pk,) in ids],
            from_states={states.Message.PENDING},
            to=states.Message.SKIPPED,
            reason=reason,
            settled_at=now,
        )
    )


def locked(rows: Any) -> list[Mapping[str, Any]]:
    """The rows with their present state, held until the transaction ends (SQLite holds the whole file anyway)."""
    return list(rows.select_for_update().order_by("id").values("id", "run_id", "number_id", "state"))


def shifts(rows: list[Mapping[str, Any]], to: states.Message, reason: str = "") -> list[tallies.Shift]:
    """What such rows mean for the tallies when they move on."""
    return [
        tallies.Shift(row["run_id"], row["number_id"], to, reason, row["state"])
        for row in rows
        if row["run_id"] is not None
    ]


def _values(rows: Sequence[Sequence[tuple[str, Any]]]) -> tuple[str, list[Any]]:
    """A VALUES list that both databases type alike; times are given as SQLite's text or PostgreSQL's stamp."""
    time = "timestamptz" if connection.vendor == "postgresql" else "text"
    parameters: list[Any] = []
    lines = []
    for row in rows:
        cells = []
        for kind, value in row:
            cells.append(f"CAST(%s AS {time if kind == 'time' else kind})")
            parameters.append(
                connection.ops.adapt_datetimefield_value(value) if kind == "time" and value is not None else value
            )
        lines.append(f"({', '.join(cells)})")
    return ", ".join(lines), parameters


def _attempts_sql(settlements: Sequence[Settlement]) -> tuple[str, list[Any]]:
    values, parameters = _values(
        [
            [
                ("text", one.attempt_token),
                ("text", one.outcome.value),
                ("text", one.reason),
                ("text", one.detail[:300]),
                ("text", one.provider_id),
                ("time", one.handed_over_at),
                ("time", one.answered_at),
            ]
            for one in settlements
        ]
    )
    return (
        f"WITH given (token, outcome, code, detail, provider_id, handed_over_at, answered_at) AS (VALUES {values}) "
        "UPDATE campaigns_attempt SET outcome = given.outcome, code = given.code, detail = given.detail, "
        "provider_id = given.provider_id, handed_over_at = given.handed_over_at, answered_at = given.answered_at "
        "FROM given WHERE campaigns_attempt.token = given.token",
        parameters,
    )


def _sticky_sql(group: Sequence[Settlement]) -> tuple[str, list[Any]]:
    """The first number that reached a person in a group is theirs; in key order, so that no two writers lock in a
    ring."""
    marks = ", ".join(["%s"] * len(group))
    return (
        "INSERT INTO campaigns_stickynumber (contact_id, group_id, number_id) "
        f"SELECT contact_id, group_id, number_id FROM campaigns_message WHERE id IN ({marks}) "
        "AND contact_id IS NOT NULL AND number_id IS NOT NULL ORDER BY contact_id, group_id "
        "ON CONFLICT (contact_id, group_id) DO NOTHING",
        [one.message_id for one in group],
    )


def _messages_sql(state: states.Message, group: Sequence[Settlement], claim_token: str) -> tuple[str, list[Any]]:
    over = state not in states.MESSAGE_WAITING
    values, parameters = _values(
        [
            [
                ("bigint", one.message_id),
                ("text", one.reason),
                ("text", one.provider_id),
                ("text", one.body),
                ("integer", one.parts),
                ("time", one.handed_over_at),
                ("time", one.next_attempt_at),
                ("time", one.answered_at if over else None),
            ]
            for one in group
        ]
    )
    return (
        "WITH given (id, reason, provider_id, body, parts, handed_over_at, next_attempt_at, settled_at) "
        f"AS (VALUES {values}) "
        "UPDATE campaigns_message SET state = %s, claim = '', reason = given.reason, provider_id = given.provider_id, "
        "body = given.body, parts = given.parts, handed_over_at = given.handed_over_at, "
        "next_attempt_at = given.next_attempt_at, settled_at = given.settled_at "
        "FROM given WHERE campaigns_message.id = given.id AND campaigns_message.state = 'claimed' "
        "AND campaigns_message.claim = %s RETURNING run_id, number_id, campaigns_message.reason",
        [*parameters, state.value, claim_token],
    )
