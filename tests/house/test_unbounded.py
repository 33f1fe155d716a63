"""Ids, pages and words of any size, wherever one can be sent: no address falls over them."""

import factories
import pytest
from addresses import ADDRESSES
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from campaigns import roles
from campaigns.models import Campaign, Message
from subscriptions.models import Contact, OurPhone, Subscription

pytestmark = pytest.mark.django_db
HUGE = "9" * 40
ASKED = ("q", "page", "p", "part", "before", "after", "group", "sample", "sample_q", "for", "kind", "action", "state")
SENT = ("to", "group", "version", "people", "sample", "act", "text", "next", "phone", "offer", "zone", "date", "file")
LISTS = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("value", [HUGE, "٣ " * 1_500])
def test_no_address_falls_over_what_is_asked_or_sent(owner: Client, value: str) -> None:
    campaign = factories.campaign()
    for name, address in ADDRESSES:
        here = address.replace("/1", f"/{campaign.pk}", 1) if name.startswith(("compose", "campaign")) else address
        assert owner.get(here, dict.fromkeys(ASKED, value)).status_code != 500, name
        if name != "logout":
            assert owner.post(here, dict.fromkeys(SENT, value)).status_code != 500, name


def test_no_address_falls_over_its_own_number(owner: Client) -> None:
    for name, address in ADDRESSES:
        if "/1" in address:
            for number in (HUGE, "9" * 5_000):
                assert owner.get(address.replace("/1", f"/{number}")).status_code in {302, 400, 404, 405, 502}, name


@pytest.mark.parametrize("name", LISTS)
def test_no_list_of_the_admin_falls_over_what_is_asked(owner: Client, name: str) -> None:
    address = reverse(f"admin:{name}_changelist")
    for query in (
        {"q": "a " * 3_000},
        {"q": "٣" * 3_000},
        {"id__in": f"1,{HUGE}"},
        {"id__exact": HUGE},
        {"p": HUGE},
        {"o": HUGE},
        {"group__id__exact": HUGE},
        {"_facets": "1", "e": "1"},
    ):
        assert owner.get(address, query).status_code in {200, 302, 400}, query
    assert owner.get(f"{address}{HUGE}/change/").status_code in {302, 404}
    assert owner.post(address, {"action": "delete_selected", "_selected_action": HUGE}).status_code in {200, 302, 403}


def test_a_search_of_the_admin_looks_for_the_first_words(owner: Client) -> None:
    factories.campaign(name="Summer sale")
    address = reverse("admin:campaigns_campaign_changelist")

    assert "Summer sale" in owner.get(address, {"q": "summer " * 3_000}).content.decode()
    assert "Summer sale" not in owner.get(address, {"q": "winter " * 3_000}).content.decode()


def test_a_test_send_to_a_phone_that_no_database_knows_is_answered_in_words() -> None:
    campaign = factories.campaign(group=factories.number().group)
    marketer = factories.user(roles.MARKETER)
    OurPhone.objects.create(phone="+12125550123", label="Ana", proved_at=campaign.edited_at, added_by=marketer)
    client = Client()
    client.force_login(marketer, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(f"/campaigns/{campaign.pk}/test", {"version": 1, "to": [HUGE]}, follow=True)

    assert "is not one of the available choices" in answer.content.decode()


def test_what_fits_is_found_beside_what_does_not() -> None:
    held = factories.subscribed()
    ids = [held.pk, int(HUGE), -int(HUGE)]

    assert list(Subscription.objects.filter(pk__in=ids)) == [held]
    assert list(Subscription.objects.filter(group__in=[held.group_id, int(HUGE)])) == [held]
    assert list(Subscription.objects.filter(group__in=[held.group])) == [held]
    assert list(Subscription.objects.filter(group__in=Subscription.objects.values("group"))) == [held]
    assert list(Subscription.objects.exclude(pk__in=[int(HUGE)])) == [held]
    for none in (
        Subscription.objects.filter(pk__in=[int(HUGE)]),
        Subscription.objects.filter(group=int(HUGE)),
        Subscription.objects.filter(group_id=int(HUGE)),
        Contact.objects.filter(subscriptions__group=int(HUGE)),
        Message.objects.filter(run__in=[int(HUGE)]),
        User.objects.filter(groups__in=[int(HUGE)]),
        Group.objects.filter(user=int(HUGE)),
        Campaign.objects.filter(created_by=int(HUGE)),
        OurPhone.objects.filter(pk=int(HUGE)),
    ):
        assert list(none) == []
