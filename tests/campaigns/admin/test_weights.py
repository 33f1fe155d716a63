"""What a message may weigh, on the pages of a number and of a group: with its reason, its source and its date."""

import factories
import pytest
from django.test import Client

from subscriptions.models import SubscriptionGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def group() -> SubscriptionGroup:
    made = factories.number().group
    factories.number(group=made, kind="toll_free", value="+18885550142", account=factories.account(kind="bandwidth"))
    return made


def test_a_number_says_what_it_carries_and_who_says_so(manager: Client, group: SubscriptionGroup) -> None:
    number = group.numbers.get(kind="toll_free")
    page = manager.get(f"/admin/subscriptions/sendernumber/{number.pk}/change/").content.decode()
    assert "Up to 525 KB a message (Bandwidth: MMS size limits, error 4411, Nov. 22, 2026)." in page
    assert "Advised: at most 500 KB (Bandwidth: advice for all attachments, Nov. 22, 2026)." in page


def test_a_short_code_names_the_carrier_that_takes_least(manager: Client) -> None:
    number = factories.number(kind="short_code", value="55501")
    page = manager.get(f"/admin/subscriptions/sendernumber/{number.pk}/change/").content.decode()
    assert "Up to 600 KB a message, which is what AT&amp;T carries" in page


def test_an_alphanumeric_id_carries_no_picture(manager: Client) -> None:
    number = factories.number(kind="alphanumeric", value="ACME", is_mms_enabled=False)
    page = manager.get(f"/admin/subscriptions/sendernumber/{number.pk}/change/").content.decode()
    assert "An alphanumeric ID sends texts only." in page


def test_a_group_names_the_number_that_carries_least(manager: Client, group: SubscriptionGroup) -> None:
    page = manager.get(f"/admin/subscriptions/subscriptiongroup/{group.pk}/change/").content.decode()
    assert "Limit 525 KB, because of the toll-free number +1\u00a0888\u2011555\u20110142." in page


@pytest.mark.parametrize("thing", ["sendernumber", "subscriptiongroup"])
def test_before_it_is_saved_nothing_is_known(manager: Client, thing: str) -> None:
    assert "Shown once the" in manager.get(f"/admin/subscriptions/{thing}/add/").content.decode()
