"""The alarm of the ledger on the live page and on the first page, and counting anew."""

import factories
import ledger as counted_by_hand
import pytest
import sending_world
from django.test import Client
from django.utils import timezone

from campaigns import roles
from campaigns.lifecycle import ledger
from campaigns.models import Run, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrong() -> Run:
    run = sending_world.expanded(people=2, group=factories.group())
    Tally.objects.filter(run=run).update(count=5)
    ledger.check_due(now=timezone.now())
    return run


def visitor(role: str) -> Client:
    client = Client()
    client.force_login(factories.user(role))
    return client


def squeezed(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_a_right_ledger_is_said_quietly() -> None:
    run = sending_world.expanded(people=2, group=factories.group())
    ledger.check_due(now=timezone.now())
    html = squeezed(visitor(roles.VIEWER), f"/campaigns/{run.campaign_id}/live")
    assert "Everybody is accounted for: counted at" in html
    assert "Count anew" not in html


def test_a_wrong_one_is_an_alarm_with_its_figures(wrong: Run) -> None:
    html = squeezed(visitor(roles.VIEWER), f"/campaigns/{wrong.campaign_id}/live")
    assert "Planned: 2. Counted on this page: 5. Messages: 2." in html
    assert "waiting: 5 on this page, 2 messages" in html
    assert "An account manager can count anew." in html
    assert "Everybody is accounted for" not in html


def test_it_stands_on_the_first_page_too(wrong: Run) -> None:
    html = squeezed(visitor(roles.VIEWER), "/")
    assert f"The counts of “{wrong.campaign.name}” do not add up." in html


def test_an_account_manager_counts_anew(wrong: Run) -> None:
    manager = visitor(roles.ACCOUNT_MANAGER)
    assert "Count anew" in squeezed(manager, f"/campaigns/{wrong.campaign_id}/live")
    answer = manager.post(f"/campaigns/{wrong.campaign_id}/count-anew", follow=True)
    assert "Everybody is accounted for." in answer.content.decode()
    assert "counted anew" in " ".join(answer.content.decode().split("What happened")[1:])
    assert counted_by_hand.is_true(wrong)


def test_a_marketer_does_not(wrong: Run) -> None:
    assert visitor(roles.MARKETER).post(f"/campaigns/{wrong.campaign_id}/count-anew").status_code == 403
    assert not counted_by_hand.is_true(wrong)
