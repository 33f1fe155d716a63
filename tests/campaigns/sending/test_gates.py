"""Rates that numbers share: the caps of accounts and the speed limits of campaigns, over all who drain."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime

import carrier_process
import factories
import pytest
from sending_world import expanded

from campaigns import states
from campaigns.models import Attempt, Message, Run, SharedClock
from campaigns.sending import drain, gates
from subscriptions.models import ProviderAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]


def _times(run: Run | None = None) -> list[datetime]:
    rows = Attempt.objects.filter(handed_over_at__isnull=False)
    rows = rows.filter(message__run=run) if run else rows
    return sorted(at for at in rows.values_list("handed_over_at", flat=True) if at)


def _most_within(times: Sequence[datetime], seconds: float) -> int:
    return max(sum(0 <= (other - at).total_seconds() < seconds for other in times) for at in times)


def _crowd(*, numbers: int, people: int, cap: str) -> Run:
    """A run by many quick numbers of one capped account."""
    account, group = factories.account(parts_per_s=cap), factories.group()
    for _ in range(numbers):
        factories.number(group=group, account=account, rate="20.00")
    return expanded(people=people, group=group)


def test_the_numbers_of_an_account_share_its_cap(carrier: carrier_process.CarrierProcess) -> None:
    _crowd(numbers=5, people=40, cap="12.50")
    started = time.monotonic()
    drain.run(should_stop=lambda: False, seconds=20)
    times = _times()
    assert len(times) == 40
    assert _most_within(times, 1.0) <= 14
    # It is used, too: 40 at 12.5 a second are 3.2 s.
    assert (times[-1] - times[0]).total_seconds() < 6
    assert time.monotonic() - started < 12


def test_a_campaign_keeps_its_own_speed_and_others_overtake_it(carrier: carrier_process.CarrierProcess) -> None:
    group = factories.group()
    slow = expanded(people=8, group=group)
    slow.campaign.speed_limit = "4.00"
    slow.campaign.save()
    quick = expanded(people=12, group=group)
    drain.run(should_stop=lambda: False, seconds=20)
    assert _most_within(_times(slow), 1.0) <= 5
    assert len(_times(quick)) == 20
    assert _times(quick)[-1] < _times(slow)[-1]


def test_what_is_claimed_ahead_of_a_cap_waits_again_after_a_stop(carrier: carrier_process.CarrierProcess) -> None:
    run = _crowd(numbers=3, people=20, cap="2.00")
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    drain.run(should_stop=stop.is_set, seconds=20)
    found = set(Message.objects.filter(run=run).values_list("state", flat=True))
    assert found == {states.Message.ACCEPTED, states.Message.PENDING}


def test_two_that_drain_at_once_share_the_cap(carrier: carrier_process.CarrierProcess) -> None:
    run = _crowd(numbers=6, people=60, cap="15.00")
    drainers = [
        threading.Thread(
            target=drain.run, kwargs={"should_stop": lambda: False, "seconds": 20.0, "drainer": f"machine {serial}"}
        )
        for serial in range(2)
    ]
    for one in drainers:
        one.start()
    for one in drainers:
        one.join()
    received = sorted(call["at"] for call in carrier.client.messages())
    assert len(received) == Message.objects.filter(run=run, state="accepted").count() == 60
    assert _most_within(_times(), 1.0) <= 17


def test_a_reservation_follows_the_one_before() -> None:
    first, second = gates.reserve(key="a", seconds=1.0), gates.reserve(key="a", seconds=1.0)
    gap_s = second.monotonic + second.wait_s - first.monotonic - first.wait_s
    assert gap_s == pytest.approx(1.0, abs=0.2)


def test_time_that_nobody_used_is_not_caught_up() -> None:
    SharedClock.objects.create(key="a", next_at=time.time() - 3_600)
    assert gates.reserve(key="a", seconds=1.0).wait_s == pytest.approx(0.0, abs=0.2)


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    SharedClock.objects.create(key="a", next_at=time.time() + 3_600)
    assert gates.reserve(key="a", seconds=1.0).wait_s <= gates.FARTHEST_S + 0.2


def test_what_is_left_over_is_given_back_unless_somebody_reserved_behind_it() -> None:
    first = gates.reserve(key="a", seconds=2.0)
    gates.give_back(key="a", mark=first.mark, seconds=1.5)
    second = gates.reserve(key="a", seconds=1.0)
    assert second.wait_s == pytest.approx(0.5, abs=0.3)
    gates.give_back(key="a", mark=first.mark, seconds=1.5)
    assert SharedClock.objects.get().next_at == second.mark


@pytest.mark.parametrize(("own", "declared", "cap"), [("7.50", 3.0, 7.5), (None, 3.0, 3.0), (None, None, None)])
def test_the_cap_is_the_accounts_own_or_the_providers(
    monkeypatch: pytest.MonkeyPatch, own: str | None, declared: float | None, cap: float | None
) -> None:
    kind = factories.registry_kind(monkeypatch, parts_per_s=declared)
    account = factories.account(kind=kind, parts_per_s=own)
    assert gates.cap_of(ProviderAccount.objects.get(pk=account.pk)) == cap
