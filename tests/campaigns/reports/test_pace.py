"""How fast a run goes and when it ends, from its tallies and numbers."""

from datetime import timedelta

import factories
import pytest
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.lifecycle import runs
from campaigns.models import Message, Run
from campaigns.reports import pace

pytestmark = pytest.mark.django_db


def _running(*, people: int, rates: tuple[str, ...]) -> Run:
    group = factories.group()
    for rate in rates:
        factories.number(group=group, rate=rate)
    for _ in range(people):
        factories.subscribed(to=group)
    campaign = factories.campaign(group=group, state=states.Campaign.RUNNING)
    run = factories.run(campaign, state=states.Run.EXPANDING, started_at=timezone.now() - timedelta(minutes=5))
    expand.run(run=run, now=timezone.now())
    runs.move(run=run, to=states.Run.RUNNING, now=timezone.now())
    return run


def test_the_time_left_is_that_of_the_number_with_most_to_do() -> None:
    run = _running(people=8, rates=("2.00",))
    assert pace.of_run(run=run, now=timezone.now()).left_s == 4.0


def test_the_set_pace_is_that_of_numbers_with_work() -> None:
    run = _running(people=8, rates=("2.00",))
    factories.number(group=run.campaign.group, rate="50.00")
    assert pace.of_run(run=run, now=timezone.now()).set_per_s == 2.0


def test_the_pace_now_is_what_left_in_the_last_minute() -> None:
    run = _running(people=6, rates=("2.00",))
    now = timezone.now()
    recent = list(Message.objects.values_list("pk", flat=True))[:3]
    Message.objects.filter(pk__in=recent).update(state="accepted", handed_over_at=now - timedelta(seconds=10))
    Message.objects.exclude(pk__in=recent).update(state="accepted", handed_over_at=now - timedelta(minutes=3))
    assert pace.of_run(run=run, now=now).now_per_s == 3 / 60


def test_without_a_number_that_can_send_no_end_is_promised() -> None:
    run = _running(people=2, rates=("2.00",))
    run.campaign.group.numbers.update(is_active=False)
    assert pace.of_run(run=run, now=timezone.now()).left_s is None


def test_the_numbers_set_the_pace_where_nothing_else_does() -> None:
    run = _running(people=8, rates=("2.00",))
    assert pace.of_run(run=run, now=timezone.now()).limit.code == "numbers"


def test_a_tighter_cap_of_the_account_sets_the_pace_and_the_end() -> None:
    run = _running(people=8, rates=("4.00",))
    account = run.campaign.group.numbers.get().account
    account.parts_per_s = "0.50"
    account.save()
    found = pace.of_run(run=run, now=timezone.now())
    assert (found.set_per_s, found.left_s, found.limit) == (0.5, 16.0, pace.Limit("account", 0.5, account.name))


def test_a_cap_above_the_numbers_limits_nothing() -> None:
    run = _running(people=8, rates=("4.00",))
    run.campaign.group.numbers.get().account.__class__.objects.update(parts_per_s="100")
    assert pace.of_run(run=run, now=timezone.now()).limit.code == "numbers"


def test_the_campaigns_own_limit_sets_the_pace_and_the_end() -> None:
    run = _running(people=8, rates=("2.00", "2.00"))
    run.campaign.speed_limit = "1.00"
    run.campaign.save()
    run.refresh_from_db()
    found = pace.of_run(run=run, now=timezone.now())
    assert (found.set_per_s, found.left_s, found.limit) == (1.0, 8.0, pace.Limit("campaign", 1.0))
