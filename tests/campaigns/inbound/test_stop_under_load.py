"""STOP while ten thousand picture messages wait on the same number: in force at once, confirmed within ten seconds."""

import threading
import time
from collections import Counter

import carrier_process
import factories
import inbound_world
import ledger
import pytest
from django.db import connection
from django.utils import timezone
from sending_world import expanded

from campaigns import states
from campaigns.lifecycle import tallies
from campaigns.models import Message, Run
from campaigns.sending import drain
from subscriptions import consent
from subscriptions.models import Contact, SenderNumber

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
WAITING = 10_000
WITHIN_S = 10.0


@pytest.fixture
def run() -> Run:
    """Ten thousand people wait at one long code, which sends one MMS a second: close to three hours of work."""
    number = factories.number(rate="1.00")
    run = factories.run(factories.campaign(group=number.group, text="Hello"), planned=WAITING)
    run.campaign.state = states.Campaign.RUNNING
    run.campaign.save(update_fields=["state"])
    now = timezone.now()
    people = Contact.objects.bulk_create(
        [Contact(phone=f"+1212{place:07}", country="US", is_fictitious=True) for place in range(2_000_000, 2_010_000)]
    )
    Message.objects.bulk_create(
        Message(
            kind="campaign",
            run=run,
            revision=run.revision,
            group=number.group,
            number=number,
            contact=person,
            to_phone=person.phone,
            sent_as="mms",
            created_at=now,
        )
        for person in people
    )
    consent.grant_many(
        contact_ids=[person.pk for person in people],
        group=number.group,
        source="demo",
        wording="I agree",
        happened_at=factories.LONG_AGO,
    )
    tallies.apply([tallies.Shift(run.pk, number.pk, states.Message.PENDING, count=WAITING)])
    Run.objects.filter(pk=run.pk).update(expanded_at=now)
    return run


def test_it_overtakes_them_all_and_holds_at_once(carrier: carrier_process.CarrierProcess, run: Run) -> None:
    number = SenderNumber.objects.get()
    leaver = Message.objects.order_by("-pk")[0]
    stopped_at: list[float] = []
    ended = threading.Event()

    def write() -> None:
        inbound_world.write(number, leaver.to_phone, "STOP")
        stopped_at.append(time.monotonic())
        connection.close()

    confirmed_at: list[float] = []

    def watch() -> None:
        """The carrier is asked, not we."""
        while not ended.is_set():
            if stopped_at and carrier.client.messages(f"to={leaver.to_phone.replace('+', '%2B')}"):
                confirmed_at.append(time.monotonic())
                ended.set()
            time.sleep(0.05)

    writer, watcher = threading.Timer(2.0, write), threading.Thread(target=watch)
    writer.start()
    watcher.start()
    drain.run(should_stop=ended.is_set, seconds=20)
    ended.set()
    writer.join()
    watcher.join()
    assert confirmed_at[0] - stopped_at[0] < WITHIN_S
    (told,) = carrier.client.messages(f"to={leaver.to_phone.replace('+', '%2B')}")
    assert "unsubscribed" in told["text"]
    assert max(Counter(call["to"] for call in carrier.client.messages()).values()) == 1
    assert ledger.is_true(run)


def test_the_person_is_left_out_of_the_run_that_is_going(carrier: carrier_process.CarrierProcess) -> None:
    run = expanded(people=3, group=factories.group(), rate="20.00")
    leaver = Message.objects.filter(run=run).order_by("pk")[1]
    inbound_world.write(SenderNumber.objects.get(), leaver.to_phone, "STOP")
    drain.run(should_stop=lambda: False, seconds=5)
    leaver.refresh_from_db()
    assert (leaver.state, leaver.reason) == ("skipped", "unsubscribed")
    assert ledger.is_true(run)
