"""A run of people to send to."""

import factories
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.lifecycle import runs
from campaigns.models import Rendition, Run
from subscriptions.models import SubscriptionGroup


def expanded(
    *,
    people: int,
    group: SubscriptionGroup,
    rate: str = "50.00",
    text: str = "Hello",
    picture: Rendition | None = None,
) -> Run:
    """A running campaign to so many people, from one number of the group."""
    if not group.numbers.exists():
        factories.number(group=group, rate=rate)
    for _ in range(people):
        factories.subscribed(to=group)
    run = factories.run(factories.campaign(group=group, text=text, picture=picture), state=states.Run.EXPANDING)
    expand.run(run=run, now=timezone.now())
    run.campaign.state = states.Campaign.RUNNING
    run.campaign.save(update_fields=["state"])
    runs.move(run=run, to=states.Run.RUNNING, now=timezone.now())
    return run
