"""Who sees and changes what in the admin."""

from decimal import Decimal

import factories
import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from campaigns import roles
from campaigns.models import Campaign, Inbound, Message
from subscriptions.models import Contact

pytestmark = pytest.mark.django_db

RECORDS = (
    *("campaigns_campaign", "campaigns_run", "campaigns_message", "campaigns_attempt", "campaigns_event"),
    *("campaigns_history", "campaigns_inbound", "subscriptions_consententry", "subscriptions_subscription"),
    *("subscriptions_importrun", "campaigns_notice", "campaigns_delivery"),
)
SET_UP = (
    "campaigns_outlet",
    "subscriptions_subscriptiongroup",
    "subscriptions_sendernumber",
    "subscriptions_provideraccount",
)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(factories.user(roles.ACCOUNT_MANAGER, is_staff=True))
    return client


@pytest.mark.parametrize("name", [*RECORDS, *SET_UP, "subscriptions_contact", "subscriptions_ourphone"])
def test_an_account_manager_opens_every_list(manager: Client, name: str) -> None:
    assert manager.get(reverse(f"admin:{name}_changelist")).status_code == 200


@pytest.mark.parametrize("name", [*RECORDS, "subscriptions_contact", "subscriptions_ourphone"])
def test_nobody_adds_records_by_hand(admin_client: Client, name: str) -> None:
    assert admin_client.get(reverse(f"admin:{name}_add")).status_code == 403


@pytest.mark.parametrize("name", SET_UP)
def test_an_account_manager_adds_groups_numbers_and_accounts(manager: Client, name: str) -> None:
    assert manager.get(reverse(f"admin:{name}_add")).status_code == 200


def test_not_even_an_owner_changes_or_deletes_a_record(admin_client: Client) -> None:
    message = factories.message()
    url = reverse("admin:campaigns_message_change", args=[message.pk])
    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, {"state": "delivered"}).status_code == 403
    assert admin_client.post(reverse("admin:campaigns_message_delete", args=[message.pk])).status_code == 403
    assert Message.objects.get(pk=message.pk).state == "pending"


def test_records_have_no_bulk_delete(admin_client: Client) -> None:
    campaign = factories.campaign()
    admin_client.post(
        reverse("admin:campaigns_campaign_changelist"),
        {"action": "delete_selected", "_selected_action": campaign.pk, "post": "yes"},
    )
    assert Campaign.objects.filter(pk=campaign.pk).exists()


@pytest.mark.parametrize("role", [roles.MARKETER, roles.VIEWER, ""])
def test_the_admin_is_closed_to_other_roles(client: Client, role: str) -> None:
    client.force_login(factories.user(role))
    page = client.get(reverse("admin:index"), follow=True)
    assert page.status_code == 403


def test_a_stranger_is_sent_to_the_one_log_in_page(client: Client) -> None:
    page = client.get(reverse("admin:index"), follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("login"))


def test_a_stranger_comes_back_to_where_they_were_going(client: Client) -> None:
    answer = client.get("/admin/login/", {"next": "/admin/subscriptions/contact/"})
    assert answer.headers["Location"].endswith("?next=/admin/subscriptions/contact/")


def test_a_stranger_is_not_led_away(client: Client) -> None:
    answer = client.get("/admin/login/", {"next": "https://evil.example/"})
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize("name", [f"subscriptions_{model}" for model in ("subscriptiongroup", "sendernumber")])
def test_a_viewer_on_the_staff_sees_but_changes_nothing(client: Client, name: str) -> None:
    client.force_login(factories.user(roles.VIEWER, is_staff=True))
    number = factories.number()
    row = number if name.endswith("sendernumber") else number.group
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:{name}_change", args=[row.pk]), {}).status_code == 403


def test_a_viewer_reads_masked_numbers_only(client: Client) -> None:
    client.force_login(factories.user(roles.VIEWER, is_staff=True))
    person = factories.contact("+12125550177")
    message = factories.message(contact=person)
    pages = (
        reverse("admin:subscriptions_contact_changelist"),
        reverse("admin:subscriptions_contact_change", args=[person.pk]),
        reverse("admin:campaigns_message_changelist"),
        reverse("admin:campaigns_message_change", args=[message.pk]),
    )
    for url in pages:
        told = client.get(url).content.decode()
        assert "2125550177" not in told
        assert "••77" in told


def test_a_viewer_cannot_find_a_person_by_number(client: Client) -> None:
    client.force_login(factories.user(roles.VIEWER, is_staff=True))
    factories.contact("+12125550177", first_name="Quentin")
    told = client.get(reverse("admin:subscriptions_contact_changelist"), {"q": "2125550177"}).content.decode()
    assert "Quentin" not in told


def test_an_account_manager_finds_a_person_in_any_spelling(manager: Client) -> None:
    factories.contact("+12125550177", first_name="Quentin")
    told = manager.get(reverse("admin:subscriptions_contact_changelist"), {"q": "(212) 555-0177"}).content.decode()
    assert "Quentin" in told


def test_a_contacts_number_and_consent_are_not_edited_here(manager: Client) -> None:
    person = factories.contact("+12125550177")
    manager.post(
        reverse("admin:subscriptions_contact_change", args=[person.pk]),
        {
            "phone": "+12125550178",
            "is_fictitious": "",
            "first_name": "Bea",
            "subscriptions-TOTAL_FORMS": 0,
            "subscriptions-INITIAL_FORMS": 0,
            "consent_entries-TOTAL_FORMS": 0,
            "consent_entries-INITIAL_FORMS": 0,
        },
    )
    person.refresh_from_db()
    assert (person.first_name, person.phone, person.is_fictitious) == ("Bea", "+12125550177", True)


def test_a_user_is_deactivated_never_deleted(admin_client: Client) -> None:
    user = factories.user()
    assert admin_client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403


def test_who_becomes_account_manager_may_enter(admin_client: Client) -> None:
    user = factories.user(username="newcomer")
    role = Group.objects.get(name=roles.ACCOUNT_MANAGER)
    admin_client.post(
        reverse("admin:auth_user_change", args=[user.pk]),
        {
            "username": "newcomer",
            "is_active": "on",
            "groups": [role.pk],
            "date_joined_0": "2026-01-01",
            "date_joined_1": "12:00:00",
        },
    )
    user.refresh_from_db()
    assert user.is_staff


def test_a_role_of_the_product_is_not_bent_by_hand(admin_client: Client) -> None:
    group = factories.user(roles.VIEWER).groups.get()
    url = reverse("admin:auth_group_change", args=[group.pk])
    assert admin_client.post(url, {"name": "Viewer", "permissions": []}).status_code == 403


def test_the_account_page_shows_where_the_provider_calls_back(manager: Client) -> None:
    account = factories.account()
    told = manager.get(reverse("admin:subscriptions_provideraccount_change", args=[account.pk])).content.decode()
    assert f"/webhooks/sandbox/{account.token}/" in told


def test_every_table_of_people_and_messages_is_registered() -> None:
    registered = set(admin.site._registry)
    assert {Campaign, Message, Inbound, Contact} <= registered


def test_an_account_manager_caps_what_the_numbers_of_an_account_share(manager: Client) -> None:
    account = factories.account()
    given = {"name": account.name, "kind": "sandbox", "parts_per_s": "12.5", "is_active": "on"}
    manager.post(reverse("admin:subscriptions_provideraccount_change", args=[account.pk]), given)
    account.refresh_from_db()
    assert account.parts_per_s == Decimal("12.50")
