"""What a wall clock that was set does to stamps from before."""

from datetime import datetime, timedelta

import factories
import pytest
from django.utils import timezone
from inbound_world import sandbox_secret
from sending_world import expanded

from campaigns import states, tasks
from campaigns.gateways import leaving
from campaigns.lifecycle import claiming
from campaigns.models import Attempt, Drainer, Message, NumberLease, Run
from campaigns.sending import leases, rescue, rests, stamps

__all__ = ["sandbox_secret"]
pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def run(sandbox_secret: str) -> Run:
    return expanded(people=2, group=factories.group())


def claimed(run: Run, *, at: datetime) -> None:
    number = run.campaign.group.numbers.get()
    claiming.claim(number_id=number.pk, run_id=run.pk, after_id=0, limit=2, sends_mms=True, token="gone", now=at)


def test_claims_of_a_clock_that_was_ahead_are_abandoned_as_soon_as_others(run: Run) -> None:
    now = timezone.now()
    claimed(run, at=now + HOUR)
    stamps.step(now=now, watch=stamps.Watch())
    assert rescue.abandoned(now=now + rescue.ABANDONED_AFTER / 2) == []
    assert len(rescue.abandoned(now=now + rescue.ABANDONED_AFTER * 1.1)) == 2
    assert {*Attempt.objects.values_list("claimed_at", flat=True)} == {now}


def test_doubt_of_a_clock_that_was_ahead_is_asked_about_as_soon_as_other(run: Run) -> None:
    now = timezone.now()
    claimed(run, at=now + HOUR)
    Message.objects.update(state=states.Message.UNKNOWN, claim="")
    Attempt.objects.update(outcome=Attempt.Outcome.UNKNOWN, answered_at=now + HOUR)
    stamps.step(now=now, watch=stamps.Watch())
    assert {*Attempt.objects.values_list("claimed_at", "answered_at")} == {(now, now)}


def test_who_waits_for_a_moment_of_a_clock_that_was_ahead_waits_no_longer(run: Run) -> None:
    now = timezone.now()
    rest = timedelta(seconds=rests.LONGEST_REST_S)
    first, second = Message.objects.order_by("pk")
    Message.objects.filter(pk=first.pk).update(next_attempt_at=now + HOUR)
    Message.objects.filter(pk=second.pk).update(next_attempt_at=now + rest)
    lease = NumberLease.objects.create(number=run.campaign.group.numbers.get(), rested_until=now + HOUR, rests=1)
    stamps.step(now=now, watch=stamps.Watch())
    assert [*Message.objects.order_by("pk").values_list("next_attempt_at", flat=True)] == [now, now + rest]
    lease.refresh_from_db()
    assert lease.rested_until == now


def test_who_was_gone_before_the_clock_was_set_back_has_no_share() -> None:
    now = timezone.now()
    Drainer.objects.create(token="gone", at=now + HOUR)
    assert leases.share(drainer="here", wanted=2, now=now) == 2


def test_only_a_step_of_the_clock_shakes_it() -> None:
    now, watch = timezone.now(), stamps.Watch()
    told = []
    for after_s, set_by_s in ((0, 0), (5, 0), (10, 1), (15, 3601), (20, 3601), (59, 3601), (61, 3601), (70, 1)):
        watch.look(now=now + timedelta(seconds=after_s + set_by_s), uptime=100.0 + after_s)
        told.append(watch.steady_for_s(uptime=100.0 + after_s))
    assert told == [float("inf")] * 3 + [0, 5, 44, 46, 0]


def test_stamps_ahead_are_looked_for_after_a_start_and_after_a_step() -> None:
    now, watch = timezone.now(), stamps.Watch()
    told = []
    for after_s, set_by_s in ((0, 0), (59, 0), (61, 0), (70, -3600), (129, -3600), (131, -3600)):
        watch.look(now=now + timedelta(seconds=after_s + set_by_s), uptime=100.0 + after_s)
        told.append(watch.may_be_ahead(uptime=100.0 + after_s))
    assert told == [True, True, False, True, True, False]


def test_nobody_is_asked_about_what_only_a_step_made_old(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    now, uptime = timezone.now(), leaving.uptime()
    monkeypatch.setattr(stamps.step, "__kwdefaults__", {"watch": stamps.Watch()})
    claimed(run, at=now)
    tasks.sweep()
    monkeypatch.setattr(timezone, "now", lambda: now + HOUR)
    tasks.sweep()
    assert {*Message.objects.values_list("state", flat=True)} == {"claimed"}
    monkeypatch.setattr(leaving, "uptime", lambda: uptime + rescue.ABANDONED_AFTER.total_seconds() + 1)
    monkeypatch.setattr(timezone, "now", lambda: now + HOUR + rescue.ABANDONED_AFTER + timedelta(seconds=1))
    tasks.sweep()
    assert {*Message.objects.values_list("state", flat=True)} == {"unknown"}
