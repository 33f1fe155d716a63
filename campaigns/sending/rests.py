"""A number with errors in a row rests: nothing leaves by it for a while, then one message goes out to try."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns import states
from campaigns.gateways import base
from campaigns.models import Message, NumberLease
from campaigns.sending import answers

# So many errors in a row that speak against a number, or the way to its provider, and it is left alone.
REST_AFTER = 5
FIRST_REST_S = 30.0
LONGEST_REST_S = 600.0


def after(*, lease: NumberLease, own: Sequence[answers.Answer], now: datetime) -> dict[str, object]:
    """The columns of a rest that begins, grows or ends with these answers of its number, in the order they came.

    What was handed over before the last rest ended tells nothing about what is after it. A refused account is its
    run's matter, not its number's.
    """
    strikes, rests = lease.strikes, lease.rests
    for answer in own:
        stale = lease.rested_until is not None and answer.handed_over_at < lease.rested_until
        if stale or answers.says_nothing(answer.outcome) or _of_account(answer.outcome):
            continue
        if not answers.against_number(answer.outcome):
            strikes = rests = 0
            continue
        strikes += 1
        if strikes >= REST_AFTER or rests:
            length_s = min(FIRST_REST_S * 2 ** min(rests, 10), LONGEST_REST_S)
            return {"strikes": 0, "rests": rests + 1, "rested_until": now + timedelta(seconds=length_s)}
    return {"strikes": strikes, "rests": rests, "rested_until": lease.rested_until if rests else None}


def at_most(*, number_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """How many messages those of the numbers may claim that rest, or have rested: none while they do, one at a time
    until a rest has ended well. The others are not named."""
    uneasy = list(NumberLease.objects.filter(pk__in=number_ids, rests__gt=0))
    if not uneasy:
        return {}
    in_hand = set(
        Message.objects.filter(number_id__in=[lease.pk for lease in uneasy], state=states.Message.CLAIMED)
        .order_by()
        .values_list("number_id", flat=True)
    )
    return {
        lease.pk: 0 if lease.pk in in_hand or (lease.rested_until is not None and lease.rested_until > now) else 1
        for lease in uneasy
    }


def _of_account(outcome: base.Outcome) -> bool:
    return isinstance(outcome, base.Rejected) and outcome.fault == "account"
