"""A person's word over a campaign: launch, pause, resume, cancel, release."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns import states
from campaigns.audience import estimate
from campaigns.composing import body, discretion, drafts, problems
from campaigns.lifecycle import campaigns, messages, runs
from campaigns.models import Campaign, History, Revision, Run
from campaigns.sending import breaker
from subscriptions import refusals


class NotReady(refusals.Refused):
    """Problems stand in the way; `problems` is the full list."""

    code = "not_ready"

    def __init__(self, found: Sequence[Any]) -> None:
        self.problems = tuple(found)
        super().__init__(
            limit=0,
            found=len(self.problems),
            words=ngettext(
                "%(count)d problem stands in the way of the launch.",
                "%(count)d problems stand in the way of the launch.",
                len(self.problems),
            )
            % {"count": len(self.problems)},
        )


class CountChanged(refusals.Refused):
    """The number of people is no longer the one that was confirmed."""

    code = "count_changed"


def launch(*, campaign: Campaign, version: int, confirmed_people: int, by: User, now: datetime) -> None:
    """Book a draft: freeze its content, remember who confirmed how many people, and when it is due.

    Raises NotReady with every problem, CountChanged, StaleDraft, discretion.NotSeen, or NotPossibleNow for the second
    of two clicks.
    """
    if campaign.state != states.Campaign.DRAFT:
        raise campaigns.NotPossibleNow(
            limit=states.Campaign.DRAFT, found=campaign.state, words=campaigns.now_is(states.Campaign(campaign.state))
        )
    if blocking := [problem for problem in problems.of(campaign) if problem.severity == "error"]:
        raise NotReady(blocking)
    reachable = estimate.count(group=campaign.group, audience=campaign.audience).reachable
    if reachable != confirmed_people:
        raise CountChanged(
            limit=confirmed_people,
            found=reachable,
            words=_("You confirmed %(limit)s people, it is %(found)s now. Look at the number and confirm again.")
            % {"limit": confirmed_people, "found": reachable},
        )
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().select_related("group").get(pk=campaign.pk)
        if locked.version != version:
            raise drafts.StaleDraft(campaign=locked)
        revision = _freeze(locked, now)
        discretion.check(revision=revision, by=by)
        # Counted anew: taking a booked campaign back to draft clears the column.
        at = locked.when == Campaign.When.AT
        due_at = problems.due_at(locked, now=now) if at else now + timedelta(seconds=settings.UNDO_S)
        campaigns.move(
            campaign=campaign,
            to=states.Campaign.SCHEDULED,
            by=by,
            now=now,
            only_from={states.Campaign.DRAFT},
            due_at=due_at,
            fingerprint=fingerprint(campaign=locked, revision=revision),
            confirmed_people=confirmed_people,
            confirmed_by=by,
            hold_code="",
            hold_detail={},
        )


def fingerprint(*, campaign: Campaign, revision: Revision) -> str:
    """SHA-256 over what was approved: text, media and its description, group's words, audience definition and time."""
    approved = {
        "revision": revision.number,
        "text": revision.text,
        "brand": revision.brand,
        "opt_out_line": revision.opt_out_line,
        "description": revision.description,
        "media": revision.rendition.sha256 if revision.rendition else "",
        "group": campaign.group_id,
        "audience": campaign.audience,
        "when": campaign.when,
        "local_at": campaign.local_at.isoformat() if campaign.local_at else "",
        "zone": campaign.zone,
    }
    if campaign.speed_limit is not None:
        # Only where there is one: what was approved before there were limits keeps its fingerprint.
        approved["speed_limit"] = f"{campaign.speed_limit:.2f}"
    return hashlib.sha256(json.dumps(approved, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def pause(*, campaign: Campaign, by: User, now: datetime) -> None:
    """Let nothing more leave; what is already at the provider cannot be recalled."""
    runs.move(run=_open_run(campaign), to=states.Run.PAUSED, by=by, now=now, why="by_person", hold_code="by_person")


def resume(*, campaign: Campaign, by: User, now: datetime) -> None:
    """Carry on with exactly the rest; also the person's word for a run that was held.

    Where the people were not all picked, or not looked at, it goes back to picking: every check is made again.
    """
    run = _open_run(campaign)
    last = History.objects.filter(thing="run", thing_id=run.pk).order_by("-pk").first()
    picking = run.expanded_at is None or (
        run.state == states.Run.PAUSED and last is not None and last.from_state == states.Run.EXPANDING
    )
    runs.move(
        run=run,
        to=states.Run.EXPANDING if picking else states.Run.RUNNING,
        by=by,
        now=now,
        why="by_person",
        only_from={states.Run.HELD, states.Run.PAUSED},
    )
    breaker.forget(run_id=run.pk)


def try_one(*, campaign: Campaign, by: User, now: datetime) -> None:
    """Let one message of a run leave that errors paused: its answer decides whether the rest follows.

    Raises breaker.NothingToTry, NotPossibleNow.
    """
    breaker.try_one(run=_open_run(campaign), by=by, now=now)


def cancel(*, campaign: Campaign, by: User, now: datetime) -> None:
    """End it for good: waiting people are left out with the reason; nothing that left is called back."""
    try:
        campaigns.move(
            campaign=campaign,
            to=states.Campaign.CANCELLED,
            by=by,
            now=now,
            why="by_person",
            only_from={states.Campaign.SCHEDULED},
        )
    except campaigns.NotPossibleNow:
        run = _open_run(campaign)
        runs.move(run=run, to=states.Run.CANCELLED, by=by, now=now, why="by_person", finished_at=now)
        while messages.skip_waiting(run_id=run.pk, reason="cancelled", now=now):
            pass
        campaign.refresh_from_db()


def _open_run(campaign: Campaign) -> Run:
    run = Run.objects.filter(campaign=campaign, state__in=states.RUN_OPEN).order_by("-pk").first()
    if run is None:
        campaign.refresh_from_db()
        raise campaigns.NotPossibleNow(
            limit="", found=campaign.state, words=campaigns.now_is(states.Campaign(campaign.state))
        )
    return run


def _freeze(campaign: Campaign, now: datetime) -> Revision:
    revision = drafts.work(campaign)
    group = campaign.group
    revision.brand = group.brand
    revision.opt_out_line = group.opt_out_line if group.opt_out_rule == group.OptOutRule.EVERY else ""
    revision.description = body.description_of(revision)
    revision.frozen_at = now
    revision.save(update_fields=["brand", "opt_out_line", "description", "frozen_at"])
    return revision
