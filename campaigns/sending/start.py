"""Due campaigns: open the run, expand the audience, open the tap, and close it when all is out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from campaigns import states
from campaigns.audience import expand
from campaigns.composing import limits
from campaigns.lifecycle import campaigns, messages, runs
from campaigns.models import Campaign, History, Revision, Run, Tally
from campaigns.sending import files, rescue, restore, schedule, weight

# A start that is later than this is held and asks: yesterday's 'today' is not sent this morning.
LATEST = timedelta(hours=1)
# More difference than this between the people confirmed and the people at start is held and asks.
TOLERANCE = 0.20


def due(*, now: datetime) -> list[int]:
    """Ids of campaigns to start and of runs to carry on with expanding, as campaign ids."""
    booked = Campaign.objects.filter(state=states.Campaign.SCHEDULED, due_at__lte=now)
    half_done = Run.objects.filter(state=states.Run.EXPANDING)
    return sorted({*booked.values_list("pk", flat=True), *half_done.values_list("campaign_id", flat=True)})


def begin(*, campaign_id: int, now: datetime) -> Run | None:
    """Start one due campaign, or carry on with an expansion that was cut off; None if somebody else was quicker."""
    campaign = Campaign.objects.select_related("group").get(pk=campaign_id)
    try:
        if campaign.state == states.Campaign.SCHEDULED:
            revision = Revision.objects.filter(campaign=campaign, frozen_at__isnull=False).latest("number")
            run = runs.begin(campaign=campaign, revision=revision, now=now)
        else:
            run = Run.objects.get(campaign=campaign, state=states.Run.EXPANDING)
        run.campaign = campaign
        return _open(run, now)
    except (campaigns.NotPossibleNow, Run.DoesNotExist):
        return None


def _open(run: Run, now: datetime) -> Run:
    """Pick the people and open the tap, or hold it; a person who released it has answered for the hour."""
    if schedule.fingerprint(campaign=run.campaign, revision=run.revision) != run.fingerprint:
        return _hold(run, now, "changed_since_approval", {})
    limit = limits.of_group(run.campaign.group)
    if not limit.senders:
        # Nobody is picked yet: without a number everybody would be left out for good.
        return _hold(run, now, "no_mms_number", {})
    if run.expanded_at is None and (problem := weight.outgrown(run=run, limit=limit)) is not None:
        # Once people are picked each message has its number, and the drain weighs by that.
        return _hold(run, now, weight.HOLD_CODE, weight.detail(problem))
    if code := files.hold_code(run.revision.rendition):
        return _hold(run, now, code, {})
    people = expand.run(run=run, now=now)
    if abs(people - run.expected_people) > TOLERANCE * run.expected_people:
        return _hold(run, now, "audience_changed", {"confirmed": run.expected_people, "found": people})
    if restore.may_have_run(run=run):
        return _hold(run, now, "may_have_run", {})
    if now - run.due_at > LATEST and not _released(run):
        return _hold(run, now, "late", {"minutes": int((now - run.due_at).total_seconds() // 60)})
    runs.move(run=run, to=states.Run.RUNNING, now=now, only_from={states.Run.EXPANDING})
    return run


def _hold(run: Run, now: datetime, code: str, detail: Mapping[str, Any]) -> Run:
    runs.move(
        run=run,
        to=states.Run.HELD,
        now=now,
        why=code,
        only_from={states.Run.EXPANDING},
        hold_code=code,
        hold_detail=detail,
    )
    return run


def _released(run: Run) -> bool:
    moves = History.objects.filter(thing="run", thing_id=run.pk, to_state=states.Run.EXPANDING)
    return moves.filter(by__isnull=False).exists()


def finish_done(*, now: datetime) -> list[int]:
    """Close running runs with nothing left to hand over; sweep what a cancelled run left waiting."""
    finished: list[int] = []
    for run in Run.objects.filter(state=states.Run.RUNNING, expanded_at__isnull=False):
        if waiting(run_id=run.pk) == 0 and not rescue.hopeful(run_id=run.pk, now=now):
            try:
                runs.move(run=run, to=states.Run.FINISHED, now=now, finished_at=now)
            except campaigns.NotPossibleNow:
                continue
            finished.append(run.pk)
    for run in Run.objects.filter(state=states.Run.CANCELLED, finished_at__gte=now - timedelta(hours=1)):
        # Messages that were in hand when a person cancelled came back to wait afterwards.
        while messages.skip_waiting(run_id=run.pk, reason="cancelled", now=now):
            pass
    return finished


def waiting(*, run_id: int) -> int:
    """How many messages of a run are still to be handed over, from its tallies."""
    return Tally.objects.filter(run_id=run_id, state__in=states.MESSAGE_WAITING).aggregate(n=Sum("count"))["n"] or 0
