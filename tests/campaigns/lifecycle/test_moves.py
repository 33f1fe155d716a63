"""The only door: a guarded update, its history and its event together; of two that try, one is refused."""

import threading

import factories
import ledger
import pytest
from django.db import connection
from django.utils import timezone
from sending_world import expanded

from campaigns import states
from campaigns.events import stream
from campaigns.lifecycle import campaigns, claiming, messages, runs
from campaigns.models import Attempt, Campaign, Event, History, Message, Run, Tally

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("found", list(states.Campaign))
@pytest.mark.parametrize("goal", list(states.Campaign))
def test_campaigns_move_as_the_table_says(found: states.Campaign, goal: states.Campaign) -> None:
    campaign = factories.campaign(state=states.Campaign.DRAFT)
    frozen = {"due_at": timezone.now(), "fingerprint": "f"}
    Campaign.objects.update(state=found, **frozen)
    if goal in states.CAMPAIGN_MOVES[found]:
        campaigns.move(campaign=campaign, to=goal, now=timezone.now())
        assert campaign.state == goal
    else:
        with pytest.raises(campaigns.NotPossibleNow):
            campaigns.move(campaign=campaign, to=goal, now=timezone.now())
        assert not History.objects.exists()


def test_a_move_without_its_event_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = factories.campaign()

    def fail(**_given: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(stream, "append", fail)
    with pytest.raises(RuntimeError):
        campaigns.archive(campaign=campaign, by=factories.user(), now=timezone.now())
    assert Campaign.objects.get().state == "draft"
    assert not History.objects.exists()


def test_a_move_says_who_and_from_where() -> None:
    by = factories.user()
    campaigns.archive(campaign=factories.campaign(), by=by, now=timezone.now())
    moved = History.objects.get()
    assert (moved.from_state, moved.to_state, moved.by) == ("draft", "archived", by)
    assert Event.objects.get().payload["by"] == by.pk


def test_archived_it_comes_back_as_what_it_was() -> None:
    campaign = factories.campaign(state=states.Campaign.CANCELLED)
    campaigns.archive(campaign=campaign, by=factories.user(), now=timezone.now())
    campaigns.unarchive(campaign=campaign, by=factories.user(), now=timezone.now())
    assert campaign.state == "cancelled"


def test_a_run_and_its_campaign_never_disagree() -> None:
    run = expanded(people=1, group=factories.group())
    for goal, both in (
        (states.Run.PAUSED, "paused"),
        (states.Run.RUNNING, "running"),
        (states.Run.FINISHED, "finished"),
    ):
        runs.move(run=run, to=goal, now=timezone.now())
        assert (Run.objects.get().state, Campaign.objects.get().state) == (goal, both)


def test_a_run_that_was_cancelled_does_not_move() -> None:
    run = expanded(people=1, group=factories.group())
    runs.move(run=run, to=states.Run.CANCELLED, now=timezone.now())
    with pytest.raises(campaigns.NotPossibleNow):
        runs.move(run=run, to=states.Run.RUNNING, now=timezone.now())


def _claim(run: Run, limit: int = 9, token: str = "mine") -> list[claiming.Claimed]:
    number = run.campaign.group.numbers.get()
    return claiming.claim(
        number_id=number.pk,
        run_id=run.pk,
        after_id=0,
        limit=limit,
        sends_mms=True,
        token=token,
        now=timezone.now(),
    )


def test_a_claim_writes_its_attempts_before_anything_leaves() -> None:
    run = expanded(people=3, group=factories.group())
    claimed = _claim(run, limit=2)
    assert {one.attempt_token for one in claimed} == set(Attempt.objects.values_list("token", flat=True))
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"open"}
    assert ledger.is_true(run)


def test_nothing_is_claimed_twice() -> None:
    run = expanded(people=3, group=factories.group())
    assert (len(_claim(run)), len(_claim(run, token="another"))) == (3, 0)


def test_a_number_without_the_flag_claims_texts_alone() -> None:
    run = expanded(people=2, group=factories.group())
    first = Message.objects.first()
    Message.objects.filter(pk=first.pk).update(sent_as="mms")
    number = run.campaign.group.numbers.get()
    claimed = claiming.claim(
        number_id=number.pk, run_id=run.pk, after_id=0, limit=9, sends_mms=False, token="t", now=timezone.now()
    )
    assert first.pk not in {one.message_id for one in claimed}
    assert len(claimed) == 1


def test_a_release_is_as_if_nothing_had_been() -> None:
    run = expanded(people=2, group=factories.group())
    before = list(Message.objects.order_by("pk").values())
    claiming.release(claimed=_claim(run), claim_token="mine")
    assert list(Message.objects.order_by("pk").values()) == before
    assert not Attempt.objects.exists()
    assert ledger.is_true(run)


def test_who_lost_the_claim_releases_nothing() -> None:
    run = expanded(people=2, group=factories.group())
    claimed = _claim(run)
    assert claiming.release(claimed=claimed, claim_token="another") == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"claimed"}


def _settled(one: claiming.Claimed, state: states.Message, reason: str = "") -> messages.Settlement:
    return messages.Settlement(
        message_id=one.message_id,
        attempt_token=one.attempt_token,
        state=state,
        outcome=Attempt.Outcome.ACCEPTED,
        handed_over_at=timezone.now(),
        answered_at=timezone.now(),
        reason=reason,
        body="Hello",
    )


def test_a_batch_of_answers_is_written_each_as_it_is() -> None:
    run = expanded(people=3, group=factories.group())
    first, second, third = _claim(run)
    answers = [
        _settled(first, states.Message.ACCEPTED),
        _settled(second, states.Message.FAILED, "bad_number"),
        _settled(third, states.Message.UNKNOWN, "no_clear_answer"),
    ]
    messages.settle(settlements=answers, claim_token="mine")
    assert list(Message.objects.order_by("pk").values_list("state", "reason")) == [
        ("accepted", ""),
        ("failed", "bad_number"),
        ("unknown", "no_clear_answer"),
    ]
    assert ledger.is_true(run)


def test_an_answer_after_the_claim_was_lost_is_kept_with_the_attempt_alone() -> None:
    run = expanded(people=1, group=factories.group())
    (one,) = _claim(run)
    Message.objects.update(claim="another")
    messages.settle(settlements=[_settled(one, states.Message.ACCEPTED)], claim_token="mine")
    assert (Message.objects.get().state, Attempt.objects.get().outcome) == ("claimed", "accepted")
    assert ledger.is_true(run)


def test_a_move_that_the_table_forbids_is_a_bug() -> None:
    message = factories.message(state="delivered")
    with pytest.raises(AssertionError):
        messages.move(
            ids=[message.pk], from_states={states.Message.DELIVERED}, to=states.Message.FAILED, reason="too late"
        )


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_lose_no_count() -> None:
    run = expanded(people=24, group=factories.group())
    gate = threading.Barrier(4)

    def work(token: str) -> None:
        gate.wait()
        for _ in range(3):
            claimed = _claim(run, limit=2, token=token)
            answers = [_settled(one, states.Message.ACCEPTED) for one in claimed]
            if answers:
                messages.settle(settlements=answers, claim_token=token)
        connection.close()

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Attempt.objects.count() == Message.objects.filter(state="accepted").count() == 24
    assert Tally.objects.filter(state="accepted").get().count == 24
    assert ledger.is_true(run)
