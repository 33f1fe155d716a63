"""A run whose message outgrew the numbers it would leave by waits and says why: never too large, and nobody lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaigns import states
from campaigns.composing import body, findings, limits
from campaigns.lifecycle import campaigns, claiming, runs
from campaigns.models import Run
from campaigns.sending import dispatch

HOLD_CODE = "too_large_now"


def outgrown(*, run: Run, limit: limits.Limit) -> findings.Problem | None:
    """Why the approved message no longer fits the group's numbers, or None; a number may have joined since."""
    ready = body.prepare(revision=run.revision, group=run.campaign.group)
    return ready.too_large(limit=limit)


def detail(problem: findings.Problem) -> dict[str, Any]:
    """What the words for a held run need: bytes, and whose limit it is."""
    whose = problem.whose
    return {
        "limit": problem.limit,
        "found": problem.found,
        "number": whose.number if whose else "",
        "kind": whose.kind if whose else "",
        "person": whose.person if whose else "",
    }


def hold(*, unfit: Sequence[dispatch.Unfit], claim_token: str, now: datetime) -> None:
    """Pause the runs of these messages, and put the messages back as if never claimed."""
    problems = {one.claimed.run_id: one.hold for one in unfit if one.hold is not None}
    for run in Run.objects.filter(pk__in=list(problems), state=states.Run.RUNNING):
        try:
            runs.move(
                run=run,
                to=states.Run.PAUSED,
                now=now,
                why=HOLD_CODE,
                hold_code=HOLD_CODE,
                hold_detail=detail(problems[run.pk]),
            )
        except campaigns.NotPossibleNow:
            continue  # somebody stopped it in the meantime: that is what we want
    claiming.release(claimed=[one.claimed for one in unfit], claim_token=claim_token)
