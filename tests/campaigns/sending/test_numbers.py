"""Where waiting messages go when a number falls away, and how they come back."""

import factories
import ledger
import pytest
from django.utils import timezone
from sending_world import expanded

from campaigns.lifecycle import claiming
from campaigns.models import Message, Run
from campaigns.sending import numbers
from subscriptions.models import SenderNumber

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Six people at one number."""
    return expanded(people=6, group=factories.group())


@pytest.fixture
def number(run: Run) -> SenderNumber:
    return run.campaign.group.numbers.get()


def _at(number: SenderNumber) -> int:
    return Message.objects.filter(number=number, state="pending").count()


def test_waiting_messages_move_to_another_number_of_the_group(run: Run, number: SenderNumber) -> None:
    other = factories.number(group=run.campaign.group)
    ledger.retire(number)
    assert numbers.rehome(number=number, now=timezone.now()) == 6
    assert (_at(number), _at(other)) == (0, 6)
    assert ledger.is_true(run)


def test_they_are_shared_by_rate(run: Run, number: SenderNumber) -> None:
    slow = factories.number(group=run.campaign.group, rate="1.00")
    quick = factories.number(group=run.campaign.group, rate="2.00")
    ledger.retire(number)
    numbers.rehome(number=number, now=timezone.now())
    assert (_at(slow), _at(quick)) == (2, 4)
    assert ledger.is_true(run)


def test_what_is_in_hand_stays(run: Run, number: SenderNumber) -> None:
    other = factories.number(group=run.campaign.group)
    claiming.claim(
        number_id=number.pk, run_id=run.pk, after_id=0, limit=2, sends_mms=True, token="mine", now=timezone.now()
    )
    ledger.retire(number)
    numbers.rehome(number=number, now=timezone.now())
    assert (Message.objects.filter(number=number, state="claimed").count(), _at(other)) == (2, 4)
    assert ledger.is_true(run)


def test_without_another_number_they_hold_and_say_why(run: Run, number: SenderNumber) -> None:
    ledger.retire(number)
    assert numbers.rehome(number=number, now=timezone.now()) == 0
    assert set(Message.objects.values_list("state", "reason")) == {("pending", "no_number")}
    assert numbers.due(now=timezone.now()) == []
    assert ledger.is_true(run)


def test_they_come_back_when_a_number_returns(run: Run, number: SenderNumber) -> None:
    ledger.retire(number)
    numbers.rehome_all(now=timezone.now())
    other = factories.number(group=run.campaign.group)
    assert numbers.rehome_all(now=timezone.now()) == 6
    assert _at(other) == 6
    assert set(Message.objects.values_list("reason", flat=True)) == {""}
    assert ledger.is_true(run)


def test_they_go_on_when_their_own_number_returns(run: Run, number: SenderNumber) -> None:
    ledger.retire(number)
    numbers.rehome_all(now=timezone.now())
    SenderNumber.objects.update(is_active=True)
    assert numbers.due(now=timezone.now()) == [number]
    (got,) = numbers.claim(wants=[numbers.Want(number.pk, 9)], token="mine", now=timezone.now())
    claimed = got.claimed
    assert len(claimed) == 6
    assert set(Message.objects.values_list("reason", flat=True)) == {""}


@pytest.mark.parametrize(
    "columns", [{"is_active": False}, {"registration": "rejected"}, {"registration": "pending"}], ids=str
)
def test_every_way_to_fall_away_is_found(run: Run, number: SenderNumber, columns: dict[str, object]) -> None:
    other = factories.number(group=run.campaign.group)
    SenderNumber.objects.filter(pk=number.pk).update(**columns)
    assert numbers.rehome_all(now=timezone.now()) == 6
    assert _at(other) == 6


def test_without_the_flag_texts_stay_and_pictures_move(number: SenderNumber, run: Run) -> None:
    other = factories.number(group=run.campaign.group)
    Message.objects.filter(pk__in=Message.objects.values("pk")[:2]).update(sent_as="mms")
    SenderNumber.objects.filter(pk=number.pk).update(is_mms_enabled=False)
    numbers.rehome_all(now=timezone.now())
    assert (_at(number), _at(other)) == (4, 2)
    assert ledger.is_true(run)


def test_a_picture_never_moves_to_a_number_without_the_flag(run: Run, number: SenderNumber) -> None:
    factories.number(group=run.campaign.group, is_mms_enabled=False)
    Message.objects.update(sent_as="mms")
    ledger.retire(number)
    assert numbers.rehome_all(now=timezone.now()) == 0
    assert set(Message.objects.values_list("reason", flat=True)) == {"no_number"}


def test_a_number_that_went_to_another_group_keeps_nothing(run: Run, number: SenderNumber) -> None:
    other = factories.number(group=run.campaign.group)
    SenderNumber.objects.filter(pk=number.pk).update(group=factories.group())
    assert numbers.rehome_all(now=timezone.now()) == 6
    assert _at(other) == 6


def test_what_hangs_on_a_number_is_told(run: Run, number: SenderNumber) -> None:
    found = numbers.dependents(number)
    assert (found.campaigns, found.waiting) == ((run.campaign,), 6)


def test_nothing_is_due_at_a_number_while_its_run_is_paused(run: Run) -> None:
    Run.objects.update(state="paused")
    assert numbers.due(now=timezone.now()) == []


def test_what_comes_back_from_a_lost_number_moves_on(run: Run, number: SenderNumber) -> None:
    other = factories.number(group=run.campaign.group)
    now = timezone.now()
    (got,) = numbers.claim(wants=[numbers.Want(number.pk, 2)], token="mine", now=now)
    claimed = got.claimed
    ledger.retire(number)
    numbers.rehome_all(now=now)
    claiming.release(claimed=claimed, claim_token="mine")
    assert numbers.rehome_all(now=now) == 2
    assert (_at(number), _at(other)) == (0, 6)
    assert ledger.is_true(run)


def test_a_paused_run_moves_too_and_nothing_of_it_is_due(run: Run, number: SenderNumber) -> None:
    other = factories.number(group=run.campaign.group)
    Run.objects.update(state="paused")
    ledger.retire(number)
    assert numbers.rehome_all(now=timezone.now()) == 6
    assert (_at(other), numbers.due(now=timezone.now())) == (6, [])


def test_texts_never_move_to_a_name_that_cannot_reach_every_phone(run: Run, number: SenderNumber) -> None:
    factories.number(group=run.campaign.group, kind="alphanumeric", value="ACME", is_mms_enabled=False)
    ledger.retire(number)
    assert numbers.rehome_all(now=timezone.now()) == 0
    assert set(Message.objects.values_list("reason", flat=True)) == {"no_number"}


def test_a_number_that_is_flagged_later_takes_what_waits_for_it(run: Run, number: SenderNumber) -> None:
    Message.objects.update(sent_as="mms")
    other = factories.number(group=run.campaign.group, is_mms_enabled=False)
    ledger.retire(number)
    assert numbers.rehome_all(now=timezone.now()) == 0
    SenderNumber.objects.filter(pk=other.pk).update(is_mms_enabled=True)
    assert numbers.rehome_all(now=timezone.now()) == 6
    assert numbers.due(now=timezone.now()) == [other]
    assert ledger.is_true(run)
