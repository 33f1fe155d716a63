"""The first move of a message and the way back: claimed with its attempt, or released as if it never had been.

A claim's token is the guard of all that follows: who no longer holds it changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from campaigns import states
from campaigns.lifecycle import messages, tallies
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
    of_run, keys = _waiting(number_id, run_id, after_id)
    order = "number_id, run_id, id"
    if run_id is None:
        order = f"CASE kind WHEN 'confirmation' THEN 0 ELSE 1 END, {order}"
    plain = "" if sends_mms else " AND sent_as = 'text'"
    if only_confirmations:
        plain += " AND kind = 'confirmation'"
    stamp = connection.ops.adapt_datetimefield_value(now)
    # Materialized: PostgreSQL may run a plain subselect once per row, and each run of it takes LIMIT rows more.
    sql = (
        "WITH chosen AS MATERIALIZED ("
        f"SELECT id FROM campaigns_message WHERE {of_run} AND state = 'pending'"
        " AND group_id = (SELECT group_id FROM subscriptions_sendernumber WHERE id = %s)"
        f" AND (next_attempt_at IS NULL OR next_attempt_at <= %s){plain} ORDER BY {order} LIMIT %s{skip_locked}) "
        "UPDATE campaigns_message SET state = 'claimed', claim = %s, claimed_at = %s, tries = tries + 1, reason = '' "
        "FROM chosen WHERE campaigns_message.id = chosen.id AND campaigns_message.state = 'pending' "
        "RETURNING campaigns_message.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*keys, number_id, stamp, limit, token, stamp])
        return Taken(number_id, run_id, tuple(sorted(row[0] for row in cursor.fetchall())))


def _waiting(number_id: int, run_id: int | None, after_id: int) -> tuple[str, list[int]]:
    """The stretch of the index `message_waiting` that holds a number's waiting messages of a run behind an id."""
    if run_id is None:
        return "number_id = %s AND run_id IS NULL AND id > %s", [number_id, after_id]
    if connection.vendor == "postgresql":
        # No other index fits this and its order. Told column by column, the planner may take all that waits in the run
        # in the order of ids, and throw away what is of other numbers: where these rest, a million rows for each claim.
        keys = "(number_id, run_id, id)"
        return f"{keys} > (%s, %s, %s) AND {keys} < (%s, %s, 0)", [number_id, run_id, after_id, number_id, run_id + 1]
    return "number_id = %s AND run_id = %s AND id > %s", [number_id, run_id, after_id]


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


def release(*, claimed: Collection[Claimed], claim_token: str) -> int:
    """Put messages back that certainly did not leave: the claim, its attempt and its try are as if never made."""
    ids = [one.message_id for one in claimed]
    with transaction.atomic():
        back = messages.locked(Message.objects.filter(pk__in=ids, state=states.Message.CLAIMED, claim=claim_token))
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
        tallies.apply(messages.shifts(back, states.Message.PENDING))
    return len(kept)
