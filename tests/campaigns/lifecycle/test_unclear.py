"""A person's word over what stays unclear, and proof that comes after it."""

from datetime import timedelta

import factories
import ledger
import pytest
from django.utils import timezone
from inbound_world import sandbox_secret
from sending_world import expanded

from campaigns import states
from campaigns.gateways import base
from campaigns.lifecycle import campaigns, claiming, messages, runs, unclear
from campaigns.models import Attempt, Event, History, Message, Run
from campaigns.sending import looks, receipts, start

__all__ = ["sandbox_secret"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]


@pytest.fixture
def run() -> Run:
    """A running run with two messages of which nobody knows whether they arrived, since five minutes."""
    run = expanded(people=2, group=factories.group())
    ago = timezone.now() - timedelta(minutes=10)
    claimed = claim(run, "first", limit=2, now=ago)
    answers = [
        messages.Settlement(
            message_id=one.message_id,
            attempt_token=one.attempt_token,
            state=states.Message.UNKNOWN,
            outcome=Attempt.Outcome.UNKNOWN,
            handed_over_at=ago,
            answered_at=ago,
            reason="no_clear_answer",
            body="Hello",
        )
        for one in claimed
    ]
    messages.settle(settlements=answers, claim_token="first")
    return run


def claim(run: Run, token: str, *, limit: int = 1, now: object = None) -> list[claiming.Claimed]:
    number = run.campaign.group.numbers.get()
    return claiming.claim(
        number_id=number.pk,
        run_id=run.pk,
        after_id=0,
        limit=limit,
        sends_mms=True,
        token=token,
        now=now or timezone.now(),  # type: ignore[arg-type]
    )


def decide(run: Run, verdict: unclear.Verdict, people: int = 2, **more: int) -> int:
    return unclear.decide(run=run, verdict=verdict, people=people, by=factories.user(), now=timezone.now(), **more)


def receipt(attempt: Attempt, state: str) -> receipts.Applied:
    event = base.StatusEvent(
        event_key=f"{attempt.token}-{state}",
        provider_id="SM1",
        state=state,  # type: ignore[arg-type]
        code="40301" if state == "failed" else "",
        at=timezone.now(),
        reference=attempt.token,
        raw="",
    )
    return receipts.apply(event=event, attempt_token=attempt.token, now=timezone.now())


def found() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_sent_again_they_wait_as_before_and_the_ledger_says_so(run: Run) -> None:
    assert decide(run, unclear.Verdict.AGAIN) == 2
    assert set(Message.objects.values_list("state", "reason", "settled_at")) == {("pending", "released", None)}
    assert ledger.is_true(run)
    assert len(claim(run, "second", limit=9)) == 2


def test_taken_as_sent_they_are_on_the_way_without_a_receipt(run: Run) -> None:
    assert decide(run, unclear.Verdict.TAKEN) == 2
    assert set(Message.objects.values_list("state", "reason")) == {("unconfirmed", "taken_as_sent")}
    assert ledger.is_true(run)


@pytest.mark.parametrize("state", ["sent", "delivered", "failed"])
def test_a_receipt_after_they_were_taken_as_sent_still_counts(run: Run, state: str) -> None:
    decide(run, unclear.Verdict.TAKEN)
    receipt(Attempt.objects.order_by("pk")[0], state)
    assert found() == [state, "unconfirmed"]
    assert ledger.is_true(run)


def test_one_alone_is_decided(run: Run) -> None:
    one = Message.objects.order_by("pk")[0]
    assert decide(run, unclear.Verdict.AGAIN, people=1, message_id=one.pk) == 1
    assert found() == ["pending", "unknown"]


def test_a_message_of_another_run_is_not_reached(run: Run) -> None:
    other = expanded(people=1, group=factories.group())
    assert decide(other, unclear.Verdict.AGAIN, people=1, message_id=Message.objects.order_by("pk")[0].pk) == 0
    assert found()[:2] == ["unknown", "unknown"]


def test_who_decided_stands_in_the_history_and_each_message_in_the_event(run: Run) -> None:
    decide(run, unclear.Verdict.AGAIN)
    told = History.objects.get(why="unclear_again 2")
    assert told.by is not None
    event = Event.objects.get(name="UnclearReleased").payload
    assert event["messages"] == list(Message.objects.order_by("pk").values_list("pk", flat=True))


def test_more_than_were_told_are_not_released(run: Run) -> None:
    with pytest.raises(unclear.MoreNow):
        decide(run, unclear.Verdict.AGAIN, people=1)
    assert found() == ["unknown", "unknown"]


def test_what_is_in_doubt_since_seconds_is_still_looked_into(run: Run) -> None:
    Message.objects.filter(pk=Message.objects.order_by("pk")[0].pk).update(handed_over_at=timezone.now())
    assert decide(run, unclear.Verdict.AGAIN) == 1
    assert found() == ["unknown", "pending"]


def test_many_are_released_in_several_steps(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unclear, "CHUNK", 1)
    assert decide(run, unclear.Verdict.AGAIN) == 2
    assert History.objects.filter(why="unclear_again 1").count() == 2


def test_a_finished_run_runs_again_until_they_are_sent(run: Run) -> None:
    runs.move(run=run, to=states.Run.FINISHED, now=timezone.now(), finished_at=timezone.now())
    decide(run, unclear.Verdict.AGAIN)
    run.refresh_from_db()
    assert (run.state, run.finished_at, run.campaign.state) == ("running", None, "running")
    assert start.finish_done(now=timezone.now()) == []


@pytest.mark.parametrize("over", [states.Run.CANCELLED, states.Run.FINISHED])
def test_what_is_over_for_good_sends_nothing_again_but_can_be_taken_as_sent(run: Run, over: states.Run) -> None:
    runs.move(run=run, to=over, now=timezone.now(), finished_at=timezone.now())
    run.campaign.refresh_from_db()
    campaigns.archive(campaign=run.campaign, by=factories.user(), now=timezone.now())
    with pytest.raises(campaigns.NotPossibleNow):
        decide(run, unclear.Verdict.AGAIN)
    assert decide(run, unclear.Verdict.TAKEN) == 2
    campaigns.unarchive(campaign=run.campaign, by=factories.user(), now=timezone.now())
    assert run.campaign.state == over.value


@pytest.mark.parametrize("state", ["accepted", "sent", "delivered"])
def test_proof_that_comes_while_it_waits_again_keeps_it_from_leaving(run: Run, state: str) -> None:
    decide(run, unclear.Verdict.AGAIN)
    assert receipt(Attempt.objects.order_by("pk")[0], state).done
    assert found() == [state, "pending"]
    assert ledger.is_true(run)
    assert len(claim(run, "second", limit=9)) == 1


def test_proof_that_comes_while_it_is_in_hand_again_calls_it_off(run: Run) -> None:
    decide(run, unclear.Verdict.AGAIN)
    again = claim(run, "second", limit=2)
    first = Attempt.objects.order_by("pk")[0]
    assert receipt(first, "delivered").done
    verdicts = looks.take(message_ids=[one.message_id for one in again], claim_token="second")
    assert set(verdicts) == {again[1].message_id}
    assert found() == ["delivered", "claimed"]
    assert Message.objects.get(state="delivered").claim == ""
    assert ledger.is_true(run)
    assert Attempt.objects.get(token=again[0].attempt_token).outcome == Attempt.Outcome.NOT_SENT
    assert claiming.release(claimed=again, claim_token="second") == 1


def test_what_had_left_before_the_proof_came_is_written_in_its_attempt(run: Run) -> None:
    decide(run, unclear.Verdict.AGAIN)
    again = claim(run, "second")[0]
    receipt(Attempt.objects.order_by("pk")[0], "delivered")
    now = timezone.now()
    answer = messages.Settlement(
        message_id=again.message_id,
        attempt_token=again.attempt_token,
        state=states.Message.ACCEPTED,
        outcome=Attempt.Outcome.ACCEPTED,
        handed_over_at=now,
        answered_at=now,
        provider_id="SM2",
    )
    messages.settle(settlements=[answer], claim_token="second")
    assert found()[0] == "delivered"
    assert Attempt.objects.get(token=again.attempt_token).outcome == Attempt.Outcome.ACCEPTED
    assert ledger.is_true(run)


def test_a_failure_of_the_first_hand_over_lets_it_be_sent_again(run: Run) -> None:
    decide(run, unclear.Verdict.AGAIN)
    assert receipt(Attempt.objects.order_by("pk")[0], "failed").done
    assert found() == ["pending", "pending"]


def test_a_failure_of_the_first_hand_over_does_not_undo_the_second(run: Run) -> None:
    decide(run, unclear.Verdict.AGAIN)
    first = Attempt.objects.order_by("pk")[0]
    again = claim(run, "second")[0]
    assert receipt(first, "failed").done
    Message.objects.filter(pk=again.message_id).update(state="accepted", claim="")
    receipt(first, "failed")
    assert found()[0] == "accepted"


def test_the_receipt_of_the_hand_over_under_way_still_waits_for_its_answer(run: Run) -> None:
    decide(run, unclear.Verdict.AGAIN)
    again = claim(run, "second")[0]
    assert not receipt(Attempt.objects.get(token=again.attempt_token), "delivered").done
    assert found()[0] == "claimed"
