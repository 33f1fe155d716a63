"""A person's word over messages that stay unclear: send again, or take as sent. Nobody else ever guesses."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from campaigns import states
from campaigns.events import stream
from campaigns.lifecycle import campaigns, messages, runs
from campaigns.models import Campaign, History, Message, Run
from subscriptions import refusals

# Younger doubts are still being looked into: a request may take 30 s, and providers are asked 15 s later.
STAYS_AFTER = timedelta(minutes=1)
# Moved in one transaction; the event of each names them all.
CHUNK = 1_000
_UNCLEAR = frozenset({states.Message.UNKNOWN})


class Verdict(StrEnum):
    AGAIN = "again"
    TAKEN = "taken"


class MoreNow(refusals.Refused):
    """More messages are unclear than the person was told."""

    code = "more_now"


def of_run(*, run: Run, now: datetime, message_id: int | None = None) -> QuerySet[Message]:
    """The messages of a run that stay unclear; with `message_id` only that one."""
    rows = Message.objects.filter(run=run, state=states.Message.UNKNOWN).exclude(handed_over_at__gt=now - STAYS_AFTER)
    return rows.filter(pk=message_id) if message_id is not None else rows


def may_send_again(*, run: Run) -> bool:
    """Whether something of this run can still leave: not of one that was cancelled or put away."""
    gone = run.state == states.Run.CANCELLED or run.campaign.state == states.Campaign.ARCHIVED
    return not gone


def decide(*, run: Run, verdict: Verdict, people: int, by: User, now: datetime, message_id: int | None = None) -> int:
    """Release what stays unclear (or the one message): `people` is the number that the person was told.

    AGAIN puts them back to wait, and a run that was finished runs again; whoever did get the first one gets it twice.
    TAKEN writes them down as sent without a receipt; a receipt that comes later still counts. Each step leaves a line
    of history and an event that names the messages. Returns how many moved. Raises MoreNow, NotPossibleNow.
    """
    found = of_run(run=run, now=now, message_id=message_id).count()
    if found > people:
        raise MoreNow(
            limit=people,
            found=found,
            words=ngettext(
                "%(n)s message is unclear by now. Look at the number and decide again.",
                "%(n)s messages are unclear by now. Look at the number and decide again.",
                found,
            )
            % {"n": found},
        )
    moved = 0
    while chunk := list(
        of_run(run=run, now=now, message_id=message_id).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        moved += _release(run, chunk, verdict, by, now)
    return moved


def _release(run: Run, ids: list[int], verdict: Verdict, by: User, now: datetime) -> int:
    with transaction.atomic():
        # In this order everywhere: the campaign, its run, its messages.
        campaign = Campaign.objects.select_for_update().get(pk=run.campaign_id)
        run.refresh_from_db(fields=["state"])
        run.campaign = campaign
        if verdict is Verdict.AGAIN:
            _reopen(run, by, now)
            moved = messages.move(
                ids=ids, from_states=_UNCLEAR, to=states.Message.PENDING, reason="released", settled_at=None
            )
        else:
            moved = messages.move(ids=ids, from_states=_UNCLEAR, to=states.Message.UNCONFIRMED, reason="taken_as_sent")
        campaign.refresh_from_db()
        _remember(campaign, run, moved, verdict, by, now)
    return len(moved)


def _reopen(run: Run, by: User, now: datetime) -> None:
    """With the messages in one transaction: between the two the run would be seen to have nothing left, and closed."""
    if not may_send_again(run=run):
        raise campaigns.NotPossibleNow(
            found=run.campaign.state, words=campaigns.now_is(states.Campaign(run.campaign.state))
        )
    if run.state == states.Run.FINISHED:
        runs.move(
            run=run,
            to=states.Run.RUNNING,
            now=now,
            by=by,
            why="unclear_sent_again",
            only_from={states.Run.FINISHED},
            finished_at=None,
        )


def _remember(campaign: Campaign, run: Run, moved: list[int], verdict: Verdict, by: User, now: datetime) -> None:
    if not moved:
        return
    History.objects.create(
        thing="campaign",
        thing_id=campaign.pk,
        from_state=campaign.state,
        to_state=campaign.state,
        at=now,
        by=by,
        why=f"unclear_{verdict} {len(moved)}",
    )
    stream.append(
        name="UnclearReleased",
        at=now,
        campaign=campaign,
        payload={"run": run.pk, "verdict": str(verdict), "messages": moved, "by": by.pk},
    )
