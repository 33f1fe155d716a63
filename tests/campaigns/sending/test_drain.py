"""Slices of drain against the real carrier: nobody twice, nobody lost, nobody too fast."""

import itertools
import threading
import time
from collections import Counter
from datetime import timedelta

import carrier_process
import factories
import pytest
import servers
from django.db import connection
from django.utils import timezone
from sending_world import expanded

from campaigns import states
from campaigns.lifecycle import claiming, runs, tallies
from campaigns.models import Attempt, Campaign, Message, NumberLease, Run, Tally
from campaigns.sending import drain, enqueue, rescue
from subscriptions import consent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]


def _drain(seconds: float = 10.0) -> drain.Result:
    return drain.run(should_stop=lambda: False, seconds=seconds)


def _states(run: Run) -> Counter[str]:
    return Counter(Message.objects.filter(run=run).values_list("state", flat=True))


def test_everybody_gets_it_once(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=20, group=factories.group())
    _drain()
    received = Counter(call["to"] for call in carrier.client.messages())
    assert received == dict.fromkeys(Message.objects.values_list("to_phone", flat=True), 1)
    assert _states(run) == {"accepted": 20}


def test_the_body_that_left_is_kept(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=1, group=factories.group(brand="Acme"), text="Hi {{ ${first_name} }}")
    _drain()
    assert Message.objects.get().body == carrier.client.messages()[0]["text"] == "Acme: Hi Ana\nReply STOP to end"


def test_the_tallies_stay_true(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=12, group=factories.group())
    _drain()
    kept = {(tally.state, tally.reason): tally.count for tally in Tally.objects.filter(run=run) if tally.count}
    assert kept == dict(tallies.counted(run_id=run.pk))


def test_a_number_never_exceeds_its_rate(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=9, group=factories.group(), rate="4.00")
    _drain()
    times = sorted(Attempt.objects.values_list("handed_over_at", flat=True))
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
    assert min(gaps) >= 0.25 - 0.005


def test_the_pace_holds_from_one_slice_to_the_next(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=4, group=factories.group(), rate="1.00")
    _drain(seconds=1.6)
    _drain(seconds=2.6)
    times = sorted(time for time in Attempt.objects.values_list("handed_over_at", flat=True) if time)
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
    assert len(times) >= 2
    assert min(gaps) >= 1.0 - 0.005


def test_a_long_text_costs_its_parts(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=3, group=factories.group(), rate="8.00", text="x" * 300)
    _drain()
    times = sorted(Attempt.objects.values_list("handed_over_at", flat=True))
    parts = Message.objects.values_list("parts", flat=True)[0]
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
    assert parts >= 2
    assert min(gaps) >= parts / 8 - 0.005


def test_stop_is_heard_and_leaves_nothing_claimed(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=30, group=factories.group(), rate="10.00")
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    drain.run(should_stop=stop.is_set, seconds=20)
    found = _states(run)
    assert set(found) == {"accepted", "pending"}
    assert found["accepted"] == Attempt.objects.count() == len(carrier.client.messages())


def test_the_lease_is_given_back(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=1, group=factories.group())
    _drain()
    assert NumberLease.objects.get().token == ""


def test_a_number_held_by_another_is_left_alone(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=2, group=factories.group())
    NumberLease.objects.create(number=run.campaign.group.numbers.get(), token="somebody else")
    _drain(seconds=2)
    assert carrier.client.messages() == []


def test_who_withdrew_meanwhile_is_left_out(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=2, group=factories.group())
    gone = Message.objects.first().contact
    consent.withdraw(contact=gone, group=run.campaign.group, source="keyword", happened_at=timezone.now())
    _drain()
    assert Message.objects.get(contact=gone).reason == "unsubscribed"
    assert gone.phone not in {call["to"] for call in carrier.client.messages()}


def test_a_pause_is_heard_within_the_slice(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=40, group=factories.group(), rate="10.00")

    def pause() -> None:
        runs.move(run=run, to=states.Run.PAUSED, now=timezone.now())
        paused_at.append(timezone.now())
        connection.close()

    paused_at: list[object] = []
    timer = threading.Timer(1.0, pause)
    timer.start()
    _drain(seconds=4)
    timer.join()
    late = [one for one in Attempt.objects.exclude(handed_over_at=None) if one.handed_over_at > paused_at[0]]
    assert len(late) <= 6  # what was looked at less than half a second before
    assert _states(run)["pending"] > 20


def test_a_dropped_answer_is_unclear_and_never_repeated(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=3, group=factories.group())
    carrier.client.behave(drop_answer_share=1.0)
    _drain()
    _drain(seconds=2)
    assert _states(run) == {"unknown": 3}
    assert len(carrier.client.messages()) == 3


def test_what_is_unclear_is_settled_by_asking(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=3, group=factories.group())
    carrier.client.behave(drop_answer_share=1.0)
    _drain()
    rescue.ask(now=timezone.now() + timedelta(minutes=1))
    assert _states(run) == {"accepted": 3}


def test_a_carrier_that_is_away_costs_nothing(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=2, group=factories.group())
    carrier.stop()
    _drain(seconds=2)
    assert _states(run) == {"pending": 2}
    assert set(Message.objects.values_list("reason", flat=True)) <= {"provider_unreachable", ""}


def test_a_refused_account_pauses_the_run_instead_of_failing_everybody(
    carrier: carrier_process.CarrierProcess, settings: object
) -> None:
    run = expanded(people=60, group=factories.group(), rate="20.00")
    settings.SANDBOX_SECRET = "wrong"  # type: ignore[attr-defined]
    _drain(seconds=4)
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.hold_code) == ("paused", "account_refused")
    assert _states(run)["failed"] < 30


def test_a_confirmation_overtakes_a_long_campaign(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=40, group=factories.group(), rate="4.00")
    number = run.campaign.group.numbers.get()
    timer = threading.Timer(
        1.0,
        lambda: (
            enqueue.answer(
                kind=Message.Kind.CONFIRMATION,
                number=number,
                to_phone="+12125550177",
                contact=None,
                text="You are out",
                now=timezone.now(),
            ),
            connection.close(),
        ),
    )
    timer.start()
    started = time.monotonic()
    _drain(seconds=5)
    timer.join()
    assert time.monotonic() - started < 10
    assert "+12125550177" in {call["to"] for call in carrier.client.messages()}


def test_a_lost_worker_leaves_its_claims_unclear_and_asking_brings_back_what_never_left(
    carrier: carrier_process.CarrierProcess,
) -> None:
    run = expanded(people=2, group=factories.group())
    hour_ago = timezone.now() - timedelta(hours=1)
    Message.objects.update(state="claimed", claim="gone", claimed_at=hour_ago)
    tallies.apply([tallies.Shift(run.pk, Message.objects.first().number_id, "claimed", "", "pending", 2)])
    for message in Message.objects.all():
        Attempt.objects.create(message=message, number=message.number, claimed_at=hour_ago)
    rescue.abandoned(now=timezone.now())
    assert _states(run) == {"unknown": 2}
    rescue.ask(now=timezone.now())
    assert _states(run) == {"pending": 2}


def test_a_claim_takes_no_more_than_its_limit() -> None:
    run = expanded(people=9, group=factories.group())
    number = run.campaign.group.numbers.get()
    claimed = claiming.claim(
        number_id=number.pk, run_id=run.pk, after_id=0, limit=2, sends_mms=True, token="me", now=timezone.now()
    )
    assert (len(claimed), Message.objects.filter(state="claimed").count()) == (2, 2)


def test_numbers_are_shared_with_whoever_else_drains(carrier: carrier_process.CarrierProcess) -> None:
    group = factories.group()
    for _ in range(4):
        factories.number(group=group, rate="4.00")
    expanded(people=80, group=group)
    over = threading.Event()

    def slices(name: str) -> None:
        while not over.is_set():
            drain.run(should_stop=over.is_set, drainer=name)

    drains = [threading.Thread(target=slices, args=[name]) for name in ("first", "second")]
    drains[0].start()
    servers.wait_for(lambda: _held() == [4], seconds=10, what="the first to hold all")
    drains[1].start()
    servers.wait_for(lambda: _held() == [2, 2], seconds=10, what="the second to get its share")
    over.set()
    for one in drains:
        one.join()
    assert _held() == []
    assert set(Counter(call["to"] for call in carrier.client.messages()).values()) == {1}


def _held() -> list[int]:
    """How many numbers each holder has."""
    return sorted(Counter(NumberLease.objects.exclude(token="").values_list("token", flat=True)).values())
