"""How numbers and processes fare: errors in a row, rests, signs of life, and the pause that an account's refusal
calls for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from campaigns import states
from campaigns.events import notices
from campaigns.gateways import base
from campaigns.lifecycle import campaigns, runs
from campaigns.models import Heartbeat, NumberLease, Run
from campaigns.sending import answers, breaker, rests


def beat(*, process: str, now: datetime) -> None:
    """Write a sign of life: `worker`, `drain` or `carrier`."""
    Heartbeat.objects.update_or_create(process=process, defaults={"at": now})


def remember(*, given: Sequence[answers.Answer], now: datetime) -> None:
    """Keep errors in a row, rests and the last error of each number; pause runs that the answers speak against."""
    own: dict[int, list[answers.Answer]] = {}
    for answer in given:
        own.setdefault(answer.number_id, []).append(answer)
    if own:
        _write([_lately(number_id, some) for number_id, some in sorted(own.items())], now)
        _rest(own, now)
    _pause_refused(given, now)
    breaker.remember(given=given, now=now)


def _rest(own: Mapping[int, Sequence[answers.Answer]], now: datetime) -> None:
    """Begin, lengthen or end rests; where nothing speaks against a number that did not rest, nothing is written."""
    bad = [pk for pk, some in own.items() if any(answers.against_number(answer.outcome) for answer in some)]
    uneasy = NumberLease.objects.filter(Q(pk__in=bad) | Q(strikes__gt=0) | Q(rests__gt=0), pk__in=list(own))
    for lease in uneasy.select_related("number__group").order_by("pk"):
        columns = rests.after(lease=lease, own=own[lease.pk], now=now)
        NumberLease.objects.filter(pk=lease.pk).update(**columns)
        _tell(lease, rests_before=lease.rests, rests_now=columns["rests"], now=now)


def _tell(lease: NumberLease, *, rests_before: int, rests_now: object, now: datetime) -> None:
    """Somebody wants to know when a number begins to rest; longer rests are the same trouble."""
    key = f"number:{lease.pk}"
    if rests_now and not rests_before:
        facts = {"number": lease.number.value, "group": lease.number.group.name, "said": lease.last_error}
        notices.tell(event=states.Notice.NUMBER_RESTED, key=key, now=now, facts=facts)
    elif rests_before and not rests_now:
        notices.over(event=states.Notice.NUMBER_RESTED, key=key, now=now)


class _Lately(NamedTuple):
    """What a batch of answers says of a number. `ran_through`: all of it were errors, so they add to those before."""

    number_id: int
    last_sent_at: datetime
    errors: int
    ran_through: int
    told: str


def _lately(number_id: int, own: Sequence[answers.Answer]) -> _Lately:
    errors, told = _errors_in_a_row(own)
    return _Lately(number_id, max(answer.handed_over_at for answer in own), errors, int(errors == len(own)), told[:300])


def _write(rows: Sequence[_Lately], now: datetime) -> None:
    """One statement for all numbers of a batch: one for each was a fifth of what a drain with many numbers does."""
    is_postgresql = connection.vendor == "postgresql"
    types = ("bigint", "timestamptz", "integer", "integer", "text")
    row = ", ".join(f"CAST(%s AS {kind})" if is_postgresql else "%s" for kind in types)
    adapt = connection.ops.adapt_datetimefield_value
    parameters = [value for one in rows for value in (one[0], adapt(one[1]), *one[2:])]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH given (number_id, last_sent_at, errors, ran_through, told) AS"
            f" (VALUES {', '.join([f'({row})'] * len(rows))})"
            " UPDATE campaigns_numberlease SET last_sent_at = given.last_sent_at,"
            " errors_in_a_row = given.errors + given.ran_through * campaigns_numberlease.errors_in_a_row,"
            " last_error = CASE WHEN given.told = '' THEN campaigns_numberlease.last_error ELSE given.told END,"
            " last_error_at = CASE WHEN given.told = '' THEN campaigns_numberlease.last_error_at ELSE"
            f" {'CAST(%s AS timestamptz)' if is_postgresql else '%s'} END"
            " FROM given WHERE campaigns_numberlease.number_id = given.number_id",
            [*parameters, adapt(now)],
        )


def _errors_in_a_row(given: Iterable[answers.Answer]) -> tuple[int, str]:
    """How many answers at the end of the batch speak against the number or its account, and the last words."""
    errors, told = 0, ""
    for answer in given:
        match answer.outcome:
            case base.Accepted():
                errors = 0
            case base.Rejected(code, _, fault, words, _) if fault in {"sender", "account", "provider"}:
                errors, told = errors + 1, f"{code} {words}"
            case base.NotSent(reason) | base.Unknown(reason):
                errors, told = errors + 1, reason
            case _:
                pass
    return errors, told


def _pause_refused(given: Sequence[answers.Answer], now: datetime) -> None:
    refused = {
        answer.run_id: answer.outcome
        for answer in given
        if answer.run_id is not None and isinstance(answer.outcome, base.Rejected) and answer.outcome.fault == "account"
    }
    for run in Run.objects.filter(pk__in=refused, state=states.Run.RUNNING):
        outcome = refused[run.pk]
        try:
            runs.move(
                run=run,
                to=states.Run.PAUSED,
                now=now,
                why="account_refused",
                hold_code="account_refused",
                hold_detail={"code": outcome.code, "said": outcome.raw[:200]},
            )
        except campaigns.NotPossibleNow:
            continue  # somebody stopped it in the meantime: that is what we want
