"""How numbers and processes fare: errors in a row, signs of life, and the pause that an account's refusal calls for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from campaigns import states
from campaigns.gateways import base
from campaigns.lifecycle import campaigns, runs
from campaigns.models import Heartbeat, NumberLease, Run


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a provider, for the health of the number that asked."""

    number_id: int
    run_id: int | None
    outcome: base.Outcome
    handed_over_at: datetime


def beat(*, process: str, now: datetime) -> None:
    """Write a sign of life: `worker`, `drain` or `carrier`."""
    Heartbeat.objects.update_or_create(process=process, defaults={"at": now})


def remember(*, answers: Sequence[Answer], now: datetime) -> None:
    """Keep errors in a row and the last error of each number; a refusal of the whole account pauses its runs."""
    for number_id in sorted({answer.number_id for answer in answers}):
        own = [answer for answer in answers if answer.number_id == number_id]
        columns: dict[str, object] = {"last_sent_at": max(answer.handed_over_at for answer in own)}
        errors, told = _errors_in_a_row(own)
        if told:
            columns |= {"last_error": told[:300], "last_error_at": now}
        ran_through = errors == len(own)
        columns["errors_in_a_row"] = F("errors_in_a_row") + errors if ran_through else errors
        NumberLease.objects.filter(pk=number_id).update(**columns)
    _pause_refused(answers, now)


def _errors_in_a_row(answers: Iterable[Answer]) -> tuple[int, str]:
    """How many answers at the end of the batch speak against the number or its account, and the last words."""
    errors, told = 0, ""
    for answer in answers:
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


def _pause_refused(answers: Sequence[Answer], now: datetime) -> None:
    refused = {
        answer.run_id: answer.outcome
        for answer in answers
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
