"""A number with errors in a row rests, longer each time, and one message tries whether they are over."""

from datetime import UTC, datetime, timedelta

import carrier_process
import factories
import pytest
from django.utils import timezone
from sending_world import expanded

from campaigns.gateways import base
from campaigns.models import Message, NumberLease
from campaigns.sending import answers, drain, health, looks, numbers
from subscriptions.models import SenderNumber

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TAKEN = base.Accepted("id", 1)
UNCLEAR = base.Unknown("status 503")
SENDER = base.Rejected("40006", True, "sender", "sender_cannot_mms", "no")
ACCOUNT = base.Rejected("40101", True, "account", "not_authorised", "no")
CONTENT = base.Rejected("40005", True, "content", "media_type", "no")
RECIPIENT = base.Rejected("40001", True, "recipient", "bad_number", "no")


@pytest.fixture
def number() -> SenderNumber:
    made = factories.number()
    NumberLease.objects.create(number=made)
    return made


def hear(number: SenderNumber, *outcomes: base.Outcome, at: datetime = NOON) -> NumberLease:
    given = [answers.Answer(number.pk, None, 0, outcome, at) for outcome in outcomes]
    health.remember(given=given, now=at)
    return NumberLease.objects.get()


def length_s(lease: NumberLease, at: datetime = NOON) -> float:
    return (lease.rested_until - at).total_seconds() if lease.rested_until else 0.0


@pytest.mark.parametrize("error", [SENDER, UNCLEAR])
def test_five_errors_in_a_row_are_a_rest(number: SenderNumber, error: base.Outcome) -> None:
    hear(number, *[error] * 4)
    assert length_s(NumberLease.objects.get()) == 0
    assert length_s(hear(number, error)) == 30


@pytest.mark.parametrize("outcome", [RECIPIENT, CONTENT, ACCOUNT, base.NotSent("tls"), base.Throttled(1.0), TAKEN])
def test_what_does_not_speak_against_the_number_rests_nothing(number: SenderNumber, outcome: base.Outcome) -> None:
    assert length_s(hear(number, *[outcome] * 20)) == 0


@pytest.mark.parametrize("between", [TAKEN, RECIPIENT])
def test_an_answer_between_begins_the_row_anew(number: SenderNumber, between: base.Outcome) -> None:
    assert length_s(hear(number, *[SENDER] * 4, between, *[SENDER] * 4)) == 0


def test_rests_double_up_to_ten_minutes(number: SenderNumber) -> None:
    at, lengths = NOON, []
    hear(number, *[SENDER] * 5, at=at)
    for _ in range(6):
        lease = NumberLease.objects.get()
        lengths.append(length_s(lease, at))
        assert lease.rested_until is not None
        at = lease.rested_until
        hear(number, SENDER, at=at)
    assert lengths == [30, 60, 120, 240, 480, 600]


def test_what_was_in_flight_when_it_began_makes_it_no_longer(number: SenderNumber) -> None:
    hear(number, *[SENDER] * 5)
    assert length_s(hear(number, *[SENDER] * 50, at=NOON + timedelta(seconds=1))) == 30


def test_a_good_try_ends_it(number: SenderNumber) -> None:
    hear(number, *[SENDER] * 5)
    lease = hear(number, TAKEN, at=NOON + timedelta(seconds=31))
    assert (lease.rests, lease.rested_until) == (0, None)


def test_a_resting_number_is_not_due_claims_nothing_and_puts_back_what_it_held() -> None:
    run = expanded(people=2, group=factories.group())
    number = run.campaign.group.numbers.get()
    now = timezone.now()
    NumberLease.objects.create(number=number, rests=1, rested_until=now + timedelta(seconds=30))
    assert numbers.due(now=now) == []
    assert numbers.claim(wants=[numbers.Want(number.pk, 5)], token="me", now=now)[0].claimed == []
    message = Message.objects.first()
    assert message is not None
    Message.objects.filter(pk=message.pk).update(state="claimed", claim="me")
    assert looks.take(message_ids=[message.pk], claim_token="me") == {message.pk: looks.BACK}


def test_after_a_rest_one_is_claimed_and_no_second_while_it_is_out() -> None:
    run = expanded(people=3, group=factories.group())
    number = run.campaign.group.numbers.get()
    now = timezone.now()
    NumberLease.objects.create(number=number, rests=1, rested_until=now - timedelta(seconds=1))
    (first,) = numbers.claim(wants=[numbers.Want(number.pk, 5)], token="me", now=now)
    (second,) = numbers.claim(wants=[numbers.Want(number.pk, 5)], token="me", now=now)
    assert (len(first.claimed), len(second.claimed)) == (1, 0)


def test_its_messages_wait_and_do_not_move() -> None:
    run = expanded(people=2, group=factories.group())
    number = run.campaign.group.numbers.get()
    factories.number(group=run.campaign.group)
    NumberLease.objects.create(number=number, rests=1, rested_until=timezone.now() + timedelta(minutes=5))
    assert numbers.rehome_all(now=timezone.now()) == 0
    assert set(Message.objects.values_list("number_id", flat=True)) == {number.pk}


@pytest.mark.process
def test_a_number_that_the_carrier_refuses_stops_after_a_few(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=30, group=factories.group(), rate="10.00")
    carrier.client.behave(sender_refused_share=1.0)
    drain.run(should_stop=lambda: False, seconds=6)
    assert 5 <= len(carrier.client.calls()) <= 12
    lease = NumberLease.objects.get()
    assert lease.rests == 1
    # Once it may try again it tries with one.
    NumberLease.objects.update(rested_until=timezone.now() - timedelta(milliseconds=1))
    before = len(carrier.client.calls())
    drain.run(should_stop=lambda: False, seconds=3)
    assert len(carrier.client.calls()) == before + 1
    assert NumberLease.objects.get().rests == 2
