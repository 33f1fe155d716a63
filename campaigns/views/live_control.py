"""What the live page says while a campaign waits: why, what cannot be recalled, what is tried, which numbers rest."""

from datetime import datetime
from typing import Any

from campaigns import states
from campaigns.forms import reason_words
from campaigns.models import Campaign, Run
from campaigns.reports import beyond_recall, resting
from campaigns.sending import breaker


def hold(campaign: Campaign, run: Run | None) -> dict[str, Any]:
    """Why it waits, in words; whether one message can be tried, or is; and what had left before it waited."""
    is_paused = run is not None and run.state == states.Run.PAUSED
    return {
        "hold": reason_words.hold(campaign.hold_code, campaign.hold_detail),
        "gone": beyond_recall.of_runs(run_ids=[run.pk]) if run and is_paused else None,
        "can_try": is_paused and campaign.hold_code in breaker.TRY_CODES and run and run.trying is None,
        "is_trying": is_paused and run and run.trying is not None,
    }


def rests(run: Run | None, now: datetime) -> dict[str, Any]:
    """The numbers that people of this run wait at while they rest."""
    if run is None or run.state != states.Run.RUNNING:
        return {"resting": []}
    return {"resting": resting.of_run(run=run, now=now)}
