"""Moves of messages, in sets: claim, settle, release, skip. Each is one guarded statement and its tallies.

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
from subscriptions.models import new_token

# Rows of one INSERT: SQLite takes 32,766 parameters.
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message in hand: its attempt is committed, nothing has left yet."""

    message_id: int
    attempt_token: str
    run_id: int | None
    # The day of the brand that counts it, if its number is of one.
    brand_day_id: int | None = None


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


def claim(
    *,
    number_id: int,
    run_id: int | None,
    after_id: int,
    limit: int,
    sends_mms: bool,
    token: str,
    now: datetime,
) -> list[Claimed]:
    """Take up to `limit` waiting messages of one number and run, in order, and write their attempts; see `take`."""
    with transaction.atomic():
        taken = take(
            number_id=number_id,
            run_id=run_id,
            after_id=after_id,
            limit=limit,
            sends_mms=sends_mms,
            token=token,
            now=now,
        )
        return begin(taken=[taken], now=now)


@dataclass(frozen=True, slots=True)
class Taken:
    """Messages of one number and run that are claimed, by id; their attempts are still to be written. `brand_day_id` is
    the day of a brand that counts them."""

    number_id: int
    run_id: int | None
    ids: tuple[int, ...]
    brand_day_id: int | None = None


def take(
    *,
    number_id: int,
    run_id: int | None,
    after_id: int,
    limit: int,
    sends_mms: bool,
    token: str,
    now: datetime,
    only_confirmations: bool = False,
) -> Taken:
    """Claim up to `limit` waiting messages of one number and run, in order; `begin` must follow in the caller's
    transaction.

    `after_id` is a cursor: without it the planner walks through all that was claimed before. Of what belongs to no run
    confirmations come first, so that no flood of other answers holds up the word that somebody is out; hand in no
    cursor there. Without `sends_mms` only plain texts are taken; what was meant for another group than the number's own
    waits to be moved.
    """
    skip_locked = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    of_run = "run_id = %s" if run_id is not None else "run_id IS NULL"
    first = "" if run_id is not None else "CASE kind WHEN 'confirmation' THEN 0 ELSE 1 END, "
    plain = "" if sends_mms else " AND sent_as = 'text'"
    if only_confirmations:
        plain += " AND kind = 'confirmation'"
    stamp = connection.ops.adapt_datetimefield_value(now)
    # Materialized: PostgreSQL may run a plain subselect once per row, and each run of it takes LIMIT rows more.
    sql = (
        "WITH chosen AS MATERIALIZED ("
        f"SELECT id FROM campaigns_message WHERE number_id = %s AND {of_run} AND state = 'pending' AND id > %s"
        " AND group_id = (SELECT group_id FROM subscriptions_sendernumber WHERE id = %s)"
        f" AND (next_attempt_at IS NULL OR next_attempt_at <= %s){plain} ORDER BY {first}id LIMIT %s{skip_locked}) "
        "UPDATE campaigns_message SET state = 'claimed', claim = %s, claimed_at = %s, tries = tries + 1, reason = '' "
        "FROM chosen WHERE campaigns_message.id = chosen.id AND campaigns_message.state = 'pending' "
        "RETURNING campaigns_message.id"
    )
    run_parameter = [run_id] if run_id is not None else []
    with connection.cursor() as cursor:
        cursor.execute(sql, [number_id, *run_parameter, after_id, number_id, stamp, limit, token, stamp])
        return Taken(number_id, run_id, tuple(sorted(row[0] for row in cursor.fetchall())))


def begin(*, taken: Sequence[Taken], now: datetime) -> list[Claimed]:
    """Write the attempts of what was taken, and its tallies, within the caller's transaction."""
    begun = [(one, Claimed(pk, new_token(), one.run_id, one.brand_day_id)) for one in taken for pk in one.ids]
    stamp = connection.ops.adapt_datetimefield_value(now)
    # By hand: making a model of each, only to have its columns read, was a tenth of what a message costs.
    for start in range(0, len(begun), ROWS_AT_ONCE):
        rows = begun[start : start + ROWS_AT_ONCE]
        values = ", ".join(["(%s, %s, %s, %s, 'open', '', '', '')"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO campaigns_attempt"
                " (message_id, number_id, token, claimed_at, outcome, code, detail, provider_id)"
                f" VALUES {values}",
                [
                    value
                    for one, claimed in rows
                    for value in (claimed.message_id, one.number_id, claimed.attempt_token, stamp)
                ],
            )
    tallies.apply(
        tallies.Shift(one.run_id, one.number_id, states.Message.CLAIMED, "", states.Message.PENDING, len(one.ids))
        for one in taken
        if one.run_id is not None and one.ids
    )
    return [claimed for _, claimed in begun]


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


def release(*, claimed: Collection[Claimed], claim_token: str) -> int:
    """Put messages back that certainly did not leave: the claim, its attempt and its try are as if never made."""
    ids = [one.message_id for one in claimed]
    with transaction.atomic():
        back = _locked(Message.objects.filter(pk__in=ids, state=states.Message.CLAIMED, claim=claim_token))
        kept = [row["id"] for row in back]
        # Guarded by the claim: nobody else has touched these rows since, so their attempts never left.
        Attempt.objects.filter(
            message_id__in=kept, token__in=[one.attempt_token for one in claimed], outcome=Attempt.Outcome.OPEN
        ).delete()
        Message.objects.filter(pk__in=kept).update(state=states.Message.PENDING, claim="", claimed_at=None)
        with connection.cursor() as cursor:
            if kept:
                marks = ", ".join(["%s"] * len(kept))
                cursor.execute(f"UPDATE campaigns_message SET tries = tries - 1 WHERE id IN ({marks})", kept)
        tallies.apply(_shifts(back, states.Message.PENDING))
    return len(kept)


def move(
    *,
    ids: Collection[int],
    from_states: Collection[states.Message],
    to: states.Message,
    reason: str = "",
    **columns: Any,
) -> list[int]:
    """Move the given messages that are in one of `from_states`; returns those that moved."""
    for state in from_states:
        assert to in states.MESSAGE_MOVES[state], f"{state} never moves to {to}"
    with transaction.atomic():
        rows = _locked(Message.objects.filter(pk__in=ids, state__in=from_states))
        moved = [row["id"] for row in rows]
        Message.objects.filter(pk__in=moved).update(state=to, reason=reason, **columns)
        tallies.apply(_shifts(rows, to, reason))
    return moved


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


def _locked(rows: Any) -> list[Mapping[str, Any]]:
    """The rows with their present state, held until the transaction ends (SQLite holds the whole file anyway)."""
    return list(rows.select_for_update().order_by("id").values("id", "run_id", "number_id", "state"))


def _shifts(rows: list[Mapping[str, Any]], to: states.Message, reason: str = "") -> list[tallies.Shift]:
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
