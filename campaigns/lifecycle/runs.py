"""Moves of runs, each together with its campaign: the two never disagree."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from campaigns import states
from campaigns.events import notices
from campaigns.lifecycle import campaigns
from campaigns.models import Campaign, History, Revision, Run

_CAMPAIGN_STATE = {
    states.Run.EXPANDING: states.Campaign.RUNNING,
    states.Run.HELD: states.Campaign.PAUSED,
    states.Run.RUNNING: states.Campaign.RUNNING,
    states.Run.PAUSED: states.Campaign.PAUSED,
    states.Run.FINISHED: states.Campaign.FINISHED,
    states.Run.CANCELLED: states.Campaign.CANCELLED,
}


def begin(*, campaign: Campaign, revision: Revision, now: datetime) -> Run:
    """Open the run of a due campaign. Raises NotPossibleNow when another process, or a person, was quicker."""
    with transaction.atomic():
        campaigns.move(campaign=campaign, to=states.Campaign.RUNNING, now=now, only_from={states.Campaign.SCHEDULED})
        assert campaign.due_at is not None
        if campaign.due_at > now:
            # Taken back and booked anew while the bell of the first booking was still on its way.
            raise campaigns.NotPossibleNow(
                limit=now, found=campaign.due_at, words=campaigns.now_is(states.Campaign.SCHEDULED)
            )
        run = Run.objects.create(
            campaign=campaign,
            revision=revision,
            fingerprint=campaign.fingerprint,
            state=states.Run.EXPANDING,
            due_at=campaign.due_at,
            expected_people=campaign.confirmed_people or 0,
            started_at=now,
        )
        _remember(run_id=run.pk, found="", to=states.Run.EXPANDING, now=now, by=None, why="")
    return run


def move(
    *,
    run: Run,
    to: states.Run,
    now: datetime,
    by: User | None = None,
    why: str = "",
    only_from: Collection[states.Run] | None = None,
    hold_code: str = "",
    hold_detail: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:
    """Move one run and its campaign; `run` is refreshed. `hold_code` says why it waits. Raises NotPossibleNow."""
    allowed = {state for state, goals in states.RUN_MOVES.items() if to in goals}
    if only_from is not None:
        allowed &= set(only_from)
    with transaction.atomic():
        # The campaign's row first, always in this order: two processes never wait for each other in a ring.
        campaign = Campaign.objects.select_for_update().get(pk=run.campaign_id)
        found = Run.objects.values_list("state", flat=True).get(pk=run.pk)
        moved = Run.objects.filter(pk=run.pk, state=found, state__in=allowed).update(state=to, trying=None, **columns)
        if not moved:
            raise campaigns.NotPossibleNow(
                limit=sorted(allowed), found=found, words=campaigns.now_is(states.Campaign(campaign.state))
            )
        _remember(run_id=run.pk, found=found, to=to, now=now, by=by, why=why)
        detail = dict(hold_detail or {})
        goal = _CAMPAIGN_STATE[to]
        if campaign.state != goal:
            campaigns.move(campaign=campaign, to=goal, by=by, now=now, why=why, hold_code=hold_code, hold_detail=detail)
        else:
            Campaign.objects.filter(pk=campaign.pk).update(hold_code=hold_code, hold_detail=detail)
        _tell(run, campaign, to, now, hold_code, detail)
    run.refresh_from_db()


def try_one(*, run: Run, message_id: int, by: User | None, now: datetime) -> None:
    """Let one message of a paused run leave; `run` is refreshed. Raises NotPossibleNow, also while one is tried."""
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=run.campaign_id)
        tried = Run.objects.filter(pk=run.pk, state=states.Run.PAUSED, trying__isnull=True).update(trying=message_id)
        if not tried:
            raise campaigns.NotPossibleNow(
                limit=states.Run.PAUSED, found=run.state, words=campaigns.now_is(states.Campaign(campaign.state))
            )
        _remember(run_id=run.pk, found=states.Run.PAUSED, to=states.Run.PAUSED, now=now, by=by, why="try_one")
    run.refresh_from_db()


def tried(*, run: Run, now: datetime, said: str) -> None:
    """The try is over and the run stays paused; `said` is what the provider answered, '' where nothing was asked."""
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=run.campaign_id)
        over = Run.objects.filter(pk=run.pk, state=states.Run.PAUSED, trying=run.trying).update(trying=None)
        if over and said:
            Campaign.objects.filter(pk=campaign.pk).update(
                hold_detail={**campaign.hold_detail, "tried": said, "tried_at": now.isoformat()}
            )
            _remember(run_id=run.pk, found=states.Run.PAUSED, to=states.Run.PAUSED, now=now, by=None, why="try_failed")
    run.refresh_from_db()


def _tell(
    run: Run, campaign: Campaign, to: states.Run, now: datetime, hold_code: str, detail: Mapping[str, Any]
) -> None:
    """Somebody wants to know when it ended, and when it waits for a word though nobody paused it."""
    facts: dict[str, Any] = {"campaign": campaign.pk, "run": run.pk, "name": campaign.name}
    key = f"run:{run.pk}"
    if hold_code and hold_code != "by_person":
        facts |= {"hold_code": hold_code, "hold_detail": dict(detail)}
        notices.tell(event=states.Notice.RUN_PAUSED, key=f"{key}:{hold_code}", now=now, facts=facts)
    else:
        notices.over(event=states.Notice.RUN_PAUSED, key=key, now=now)
    if to is states.Run.FINISHED:
        # With the moment: a run that goes on for what was unclear finishes twice.
        notices.tell(event=states.Notice.RUN_FINISHED, key=f"{key}:{now.isoformat()}", now=now, facts=facts)


def _remember(*, run_id: int, found: str, to: states.Run, now: datetime, by: User | None, why: str) -> None:
    History.objects.create(thing="run", thing_id=run_id, from_state=found, to_state=to, at=now, by=by, why=why)
