"""Silence and full disks are noticed by somebody else, and told once."""

from datetime import UTC, datetime, timedelta

import factories
import pytest
import sending_world
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import roles, states
from campaigns.events import notices
from campaigns.gateways import base
from campaigns.lifecycle import ledger, runs
from campaigns.models import Delivery, Heartbeat, Notice, NumberLease, Outlet, Tally
from campaigns.reports import health
from campaigns.sending import answers, rests
from campaigns.sending import health as health_of_numbers
from campaigns.telling import watch
from campaigns.views import healthz, lookout

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("event", "key"))


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "disk_used", lambda: 0.5)


def test_a_process_that_fell_silent_is_told_once_and_again_after_it_came_back() -> None:
    beat = Heartbeat.objects.create(process="drain", at=NOW - timedelta(seconds=61))
    assert watch.look(now=NOW) == ["drain"]
    watch.look(now=NOW)
    assert told() == [("worker_silent", "process:drain")]
    Heartbeat.objects.filter(pk=beat.pk).update(at=NOW)
    assert watch.look(now=NOW) == []
    watch.look(now=NOW + timedelta(minutes=2))
    assert len(told()) == 1
    watch.look(now=NOW + notices.QUIET)
    assert len(told()) == 2


def test_a_process_that_never_came_is_no_trouble_yet() -> None:
    assert watch.look(now=NOW) == []
    assert told() == []


def test_a_full_disk_is_told_once_however_it_wavers(monkeypatch: pytest.MonkeyPatch) -> None:
    for used in (0.89, 0.905, 0.895, 0.91):
        monkeypatch.setattr(health, "disk_used", lambda used=used: used)
        watch.look(now=NOW)
    assert told() == [("disk_full", "disk")]
    assert Notice.objects.get().facts == {"percent": 90}
    monkeypatch.setattr(health, "disk_used", lambda: 0.87)
    watch.look(now=NOW)
    assert Notice.objects.get().over_at == NOW


@pytest.mark.parametrize("path", ["/healthz/ready", "/part"])
def test_the_web_process_notices_and_tells_itself(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, client: Client, path: str
) -> None:
    started: list[str] = []

    class Thread:
        def __init__(self, *, name: str, **_more: object) -> None:
            started.append(name)

        def start(self) -> None:
            started.append("started")

    monkeypatch.setattr(healthz, "kept", healthz._Kept())
    monkeypatch.setattr(lookout, "_looked_at", float("-inf"))
    monkeypatch.setattr(lookout.threading, "Thread", Thread)
    Heartbeat.objects.create(process="worker", at=timezone.now() - timedelta(minutes=5))
    client.force_login(factories.user(roles.VIEWER))
    client.get(path)
    client.get(path)
    assert told() == [("worker_silent", "process:worker")]
    assert started == ["lookout", "started"]


def test_a_run_that_pauses_itself_is_told_and_one_that_a_person_paused_is_not() -> None:
    run = sending_world.expanded(people=1, group=factories.group())
    runs.move(run=run, to=states.Run.PAUSED, now=NOW, hold_code="by_person")
    assert told() == []
    runs.move(run=run, to=states.Run.RUNNING, now=NOW)
    runs.move(run=run, to=states.Run.PAUSED, now=NOW, hold_code="account_refused", hold_detail={"code": "1"})
    assert told() == [("run_paused", f"run:{run.pk}:account_refused")]
    runs.move(run=run, to=states.Run.RUNNING, now=NOW)
    assert Notice.objects.get().over_at == NOW
    runs.move(run=run, to=states.Run.FINISHED, now=NOW)
    assert told()[-1] == ("run_finished", f"run:{run.pk}:{NOW.isoformat()}")


def test_a_wrong_ledger_is_told_once_and_is_over_when_it_is_right() -> None:
    Outlet.objects.create(name="Ana", kind="email", address="ana@example.com", events=["ledger_wrong"])
    run = sending_world.expanded(people=1, group=factories.group())
    Tally.objects.filter(run=run).update(count=4)
    for minute in range(3):
        ledger.keep(sheet=ledger.read(run_id=run.pk, whole=False), now=NOW + timedelta(minutes=minute))
    assert Delivery.objects.count() == 1
    ledger.count_anew(run=run, by=factories.user(), now=NOW)
    assert Notice.objects.get(event="ledger_wrong").over_at == NOW


def test_a_number_that_rests_is_told_once_until_it_sends_again() -> None:
    number = factories.number(value="+14155550177")
    NumberLease.objects.create(number=number)
    unclear = base.Unknown("status 503")

    def hear(outcome: base.Outcome, at: datetime) -> None:
        health_of_numbers.remember(given=[answers.Answer(number.pk, None, 0, outcome, at)], now=at)

    for second in range(rests.REST_AFTER):
        hear(unclear, NOW + timedelta(seconds=second))
    hear(unclear, NOW + timedelta(minutes=5))
    assert told() == [("number_rested", f"number:{number.pk}")]
    assert Notice.objects.get().facts["number"] == "+14155550177"
    hear(base.Accepted("id", 1), NOW + timedelta(hours=1))
    assert Notice.objects.get().over_at == NOW + timedelta(hours=1)
