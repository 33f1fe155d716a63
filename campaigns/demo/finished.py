"""A campaign that is over, made as every campaign is: drafted, launched, expanded, handed over number by number and
reported on. Only the provider's answers are made up, since no phone was ever there."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.audience import estimate
from campaigns.composing import drafts
from campaigns.gateways import base
from campaigns.lifecycle import claiming, messages, runs
from campaigns.models import Campaign, Message, Rendition, Run
from campaigns.sending import dispatch, numbers, schedule, start
from subscriptions.models import SubscriptionGroup, new_token

TEXT = (
    "Hi {{ ${first_name} | default: 'there' }}, summer is back at "
    "{{ custom_attribute.${store} | default: 'the sea' }}: 20% off everything, today only."
)
BATCH = 60
# Of a hundred phones this many fail, and this many never report back.
FAIL, SILENT = 3, 2
UNREACHABLE = base.Rejected(
    code="40301", permanent=True, fault="recipient", words="unreachable", raw="The phone cannot be reached"
)


def make(*, group: SubscriptionGroup, poster: Rendition, by: User, starts_at: datetime) -> Campaign:
    """The campaign with its whole ledger, begun at `starts_at` and finished some minutes later."""
    drafted_at = starts_at - timedelta(hours=2)
    campaign = drafts.create(
        name=_("Summer sale"), purpose=Campaign.Purpose.PROMOTION, group=group, by=by, now=drafted_at
    )
    drafts.edit_content(campaign=campaign, text=TEXT, version=campaign.version, by=by, now=drafted_at)
    drafts.attach(campaign=campaign, rendition=poster, version=campaign.version, by=by, now=drafted_at)
    launched_at = starts_at - timedelta(seconds=settings.UNDO_S)
    schedule.launch(
        campaign=campaign,
        version=campaign.version,
        confirmed_people=estimate.count(group=group, audience=campaign.audience).reachable,
        by=by,
        now=launched_at,
    )
    run = start.begin(campaign_id=campaign.pk, now=starts_at)
    assert run is not None
    at = _hand_over(run, starts_at)
    runs.move(run=run, to=states.Run.FINISHED, now=at, finished_at=at)
    _report(run, at)
    Campaign.objects.filter(pk=campaign.pk).update(created_at=drafted_at)
    campaign.refresh_from_db()
    return campaign


def _hand_over(run: Run, starts_at: datetime) -> datetime:
    """Let every number claim and settle until nothing waits, each at its rate; returns when the last one left."""
    chance, composer, end = random.Random(7), dispatch.Composer(), starts_at  # noqa: S311 - outcomes for a demo
    for number in numbers.due(now=starts_at):
        now = starts_at
        while claimed := claiming.claim(
            number_id=number.pk,
            run_id=run.pk,
            after_id=0,
            limit=BATCH,
            sends_mms=True,
            token=(token := new_token()),
            now=now,
        ):
            settlements = []
            for ready in composer.compose(claimed=claimed, now=now):
                assert isinstance(ready, dispatch.Ready)
                unreachable = chance.random() * 100 < FAIL / 2
                outcome = UNREACHABLE if unreachable else base.Accepted(provider_id=new_token(), parts=ready.parts)
                answered_at = now + timedelta(milliseconds=chance.randrange(60, 240))
                settlements.append(
                    dispatch.settlement(ready=ready, outcome=outcome, handed_over_at=now, now=answered_at)
                )
                now += timedelta(seconds=ready.cost / float(number.rate))
            messages.settle(settlements=settlements, claim_token=token)
        end = max(end, now)
    return end


def _report(run: Run, now: datetime) -> None:
    """What receipts would have said, some seconds later; a few never come."""
    chance = random.Random(11)  # noqa: S311 - outcomes for a demo, no secrets
    accepted = list(
        Message.objects.filter(run=run, state=states.Message.ACCEPTED).order_by("pk").values_list("pk", flat=True)
    )
    silent = set(chance.sample(accepted, len(accepted) * SILENT // 100))
    failed = set(chance.sample(sorted(set(accepted) - silent), len(accepted) * FAIL // 200))
    delivered = [pk for pk in accepted if pk not in silent | failed]
    taken = {states.Message.ACCEPTED}
    for place, batch in enumerate(_batches(delivered)):
        at = now + timedelta(seconds=3 + 2 * place)
        messages.move(
            ids=batch,
            from_states=taken,
            to=states.Message.DELIVERED,
            sent_at=at - timedelta(seconds=2),
            delivered_at=at,
            settled_at=at,
        )
    late = now + timedelta(minutes=2)
    messages.move(ids=failed, from_states=taken, to=states.Message.FAILED, reason="carrier_40301", settled_at=late)
    messages.move(ids=silent, from_states=taken, to=states.Message.UNCONFIRMED, settled_at=late)


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[first : first + BATCH] for first in range(0, len(ids), BATCH))
