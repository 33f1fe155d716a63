"""The number that first reached a person stays theirs."""

import factories
import pytest
from django.utils import timezone
from sending_world import expanded

from campaigns import states
from campaigns.lifecycle import claiming, messages
from campaigns.models import Attempt, Message, Run, StickyNumber

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    return expanded(people=2, group=factories.group())


def _settle(run: Run, state: states.Message, outcome: Attempt.Outcome) -> None:
    number, now = run.campaign.group.numbers.get(), timezone.now()
    claimed = claiming.claim(
        number_id=number.pk, run_id=run.pk, after_id=0, limit=9, sends_mms=True, token="mine", now=now
    )
    settlements = [
        messages.Settlement(one.message_id, one.attempt_token, state, outcome, now, now, "why", body="Hello")
        for one in claimed
    ]
    messages.settle(settlements=settlements, claim_token="mine")


def test_an_accepted_message_ties_its_person_to_the_number(run: Run) -> None:
    _settle(run, states.Message.ACCEPTED, Attempt.Outcome.ACCEPTED)
    found = set(StickyNumber.objects.values_list("contact_id", "group_id", "number_id"))
    assert found == set(Message.objects.values_list("contact_id", "group_id", "number_id"))
    assert len(found) == 2


def test_the_first_number_stays(run: Run) -> None:
    first = factories.number(group=run.campaign.group, is_active=False)
    person = Message.objects.first().contact
    StickyNumber.objects.create(contact=person, group=run.campaign.group, number=first)
    run.campaign.group.numbers.filter(pk=first.pk).update(group=factories.group())
    _settle(run, states.Message.ACCEPTED, Attempt.Outcome.ACCEPTED)
    assert StickyNumber.objects.get(contact=person).number == first


def test_a_refused_message_ties_nobody(run: Run) -> None:
    _settle(run, states.Message.FAILED, Attempt.Outcome.REJECTED)
    assert not StickyNumber.objects.exists()
