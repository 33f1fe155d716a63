"""Receipts move messages forward, once, whatever order they come in."""

import itertools
import json
from datetime import timedelta
from typing import Any

import factories
import inbound_world
import ledger
import pytest
from django.utils import timezone
from inbound_world import sandbox_secret
from sending_world import expanded

from campaigns import states
from campaigns.inbound import intake
from campaigns.lifecycle import claiming, messages
from campaigns.models import Attempt, Callback, Message, Run
from campaigns.sending import receipts

__all__ = ["sandbox_secret"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]

AT = "2026-11-22T10:00:00Z"


@pytest.fixture
def run() -> Run:
    return expanded(people=1, group=factories.group())


def _claimed(run: Run) -> Attempt:
    number = run.campaign.group.numbers.get()
    now = timezone.now()
    claiming.claim(number_id=number.pk, run_id=run.pk, after_id=0, limit=1, sends_mms=True, token="mine", now=now)
    return Attempt.objects.get()


def _handed_over(
    run: Run,
    state: states.Message = states.Message.ACCEPTED,
    outcome: Attempt.Outcome = Attempt.Outcome.ACCEPTED,
) -> Attempt:
    attempt = _claimed(run)
    _answer(attempt, state, outcome)
    return attempt


def _answer(attempt: Attempt, state: states.Message, outcome: Attempt.Outcome) -> None:
    now = timezone.now()
    answered = messages.Settlement(
        message_id=attempt.message_id,
        attempt_token=attempt.token,
        state=state,
        outcome=outcome,
        handed_over_at=now,
        answered_at=now,
        body="Hello",
        next_attempt_at=now if state is states.Message.PENDING else None,
    )
    messages.settle(settlements=[answered], claim_token="mine")


def _report(attempt: Attempt, *kinds: str, **changes: object) -> str:
    """These receipts come in, and are applied in one go; returns the message's state."""
    for kind in kinds:
        event = inbound_world.reported(attempt.token, kind, **changes)
        assert inbound_world.post(attempt.number.account, event, token=attempt.token) == 204
    intake.understand(now=timezone.now())
    return Message.objects.get().state


def test_a_receipt_waits_for_the_tick(run: Run) -> None:
    attempt = _handed_over(run)
    inbound_world.post(attempt.number.account, inbound_world.reported(attempt.token))
    assert intake.waiting()
    assert Message.objects.get().state == "accepted"


def test_delivered_is_written_with_its_time_and_provider_id(run: Run) -> None:
    attempt = _handed_over(run)
    at = timezone.now() - timedelta(seconds=9)
    _report(attempt, "delivered", at=at.isoformat(), id="SM-of-the-carrier")
    message = Message.objects.get()
    assert (message.delivered_at, message.provider_id) == (at, "SM-of-the-carrier")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_wrong_clock_dates_no_delivery_where_no_page_can_show_it(run: Run, at: str) -> None:
    _report(_handed_over(run), "delivered", at=at)
    message = Message.objects.get()
    assert message.delivered_at is not None
    assert abs(timezone.now() - message.delivered_at) <= timedelta(days=7, minutes=1)
    assert message.sent_at == message.delivered_at


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered"])))
def test_whatever_the_order_delivered_is_the_end(run: Run, order: tuple[str, ...]) -> None:
    assert _report(_handed_over(run), *order) == "delivered"
    assert ledger.is_true(run)


def test_nothing_follows_delivered(run: Run) -> None:
    attempt = _handed_over(run)
    _report(attempt, "delivered")
    assert _report(attempt, "failed", "sent") == "delivered"
    assert ledger.is_true(run)


def test_a_failure_keeps_the_carriers_code(run: Run) -> None:
    assert _report(_handed_over(run), "failed", code=40301) == "failed"
    assert Message.objects.get().reason == "carrier_40301"
    assert ledger.is_true(run)


def test_a_failure_without_a_code_says_something(run: Run) -> None:
    assert _report(_handed_over(run), "failed") == "failed"


def test_nothing_follows_a_failure(run: Run) -> None:
    attempt = _handed_over(run)
    _report(attempt, "failed", code=40301)
    assert _report(attempt, "delivered") == "failed"


def test_a_repeated_receipt_is_kept_and_applied_once(run: Run) -> None:
    attempt = _handed_over(run)
    event = inbound_world.reported(attempt.token)
    for _ in range(3):
        assert inbound_world.post(attempt.number.account, event) == 204
    intake.understand(now=timezone.now())
    assert Callback.objects.count() == 1
    assert ledger.is_true(run)


def test_a_receipt_settles_what_was_unclear(run: Run) -> None:
    attempt = _handed_over(run, states.Message.UNKNOWN, Attempt.Outcome.UNKNOWN)
    assert _report(attempt, "delivered") == "delivered"
    attempt.refresh_from_db()
    assert attempt.outcome == "accepted"
    assert ledger.is_true(run)


def test_a_receipt_before_our_answer_is_written_waits_for_it(run: Run) -> None:
    attempt = _claimed(run)
    assert _report(attempt, "delivered") == "claimed"
    _answer(attempt, states.Message.ACCEPTED, Attempt.Outcome.ACCEPTED)
    intake.understand(now=timezone.now())
    assert Message.objects.get().state == "delivered"
    assert Message.objects.get().body == "Hello"
    assert ledger.is_true(run)


def test_a_receipt_is_not_waited_with_for_ever(run: Run) -> None:
    _report(_claimed(run), "delivered")
    Callback.objects.update(tries=intake.PATIENCE)
    intake.understand(now=timezone.now())
    assert not intake.waiting()


def test_the_token_in_the_address_stands_in_for_a_missing_reference(run: Run) -> None:
    attempt = _handed_over(run)
    event = inbound_world.reported(attempt.token)
    body = inbound_world.json.dumps({**event, "reference": "x"}).encode()
    inbound_world.send(attempt.number.account, body, inbound_world.sign(body), token=attempt.token)
    intake.understand(now=timezone.now())
    assert Callback.objects.get().processed_at is not None


def test_a_receipt_for_an_unknown_attempt_is_noted(run: Run) -> None:
    attempt = _handed_over(run)
    inbound_world.post(attempt.number.account, inbound_world.reported("nobody's"))
    intake.understand(now=timezone.now())
    assert Callback.objects.get().note == "no such attempt"
    assert Message.objects.get().state == "accepted"


def test_a_receipt_for_what_waits_again_changes_nothing(run: Run) -> None:
    attempt = _handed_over(run, states.Message.PENDING, Attempt.Outcome.THROTTLED)
    assert _report(attempt, "sent") == "pending"
    assert ledger.is_true(run)


def test_one_account_that_cannot_be_read_does_not_hold_up_the_others(run: Run) -> None:
    other = factories.account(kind="gone")
    Callback.objects.create(account=other, event_key="a", body="{}", received_at=timezone.now())
    assert _report(_handed_over(run), "delivered") == "delivered"


def test_a_fault_of_ours_on_one_receipt_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.account()
    bodies = {
        name: json.dumps(
            {
                "event_id": name,
                "type": "message.sent",
                "id": "SM1",
                "reference": name,
                "code": None,
                "at": "2026-11-22T10:00:00Z",
            }
        )
        for name in ("broken", "sound")
    }
    for name, body in bodies.items():
        Callback.objects.create(account=account, event_key=name, body=body, received_at=timezone.now())

    whole = receipts.apply

    def trips(**given: Any) -> receipts.Applied:
        if given["event"].reference == "broken":
            raise RuntimeError("a fault of ours")
        return whole(**given)

    monkeypatch.setattr(receipts, "apply", trips)
    assert intake.understand(now=timezone.now()) == 1
    assert Callback.objects.get(processed_at=None).event_key == "broken"


def test_a_fault_of_ours_after_the_move_takes_it_back_with_its_tallies(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = _handed_over(run)
    whole = receipts.apply

    def trips(**given: Any) -> receipts.Applied:
        whole(**given)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(receipts, "apply", trips)
    assert _report(attempt, "delivered") == "accepted"
    assert ledger.is_true(run)
