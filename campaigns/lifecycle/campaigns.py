"""Moves of campaigns."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.events import stream
from campaigns.models import Campaign, History
from subscriptions import refusals


class NotPossibleNow(refusals.Refused):
    """The campaign is in another state than the act needs: somebody, or time, was quicker."""

    code = "not_possible_now"


def now_is(state: states.Campaign) -> str:
    """The sentence for somebody who came too late."""
    return _(
        "This campaign is %(state)s now, so that cannot be done any more. Reload the page to see where it stands."
    ) % {"state": Campaign.STATE_LABELS[state]}


def move(
    *,
    campaign: Campaign,
    to: states.Campaign,
    now: datetime,
    by: User | None = None,
    why: str = "",
    only_from: Collection[states.Campaign] | None = None,
    **columns: Any,
) -> None:
    """Move one campaign and write `columns` with it; `campaign` is refreshed. Raises NotPossibleNow.

    The row count of the guarded update is the verdict: of two that try at once, one is refused.
    """
    allowed = {state for state, goals in states.CAMPAIGN_MOVES.items() if to in goals}
    if only_from is not None:
        allowed &= set(only_from)
    with transaction.atomic():
        found = Campaign.objects.select_for_update().values_list("state", flat=True).get(pk=campaign.pk)
        moved = Campaign.objects.filter(pk=campaign.pk, state=found, state__in=allowed).update(state=to, **columns)
        if not moved:
            raise NotPossibleNow(limit=sorted(allowed), found=found, words=now_is(states.Campaign(found)))
        History.objects.create(
            thing="campaign", thing_id=campaign.pk, from_state=found, to_state=to, at=now, by=by, why=why
        )
        stream.append(
            name="CampaignStateChange",
            at=now,
            campaign=campaign,
            payload={"from": found, "to": str(to), "why": why, "by": by.pk if by else None},
        )
    campaign.refresh_from_db()


def unschedule(*, campaign: Campaign, by: User, now: datetime) -> None:
    """Take a scheduled campaign back to draft (*Undo*, *Edit*): its approval is void."""
    move(
        campaign=campaign,
        to=states.Campaign.DRAFT,
        by=by,
        now=now,
        only_from={states.Campaign.SCHEDULED},
        fingerprint="",
        due_at=None,
        confirmed_people=None,
        confirmed_by=None,
    )


def archive(*, campaign: Campaign, by: User, now: datetime) -> None:
    """Put a draft, finished or cancelled campaign away; results stay readable."""
    move(campaign=campaign, to=states.Campaign.ARCHIVED, by=by, now=now)


def unarchive(*, campaign: Campaign, by: User, now: datetime) -> None:
    """Bring an archived campaign back to the state that it was archived from."""
    into = History.objects.filter(thing="campaign", thing_id=campaign.pk, to_state=states.Campaign.ARCHIVED)
    last = into.exclude(from_state=states.Campaign.ARCHIVED).first()
    back = states.Campaign(last.from_state) if last else states.Campaign.DRAFT
    move(campaign=campaign, to=back, by=by, now=now, only_from={states.Campaign.ARCHIVED})
