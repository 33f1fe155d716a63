"""A message that outgrew the numbers it would leave by: held with the reason, never too large, nobody lost."""

from collections import Counter

import carrier_process
import factories
import ledger
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from sending_world import expanded

from campaigns.audience import expand
from campaigns.forms import reason_words
from campaigns.lifecycle import runs
from campaigns.models import Attempt, Campaign, Message, Rendition, Run
from campaigns.sending import drain, schedule, start
from subscriptions.models import Contact, SenderNumber

pytestmark = pytest.mark.django_db

TOLL_FREE = "+18885550142"


def _picture(size: int) -> Rendition:
    """A file that really has so many bytes: what is sent is asked for first."""
    return factories.rendition(bytes=size, file=ContentFile(bytes(size), name="beach.jpg"))


def _booked(*, picture_bytes: int = 0) -> Campaign:
    """A launched campaign of a group with one long code, due now."""
    campaign = factories.campaign(picture=_picture(picture_bytes) if picture_bytes else None)
    factories.number(group=campaign.group)
    factories.subscribed(to=campaign.group)
    now = timezone.now()
    schedule.launch(campaign=campaign, version=1, confirmed_people=1, by=factories.user(), now=now)
    Campaign.objects.filter(pk=campaign.pk).update(due_at=now)
    campaign.refresh_from_db()
    return campaign


def _joins(campaign: Campaign) -> SenderNumber:
    """A toll-free number joins the group: 525,000 bytes with the envelope."""
    return factories.number(group=campaign.group, kind="toll_free", value=TOLL_FREE)


def _begin(campaign: Campaign) -> None:
    start.begin(campaign_id=campaign.pk, now=timezone.now())


def _resume(campaign: Campaign) -> None:
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())


def _now(campaign: Campaign) -> tuple[str, str, str]:
    campaign.refresh_from_db()
    return campaign.state, Run.objects.get(campaign=campaign).state, campaign.hold_code


def test_what_a_number_that_joined_since_does_not_carry_is_held_with_the_reason() -> None:
    campaign = _booked(picture_bytes=530_000)
    _joins(campaign)
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "too_large_now")
    assert not Message.objects.exists()
    said = reason_words.hold(campaign.hold_code, campaign.hold_detail)
    assert "the toll-free number +1\u00a0888\u2011555\u20110142 carries 525 KB" in said


def test_released_it_is_held_again_until_the_number_is_gone() -> None:
    campaign = _booked(picture_bytes=530_000)
    newcomer = _joins(campaign)
    _begin(campaign)
    _resume(campaign)
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "too_large_now")
    ledger.retire(newcomer)
    _resume(campaign)
    _begin(campaign)
    assert _now(campaign) == ("running", "running", "")


def test_a_number_that_joins_once_the_people_are_picked_holds_nothing() -> None:
    campaign = _booked(picture_bytes=530_000)
    now = timezone.now()
    run = runs.begin(campaign=campaign, revision=campaign.revisions.get(), now=now)
    run.campaign = campaign
    expand.run(run=run, now=now)  # and here the process was cut off
    _joins(campaign)
    _begin(campaign)
    assert _now(campaign) == ("running", "running", "")


def test_a_text_alone_is_no_heavier_for_a_toll_free_number() -> None:
    campaign = _booked()
    _joins(campaign)
    _begin(campaign)
    assert _now(campaign) == ("running", "running", "")


def _at_toll_free(*, picture_bytes: int, text: str = "Hello") -> Run:
    """A run whose messages wait at a number that became toll-free since."""
    run = expanded(people=2, group=factories.group(), text=text, picture=_picture(picture_bytes))
    run.campaign.group.numbers.update(kind="toll_free", value=TOLL_FREE)
    return run


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_what_the_number_does_not_carry_pauses_the_run_and_nobody_is_lost(
    carrier: carrier_process.CarrierProcess,
) -> None:
    run = _at_toll_free(picture_bytes=530_000)
    drain.run(should_stop=lambda: False, seconds=3)
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.hold_code) == ("paused", "too_large_now")
    assert campaign.hold_detail["limit"] == 525_000
    assert Counter(Message.objects.values_list("state", flat=True)) == {"pending": 2}
    assert not Attempt.objects.exists()
    assert carrier.client.messages() == []
    assert ledger.is_true(run)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_person_whose_details_make_it_too_large_is_skipped_with_the_reason(
    carrier: carrier_process.CarrierProcess,
) -> None:
    run = _at_toll_free(picture_bytes=520_900, text="{{ ${last_name} }}")
    long_name = Message.objects.order_by("pk").first()
    Contact.objects.filter(pk=long_name.contact_id).update(last_name="x" * 100)
    drain.run(should_stop=lambda: False, seconds=3)
    long_name.refresh_from_db()
    assert (long_name.state, long_name.reason) == ("skipped", "too_large_total")
    assert Run.objects.get().state == "running"
    assert len(carrier.client.messages()) == 1
    assert ledger.is_true(run)
