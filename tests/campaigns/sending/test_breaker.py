"""The circuit breaker: mostly errors pause a run, one message tries whether they are over."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import carrier_process
import factories
import ledger
import pytest
from django.db import connection
from django.utils import timezone
from sending_world import expanded

from campaigns import states
from campaigns.forms import reason_words
from campaigns.gateways import base
from campaigns.lifecycle import campaigns, messages, runs
from campaigns.models import AnswerCount, Attempt, Campaign, History, Message, NumberLease, Run
from campaigns.sending import answers, breaker, drain, health, looks, schedule

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)
DETAIL = {"answers": 20, "errors": 12, "times": 12, "said": "status 503"}
TAKEN = base.Accepted("id", 1)
UNCLEAR = base.Unknown("status 503")
SENDER = base.Rejected("40006", True, "sender", "sender_cannot_mms", "no")
CONTENT = base.Rejected("40005", True, "content", "media_type", "no")
PROVIDER = base.Rejected("40000", True, "provider", "bad_request", "no")
RECIPIENT = base.Rejected("40001", True, "recipient", "bad_number", "no")


def answer(run: Run, outcome: base.Outcome, *, message_id: int = 0) -> answers.Answer:
    return answers.Answer(0, run.pk, message_id, outcome, NOON)


def hear(run: Run, *outcomes: base.Outcome, now: datetime = NOON) -> str:
    """The run's state after these answers came in."""
    breaker.remember(given=[answer(run, outcome) for outcome in outcomes], now=now)
    run.refresh_from_db()
    return run.state


def moving_run() -> Run:
    return factories.run(factories.campaign(state="running"))


@pytest.mark.parametrize("error", [UNCLEAR, SENDER, CONTENT, PROVIDER])
def test_half_of_twenty_errors_pause_the_run(error: base.Outcome) -> None:
    run = moving_run()
    assert hear(run, *[TAKEN] * 10, *[error] * 9) == "running"
    assert hear(run, error) == "paused"
    assert Campaign.objects.get().hold_code == "too_many_errors"


def test_fewer_than_twenty_answers_say_nothing_yet() -> None:
    assert hear(moving_run(), *[UNCLEAR] * 19) == "running"


def test_less_than_half_is_no_reason() -> None:
    assert hear(moving_run(), *[UNCLEAR] * 19, *[TAKEN] * 20) == "running"


@pytest.mark.parametrize("outcome", [RECIPIENT, base.NotSent("connection refused"), base.Throttled(1.0)])
def test_the_recipients_faults_and_what_never_left_pause_nothing(outcome: base.Outcome) -> None:
    assert hear(moving_run(), *[outcome] * 60) == "running"


def test_what_never_left_does_not_thin_the_errors_out() -> None:
    assert hear(moving_run(), *[base.Throttled(1.0)] * 60, *[UNCLEAR] * 20) == "paused"


def test_the_sums_of_several_processes_are_one_sum() -> None:
    run = moving_run()
    halves = [threading.Thread(target=_in_a_thread, args=(run,)) for _ in range(2)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    run.refresh_from_db()
    assert run.state == "paused"


def _in_a_thread(run: Run) -> None:
    breaker.remember(given=[answer(run, UNCLEAR)] * 10, now=NOON)
    connection.close()


def test_an_old_minute_is_forgotten() -> None:
    run = moving_run()
    hear(run, *[UNCLEAR] * 19)
    assert hear(run, UNCLEAR, now=NOON + timedelta(seconds=61)) == "running"
    breaker.sweep(now=NOON + timedelta(minutes=3))
    assert not AnswerCount.objects.exists()


def test_one_run_s_errors_leave_another_alone() -> None:
    bad, good = moving_run(), moving_run()
    breaker.remember(given=[answer(bad, UNCLEAR)] * 20 + [answer(good, TAKEN)] * 20, now=NOON)
    good.refresh_from_db()
    assert good.state == "running"


def test_the_words_say_how_many_and_what_was_said_most_often() -> None:
    hear(moving_run(), *[SENDER] * 12, *[UNCLEAR] * 3, *[TAKEN] * 5)
    campaign = Campaign.objects.get()
    words = reason_words.hold(campaign.hold_code, campaign.hold_detail)
    assert "of the last 20 answers of the provider, 15 were errors" in words
    assert "Most often (12 times) it said: the provider says that this sender number cannot send MMS" in words


def paused_run(people: int = 3) -> Run:
    run = expanded(people=people, group=factories.group())
    runs.move(run=run, to=states.Run.PAUSED, now=NOON, hold_code=breaker.HOLD_CODE, hold_detail=DETAIL)
    return run


def test_of_a_paused_run_only_the_tried_message_may_leave() -> None:
    run = paused_run()
    first, *others = Message.objects.order_by("pk")
    schedule.try_one(campaign=run.campaign, by=factories.user(), now=timezone.now())
    Message.objects.update(state="claimed", claim="me")
    verdicts = looks.take(message_ids=[first.pk, *(one.pk for one in others)], claim_token="me")
    assert [verdicts[first.pk].go, *(verdicts[one.pk].go for one in others)] == [True, False, False]


def test_only_one_is_tried_at_a_time() -> None:
    run = paused_run()
    breaker.try_one(run=run, by=None, now=NOON)
    with pytest.raises(campaigns.NotPossibleNow):
        breaker.try_one(run=run, by=None, now=NOON)


def test_without_anybody_waiting_nothing_is_tried() -> None:
    run = paused_run(people=1)
    ledger.retire(run.campaign.group.numbers.get())
    with pytest.raises(breaker.NothingToTry):
        breaker.try_one(run=run, by=None, now=NOON)


@pytest.mark.parametrize(
    "outcome, state", [(TAKEN, "running"), (RECIPIENT, "running"), (SENDER, "paused"), (base.NotSent("tls"), "paused")]
)
def test_the_answer_decides(outcome: base.Outcome, state: str) -> None:
    run = paused_run()
    tried = breaker.try_one(run=run, by=None, now=NOON)
    breaker.remember(given=[answer(run, outcome, message_id=tried)], now=NOON)
    run.refresh_from_db()
    assert (run.state, run.trying) == (state, None)


def test_another_message_s_late_answer_decides_nothing() -> None:
    run = paused_run()
    tried = breaker.try_one(run=run, by=None, now=NOON)
    breaker.remember(given=[answer(run, TAKEN, message_id=tried + 1)], now=NOON)
    run.refresh_from_db()
    assert (run.state, run.trying) == ("paused", tried)


def test_a_failed_try_is_said() -> None:
    run = paused_run()
    tried = breaker.try_one(run=run, by=None, now=NOON)
    breaker.remember(given=[answer(run, CONTENT, message_id=tried)], now=NOON)
    campaign = Campaign.objects.get()
    assert "does not take this kind of file" in reason_words.hold(campaign.hold_code, campaign.hold_detail)


def test_a_person_who_resumes_or_cancels_ends_the_try() -> None:
    run = paused_run()
    breaker.try_one(run=run, by=None, now=NOON)
    schedule.cancel(campaign=run.campaign, by=factories.user(), now=NOON)
    run.refresh_from_db()
    assert (run.state, run.trying) == ("cancelled", None)


def test_when_the_tried_person_left_meanwhile_another_is_tried() -> None:
    run = paused_run()
    tried = breaker.try_one(run=run, by=None, now=NOON)
    messages.move(ids=[tried], from_states={states.Message.PENDING}, to=states.Message.SKIPPED, reason="unsubscribed")
    breaker.sweep(now=NOON)
    run.refresh_from_db()
    assert run.trying not in (None, tried)


def test_a_try_whose_process_was_lost_is_decided_by_what_became_of_it() -> None:
    run = paused_run()
    tried = breaker.try_one(run=run, by=None, now=NOON)
    Message.objects.filter(pk=tried).update(state="unknown", reason="worker_lost", claimed_at=NOON)
    breaker.sweep(now=NOON + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.trying) == ("paused", None)


@pytest.mark.process
def test_it_pauses_by_itself_and_goes_on_after_one_that_went_well(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=50, group=factories.group(), rate="30.00")
    # Many are in flight before the first answer comes, else the number would rest before there are twenty.
    carrier.client.behave(server_error_share=1.0, latency_ms=900)
    drain.run(should_stop=lambda: False, seconds=8)
    run.refresh_from_db()
    asked = len(carrier.client.calls())
    assert run.state == "paused"
    assert 20 <= asked < 50
    carrier.client.behave(server_error_share=0.0, latency_ms=5)
    NumberLease.objects.update(rests=0, strikes=0, rested_until=None)
    breaker.try_one(run=run, by=None, now=timezone.now())
    drain.run(should_stop=lambda: False, seconds=8)
    run.refresh_from_db()
    assert run.state == "running"
    assert len(carrier.client.messages()) == 50 - asked
    assert Counter(call["to_phone"] for call in carrier.client.calls()) == dict.fromkeys(
        Message.objects.values_list("to_phone", flat=True), 1
    )
    assert ledger.is_true(run)


@pytest.mark.process
def test_a_try_that_fails_costs_one_message(carrier: carrier_process.CarrierProcess) -> None:
    run = paused_run(people=5)
    carrier.client.behave(server_error_share=1.0)
    breaker.try_one(run=run, by=None, now=timezone.now())
    drain.run(should_stop=lambda: False, seconds=3)
    run.refresh_from_db()
    assert (len(carrier.client.calls()), run.state, run.trying) == (1, "paused", None)
    assert Message.objects.filter(state="pending").count() == 4


@pytest.mark.process
def test_a_refused_account_costs_no_more_than_what_is_in_flight_and_fails_nobody(
    carrier: carrier_process.CarrierProcess,
) -> None:
    run = expanded(people=250, group=factories.group(), rate="400.00")
    carrier.client.behave(not_authorised_share=1.0, latency_ms=300)
    drain.run(should_stop=lambda: False, seconds=2.5)
    asked = len(carrier.client.calls())
    run.refresh_from_db()
    assert run.state == "paused"
    # At 400 a second and 300 ms an answer over a hundred are in flight when the first refusal comes.
    assert 50 < asked <= drain.IN_FLIGHT
    assert Message.objects.filter(state="pending").count() == 250
    assert Attempt.objects.filter(outcome="rejected").count() == asked


@pytest.mark.process
def test_whom_a_refused_account_kept_waiting_gets_it_once_it_is_put_right(
    carrier: carrier_process.CarrierProcess,
) -> None:
    run = expanded(people=5, group=factories.group())
    carrier.client.behave(not_authorised_share=1.0)
    drain.run(should_stop=lambda: False, seconds=1)
    carrier.client.behave(not_authorised_share=0.0)
    Message.objects.update(next_attempt_at=None)
    schedule.try_one(campaign=run.campaign, by=factories.user(), now=timezone.now())
    drain.run(should_stop=lambda: False, seconds=5)
    assert Counter(one["to"] for one in carrier.client.messages()) == dict.fromkeys(
        Message.objects.values_list("to_phone", flat=True), 1
    )


def test_a_batch_of_errors_costs_few_queries(django_assert_max_num_queries: object) -> None:
    run = moving_run()
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        health.remember(given=[answer(run, UNCLEAR)] * 19, now=NOON)


def test_the_history_says_what_was_tried() -> None:
    run = paused_run()
    tried = breaker.try_one(run=run, by=None, now=NOON)
    breaker.remember(given=[answer(run, TAKEN, message_id=tried)], now=NOON)
    told = list(History.objects.filter(thing="run", thing_id=run.pk).order_by("-pk").values_list("why", flat=True)[:2])
    assert told == ["try_went_well", "try_one"]
