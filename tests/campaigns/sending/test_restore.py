"""A backup of mid-run comes back: nothing leaves until a person says so, and then nobody gets it twice."""

import sqlite3
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import carrier_process
import factories
import ledger
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from sending_world import expanded

from campaigns import roles, states
from campaigns.gateways import sandbox
from campaigns.lifecycle import halt
from campaigns.models import Campaign, Halt, Instance, Message, Run
from campaigns.sending import drain, instance, restore, schedule, start

pytestmark = pytest.mark.django_db(transaction=True)


class Backup:
    """The database as it is now, to be put back over whatever is there then: the file itself where it is SQLite."""

    def __init__(self) -> None:
        self.file = sqlite3.connect(":memory:")
        self.rows = []
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            connection.connection.backup(self.file)
        else:
            self.rows = [(model, list(model._base_manager.values())) for model in apps.get_models() if _is_data(model)]

    def put_back(self) -> None:
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            self.file.backup(connection.connection)
            return
        with transaction.atomic():
            for model, _ in self.rows:
                model._base_manager.all()._raw_delete(using="default")
            for model, rows in self.rows:
                for row in rows:
                    model._base_manager.bulk_create([model(**row)])
                    # Moments that a model writes by itself when it is made are those of the backup again.
                    model._base_manager.filter(pk=row[model._meta.pk.attname]).update(**row)


def _is_data(model: Any) -> bool:
    return model._meta.managed and not model._meta.proxy and model._meta.app_label in {"campaigns", "subscriptions"}


def _drain(seconds: float = 10.0) -> int:
    return drain.run(should_stop=lambda: False, seconds=seconds).handed_over


def _drain_some(carrier: carrier_process.CarrierProcess, count: int) -> None:
    """Drain until the carrier took so many in all."""
    drain.run(should_stop=lambda: len(carrier.client.messages()) >= count, seconds=20)


def _compare_all() -> None:
    """As the sweep does it, once providers' own records have caught up."""
    for _ in range(5):
        restore.compare(now=timezone.now() + timedelta(minutes=1))


@pytest.fixture
def set_back(carrier: carrier_process.CarrierProcess) -> Run:
    """A run of 12 that was backed up after 4, went to its end, and was restored."""
    run = expanded(people=12, group=factories.group())
    later = Message.objects.filter(pk__in=Message.objects.order_by("-pk").values("pk")[:8])
    later.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    _drain()
    assert len(carrier.client.messages()) == 4
    Message.objects.update(next_attempt_at=None)
    instance.step(now=timezone.now())
    kept = Backup()
    _drain()
    assert len(carrier.client.messages()) == 12
    kept.put_back()
    return run


@pytest.mark.process
def test_nothing_leaves_until_it_is_released_and_then_nobody_gets_it_twice(
    carrier: carrier_process.CarrierProcess, set_back: Run
) -> None:
    assert Message.objects.filter(state="pending").exists()
    assert _drain() == 0
    assert (halt.current() or Halt()).code == "restored"
    _compare_all()
    restore.release(by=None, now=timezone.now())
    _drain()
    assert Counter(call["to_phone"] for call in carrier.client.calls()) == dict.fromkeys(
        Message.objects.values_list("to_phone", flat=True), 1
    )
    assert not Message.objects.filter(state__in=["pending", "claimed"]).exists()
    assert ledger.is_true(set_back)


@pytest.mark.process
def test_what_is_found_carries_its_evidence(carrier: carrier_process.CarrierProcess, set_back: Run) -> None:
    waiting = set(Message.objects.filter(state="pending").values_list("pk", flat=True))
    instance.step(now=timezone.now())
    _compare_all()
    assert Instance.objects.get().found == len(waiting)
    for message in Message.objects.filter(pk__in=waiting):
        (proof,) = carrier.client.messages(f"to={message.to_phone.replace('+', '%2B')}")
        attempt = message.attempts.get()
        assert (message.provider_id, message.body) == (proof["id"], proof["text"])
        assert (attempt.token, attempt.code) == (proof["reference"], "found_at_provider")
        assert message.handed_over_at == datetime.fromisoformat(proof["at"])


@pytest.mark.process
def test_who_never_got_it_gets_it_afterwards(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=12, group=factories.group(), rate="8.00")
    _drain_some(carrier, 2)
    instance.step(now=timezone.now())
    kept = Backup()
    _drain_some(carrier, 5)
    kept.put_back()
    instance.step(now=timezone.now())
    _compare_all()
    restore.release(by=None, now=timezone.now())
    _drain()
    assert sorted(Counter(call["to_phone"] for call in carrier.client.calls()).values()) == [1] * 12


@pytest.mark.process
def test_it_is_not_released_before_it_is_compared(carrier: carrier_process.CarrierProcess, set_back: Run) -> None:
    instance.step(now=timezone.now())
    carrier.stop()
    _compare_all()
    with pytest.raises(restore.NotCompared):
        restore.release(by=None, now=timezone.now())
    with pytest.raises(CommandError, match="without-comparing"):
        call_command("halt", "--release")
    assert halt.is_on()
    call_command("halt", "--release", "--without-comparing")
    assert not halt.is_on()


@pytest.mark.process
def test_a_long_list_is_read_to_its_end_in_steps(
    carrier: carrier_process.CarrierProcess, set_back: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "PAGE", 3)
    monkeypatch.setattr(restore, "STEP_S", 0.05)
    instance.step(now=timezone.now())
    for _ in range(30):
        restore.compare(now=timezone.now() + timedelta(minutes=1))
    assert restore.is_compared()
    assert not Message.objects.filter(state="pending").exists()


@pytest.mark.process
def test_what_was_sent_of_another_number_of_the_group_counts_too(
    carrier: carrier_process.CarrierProcess, set_back: Run
) -> None:
    other = factories.number(group=set_back.campaign.group, account=set_back.campaign.group.numbers.get().account)
    Message.objects.filter(state="pending").update(number=other)
    instance.step(now=timezone.now())
    _compare_all()
    assert not Message.objects.filter(state="pending").exists()


@pytest.mark.process
def test_what_became_due_only_later_is_not_taken_for_what_was_sent(
    carrier: carrier_process.CarrierProcess, set_back: Run
) -> None:
    Run.objects.update(due_at=timezone.now() + timedelta(hours=1))
    waiting = Message.objects.filter(state="pending").count()
    instance.step(now=timezone.now())
    _compare_all()
    assert Message.objects.filter(state="pending").count() == waiting


@pytest.mark.process
def test_the_comparison_waits_for_who_is_still_in_hand(carrier: carrier_process.CarrierProcess, set_back: Run) -> None:
    instance.step(now=timezone.now())
    Message.objects.filter(pk=Message.objects.filter(state="pending").values("pk")[:1]).update(state="claimed")
    _compare_all()
    assert not restore.is_compared()


def booked(people: int = 2) -> Campaign:
    group = factories.number().group
    for _ in range(people):
        factories.subscribed(to=group)
    campaign = factories.campaign(group=group, state=states.Campaign.DRAFT)
    schedule.launch(
        campaign=campaign, version=1, confirmed_people=people, by=factories.user(roles.MARKETER), now=timezone.now()
    )
    Campaign.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return campaign


def test_a_campaign_that_was_due_before_is_held_and_asks() -> None:
    campaign = booked()
    Instance.objects.create(token="t", count=5, at=timezone.now(), stepped_back_at=timezone.now())
    start.begin(campaign_id=campaign.pk, now=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.hold_code) == ("paused", "may_have_run")
    assert Message.objects.filter(state="pending").count() == 2
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    assert Run.objects.get().state == "running"


def test_a_campaign_that_becomes_due_after_it_starts_as_ever() -> None:
    Instance.objects.create(
        token="t", count=5, at=timezone.now(), stepped_back_at=timezone.now() - timedelta(minutes=1)
    )
    campaign = booked()
    start.begin(campaign_id=campaign.pk, now=timezone.now())
    assert Run.objects.get().state == "running"


def test_the_page_says_what_to_look_at_and_waits_for_the_comparison() -> None:
    me = Client()
    me.force_login(factories.user(roles.MARKETER), backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now()
    Instance.objects.create(token="t", count=5, at=now, stepped_back_at=now, knows_until=now - timedelta(hours=3))
    halt.put_on(code=Halt.Code.RESTORED, now=now)
    assert "an older state than the one that was last at work here" in me.get("/").content.decode()
    page = me.get("/sending/carry-on").content.decode()
    assert "It is being compared" in page
    assert "who wrote STOP" in page
    assert me.post("/sending/carry-on").status_code == 422
    assert halt.is_on()
    me.post("/sending/carry-on", {"uncompared": "on"})
    assert not halt.is_on()


def test_a_person_s_own_stop_needs_no_comparison() -> None:
    halt.put_on(code=Halt.Code.BY_PERSON, now=timezone.now())
    assert restore.release(by=None, now=timezone.now()) is not None


def test_provider_s_that_cannot_list_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.account(kind=factories.registry_kind(monkeypatch, lists_sent=False))
    number = factories.number(account=account)
    factories.message(number=number, group=number.group)
    monkeypatch.setattr("campaigns.gateways.registry.KINDS", ("sandbox", "other"))
    assert restore.unlisted() == 1
