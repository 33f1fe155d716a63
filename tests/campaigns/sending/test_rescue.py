"""What a lost process leaves behind: named, asked about, sent again only where it certainly never left."""

import time
from datetime import timedelta

import carrier_process
import factories
import ledger
import pytest
from django.utils import timezone
from inbound_world import sandbox_secret
from sending_world import expanded

from campaigns import states
from campaigns.lifecycle import claiming, runs
from campaigns.models import Attempt, Message, NumberLease, Run
from campaigns.sending import leases, rescue, start

__all__ = ["sandbox_secret"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def run(sandbox_secret: str) -> Run:
    return expanded(people=2, group=factories.group())


def _left_in_hand(run: Run, token: str = "gone") -> None:
    """Two claims of a process that was killed a minute ago; its lease still stands."""
    number = run.campaign.group.numbers.get()
    ago = timezone.now() - timedelta(minutes=1)
    claiming.claim(number_id=number.pk, run_id=run.pk, after_id=0, limit=2, sends_mms=True, token=token, now=ago)
    NumberLease.objects.create(number=number, token=token, beats=7)


def test_a_living_holder_keeps_its_claims(run: Run) -> None:
    _left_in_hand(run)
    assert rescue.abandoned(now=timezone.now()) == []


def test_a_lease_that_nobody_takes_over_is_seen_to_stand_still(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _left_in_hand(run)
    clock = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    assert rescue.abandoned(now=timezone.now()) == []
    monkeypatch.setattr(time, "monotonic", lambda: clock + leases.STILL_S)
    assert len(rescue.abandoned(now=timezone.now())) == 2
    assert set(Message.objects.values_list("state", "reason")) == {("unknown", "worker_lost")}
    assert ledger.is_true(run)


def test_a_lease_that_beats_is_not_dead_however_old_its_claims(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _left_in_hand(run)
    clock = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    rescue.abandoned(now=timezone.now())
    NumberLease.objects.update(beats=8)
    monkeypatch.setattr(time, "monotonic", lambda: clock + leases.STILL_S)
    assert rescue.abandoned(now=timezone.now()) == []


def _in_doubt(run: Run) -> None:
    NumberLease.objects.all().delete()
    number = run.campaign.group.numbers.get()
    ago = timezone.now() - timedelta(minutes=1)
    claiming.claim(number_id=number.pk, run_id=run.pk, after_id=0, limit=2, sends_mms=True, token="gone", now=ago)
    assert len(rescue.abandoned(now=timezone.now())) == 2


def test_a_run_stays_open_for_what_may_come_back(run: Run) -> None:
    _in_doubt(run)
    assert start.finish_done(now=timezone.now()) == []


def test_but_not_for_ever(run: Run) -> None:
    _in_doubt(run)
    assert start.finish_done(now=timezone.now() + rescue.HOPE) == [run.pk]


def test_what_never_came_waits_again(run: Run, carrier: carrier_process.CarrierProcess) -> None:
    _in_doubt(run)
    assert rescue.ask(now=timezone.now()) == 2
    assert set(Message.objects.values_list("state", flat=True)) == {"pending"}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"not_sent"}
    assert ledger.is_true(run)


@pytest.mark.parametrize(
    "state, end",
    [
        (states.Run.CANCELLED, ("skipped", "cancelled")),
        (states.Run.FINISHED, ("expired", "never_left")),
    ],
)
def test_what_never_came_to_a_run_that_is_over_does_not_wait_for_ever(
    run: Run, carrier: carrier_process.CarrierProcess, state: states.Run, end: tuple[str, str]
) -> None:
    _in_doubt(run)
    runs.move(run=run, to=state, now=timezone.now())
    rescue.ask(now=timezone.now())
    assert set(Message.objects.values_list("state", "reason")) == {end}
    assert ledger.is_true(run)
