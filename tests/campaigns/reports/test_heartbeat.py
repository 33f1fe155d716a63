"""The outgoing sign of life goes out while all is well, and only then."""

from datetime import timedelta

import factories
import pytest
import sending_world
from django.utils import timezone
from gateways import endpoint

from campaigns.lifecycle import ledger
from campaigns.models import Heartbeat, Tally
from campaigns.reports import health, heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alive() -> None:
    for process in health.processes():
        Heartbeat.objects.create(process=process, at=timezone.now())


def sent(status: int = 200) -> tuple[bool, int]:
    with endpoint.serving(reply=endpoint.answer(status, {}, "")) as there:
        told = heartbeat.send(url=f"{there.url}/ping/secret", now=timezone.now())
    return told, len(there.requests)


def test_while_all_is_well_the_address_is_asked_once() -> None:
    assert sent() == (True, 1)


def test_an_answer_that_is_no_yes_is_none() -> None:
    assert sent(500) == (False, 1)


def test_a_silent_process_stops_it() -> None:
    Heartbeat.objects.filter(process="drain").update(at=timezone.now() - timedelta(minutes=2))
    assert sent() == (False, 0)


def test_a_wrong_ledger_stops_it() -> None:
    run = sending_world.expanded(people=1, group=factories.group())
    Tally.objects.filter(run=run).update(count=5)
    ledger.check_due(now=timezone.now())
    assert sent() == (False, 0)


def test_an_address_that_is_away_is_no_fault_of_ours() -> None:
    assert heartbeat.send(url="http://127.0.0.1:9/", now=timezone.now()) is False
