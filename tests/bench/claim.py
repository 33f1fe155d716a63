"""Claiming a long line of messages: the last of them as fast as the first, whatever was finished before."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench import crowd, measure
from django.db import connection
from django.utils import timezone

from campaigns import states
from campaigns.lifecycle import claiming, messages
from campaigns.models import Attempt, Run
from campaigns.sending import numbers, pacing
from subscriptions.models import SenderNumber

PEOPLE = 1_000_000
FEW = 10_000
SAMPLE = 50_000
ON = ("sqlite", "postgresql")
TOKEN = "bench"
BATCH = pacing.batch_size(rate=500.0)


def drain(number: SenderNumber, most: int) -> tuple[int, float]:
    """Claim and settle up to `most` messages as a line does; how many, and the seconds that claiming took."""
    cursors: dict[int, int] = {}
    done, spent = 0, 0.0
    while done < most:
        before = time.perf_counter()
        want = numbers.Want(number.pk, min(BATCH, most - done), cursors)
        (got,) = numbers.claim(wants=[want], token=TOKEN, now=timezone.now())
        claimed, cursors = got.claimed, got.cursors
        spent += time.perf_counter() - before
        if not claimed:
            break
        messages.settle(settlements=[accepted(one) for one in claimed], claim_token=TOKEN)
        done += len(claimed)
    return done, spent


def accepted(one: claiming.Claimed) -> messages.Settlement:
    now = datetime.now(UTC)
    return messages.Settlement(
        message_id=one.message_id,
        attempt_token=one.attempt_token,
        state=states.Message.ACCEPTED,
        outcome=Attempt.Outcome.ACCEPTED,
        handed_over_at=now,
        answered_at=now,
        provider_id=one.attempt_token,
        body="Hi Ana",
    )


def finished(count: int) -> None:
    """So many messages of an earlier run that are done."""
    run = crowd.running(count)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_message SET state = 'delivered' WHERE run_id = %s", [run.pk])
    Run.objects.filter(pk=run.pk).update(state=states.Run.FINISHED)


def rate_of(people: int) -> float:
    """Claims a second of a new run to so many people."""
    run = crowd.running(people)
    done, spent = drain(SenderNumber.objects.get(group_id=run.campaign.group_id), people)
    assert done == people
    Run.objects.filter(pk=run.pk).update(state=states.Run.FINISHED)
    return done / spent


def rows() -> Iterator[measure.Row]:
    finished(FEW)
    few = rate_of(SAMPLE)
    number = SenderNumber.objects.get(group_id=crowd.running(PEOPLE).campaign.group_id)
    tenths = [drain(number, PEOPLE // 10) for _ in range(10)]
    assert sum(done for done, _ in tenths) == PEOPLE
    first, last = (done / spent for done, spent in (tenths[0], tenths[-1]))
    yield measure.Row("claim", round(last, 1), "messages/s", round(first, 1))
    Run.objects.update(state=states.Run.FINISHED)
    yield measure.Row("claim_beside_finished", round(rate_of(SAMPLE), 1), "messages/s", round(few, 1))
