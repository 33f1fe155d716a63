"""A number on which campaigns count falls away only after a word, and its waiting messages are looked after."""

from typing import Any

import factories
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from campaigns import roles, states
from campaigns.models import Campaign, Message
from subscriptions.models import ProviderAccount, SenderNumber, SubscriptionGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> User:
    user = factories.user(roles.ACCOUNT_MANAGER, is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def number(manager: User) -> SenderNumber:
    """A number with a running campaign and one waiting message."""
    number = factories.number(value="+12125550190")
    run = factories.run(factories.campaign(group=number.group, name="Spring fair", state=states.Campaign.RUNNING))
    factories.message(run=run, number=number)
    return number


def number_url(number: SenderNumber) -> str:
    return reverse("admin:subscriptions_sendernumber_change", args=[number.pk])


def typed(number: SenderNumber, **changed: Any) -> dict[str, Any]:
    data = {
        "group": number.group_id,
        "account": number.account_id,
        "kind": number.kind,
        "value": number.value,
        "country": number.country,
        "is_mms_enabled": "on",
        "rate": "1",
        "registration": number.registration,
        "is_active": "on",
        **changed,
    }
    return {name: value for name, value in data.items() if value is not None}


def group_form(group: SubscriptionGroup, **changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": group.name,
        "brand": group.brand,
        "opt_out_line": group.opt_out_line,
        "opt_out_rule": group.opt_out_rule,
        "allowed_countries": ["CA", "US"],
        "is_active": "on",
        "numbers-TOTAL_FORMS": group.numbers.count(),
        "numbers-INITIAL_FORMS": group.numbers.count(),
    }
    for place, number in enumerate(group.numbers.order_by("kind", "value")):
        row = {"id": number.pk, **typed(number)}
        data |= {f"numbers-{place}-{name}": value for name, value in row.items()}
    data |= changed
    return {name: value for name, value in data.items() if value is not None}


@pytest.mark.parametrize(
    "change",
    [{"is_mms_enabled": None}, {"is_active": None}, {"registration": "rejected"}],
    ids=["flag", "active", "registration"],
)
def test_it_names_the_campaign_and_the_waiting_messages_first(
    client: Client, number: SenderNumber, change: dict[str, Any]
) -> None:
    page = client.post(number_url(number), typed(number, **change))
    told = page.content.decode()
    assert page.status_code == 200
    assert "Spring fair" in told
    assert "1 message waits" in told
    before = SenderNumber.objects.get(pk=number.pk)
    assert (before.is_mms_enabled, before.is_active, before.registration) == (True, True, "registered")


def test_the_question_carries_all_that_was_typed(client: Client, number: SenderNumber) -> None:
    page = client.post(number_url(number), typed(number, is_mms_enabled=None, rate="7.5"))
    assert '<input type="hidden" name="rate" value="7.5">' in page.content.decode()


def test_confirmed_it_is_saved(client: Client, number: SenderNumber) -> None:
    answer = client.post(number_url(number), {**typed(number, is_mms_enabled=None), "_confirmed": "1"})
    assert answer.status_code == 302
    number.refresh_from_db()
    assert not number.is_mms_enabled


def test_waiting_messages_move_to_another_number_of_the_group(
    client: Client, number: SenderNumber, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    home = factories.number(group=number.group, value="+13055550191")
    asked = client.post(number_url(number), typed(number, is_active=None))
    assert "+13055550191" in asked.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(number_url(number), {**typed(number, is_active=None), "_confirmed": "1"})
    assert Message.objects.get().number == home


def test_without_another_number_they_hold_with_the_reason(
    client: Client, number: SenderNumber, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    asked = client.post(number_url(number), typed(number, is_active=None))
    assert "No other number of this group can send MMS" in asked.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(number_url(number), {**typed(number, is_active=None), "_confirmed": "1"})
    waiting = Message.objects.get()
    assert (waiting.state, waiting.reason) == ("pending", "no_number")


def test_regrouping_asks_too(client: Client, number: SenderNumber) -> None:
    page = client.post(number_url(number), typed(number, group=factories.group().pk))
    assert "Spring fair" in page.content.decode()
    assert SenderNumber.objects.get().group_id == number.group_id


def test_a_change_that_takes_nothing_away_asks_nothing(client: Client, number: SenderNumber) -> None:
    assert client.post(number_url(number), typed(number, rate="2")).status_code == 302


def test_a_number_nobody_counts_on_is_switched_off_at_once(client: Client, manager: User) -> None:
    number = factories.number(value="+12125550190")
    assert client.post(number_url(number), typed(number, is_active=None)).status_code == 302


@pytest.mark.parametrize("state", [states.Campaign.SCHEDULED, states.Campaign.PAUSED])
def test_a_campaign_that_is_booked_or_paused_counts(client: Client, manager: User, state: str) -> None:
    number = factories.number(value="+12125550190")
    campaign = factories.campaign(group=number.group, name="Booked one")
    Campaign.objects.filter(pk=campaign.pk).update(state=state, due_at="2027-01-01T00:00Z", fingerprint="f")
    page = client.post(number_url(number), typed(number, is_active=None))
    assert "Booked one" in page.content.decode()


def test_a_form_with_a_mistake_says_the_mistake_first(client: Client, number: SenderNumber) -> None:
    page = client.post(number_url(number), typed(number, is_active=None, value="12"))
    assert "7 to 15 digits" in page.content.decode()


def test_a_group_asks_before_it_is_switched_off(client: Client, number: SenderNumber) -> None:
    url = reverse("admin:subscriptions_subscriptiongroup_change", args=[number.group_id])
    page = client.post(url, group_form(number.group, is_active=None))
    assert "Spring fair" in page.content.decode()
    number.group.refresh_from_db()
    assert number.group.is_active


def test_a_group_asks_when_a_number_inside_it_loses_the_flag(client: Client, number: SenderNumber) -> None:
    url = reverse("admin:subscriptions_subscriptiongroup_change", args=[number.group_id])
    page = client.post(url, group_form(number.group, **{"numbers-0-is_mms_enabled": None}))
    assert "Spring fair" in page.content.decode()
    assert SenderNumber.objects.get().is_mms_enabled


def test_a_group_that_is_switched_off_holds_what_waits(
    client: Client, number: SenderNumber, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    url = reverse("admin:subscriptions_subscriptiongroup_change", args=[number.group_id])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, group_form(number.group, is_active=None, _confirmed="1"))
    assert Message.objects.get().reason == "no_number"


def test_an_account_asks_before_it_is_switched_off(client: Client, number: SenderNumber) -> None:
    url = reverse("admin:subscriptions_provideraccount_change", args=[number.account_id])
    page = client.post(url, {"name": "Sandbox", "kind": "sandbox"})
    assert "Spring fair" in page.content.decode()
    assert ProviderAccount.objects.get().is_active


def test_an_active_number_cannot_be_deleted(client: Client, number: SenderNumber) -> None:
    url = reverse("admin:subscriptions_sendernumber_delete", args=[number.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403


def test_countries_are_chosen_by_name_and_kept_as_codes(client: Client, manager: User) -> None:
    group = factories.group()
    url = reverse("admin:subscriptions_subscriptiongroup_change", args=[group.pk])
    assert '<option value="JM">Jamaica</option>' in client.get(url).content.decode()
    client.post(url, group_form(group, allowed_countries=["JM", "US"]))
    group.refresh_from_db()
    assert sorted(group.allowed_countries) == ["JM", "US"]
