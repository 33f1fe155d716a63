"""The page that ends the demo world."""

import factories
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns import roles
from campaigns.demo import logins, removal

pytestmark = pytest.mark.django_db

OWNER = {
    "username": "ada",
    "email": "ada@shop.example",
    "password": "a harbour in the fog",
    "again": "a harbour in the fog",
    "agreed": "on",
}


@pytest.fixture
def manager(client: Client) -> Client:
    """The demo users alone are world enough for the page."""
    users = logins.make()
    client.force_login(users["manager"])
    return client


def test_it_says_what_goes(manager: Client) -> None:
    factories.contact()
    told = manager.get(reverse("campaigns:start_for_real")).content.decode()
    assert "marketer" in told
    assert "1 person included" in told


def test_it_makes_the_owner_and_logs_them_in(manager: Client) -> None:
    answer = manager.post(reverse("campaigns:start_for_real"), OWNER)
    assert answer.status_code == 302
    assert not removal.is_here()
    assert manager.session["_auth_user_id"] == str(User.objects.get().pk)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"agreed": ""}, "agreed"),
        ({"again": "something else"}, "again"),
        ({"password": "short", "again": "short"}, "password"),
        ({"email": ""}, "email"),
    ],
)
def test_a_mistake_is_said_and_removes_nothing(manager: Client, changed: dict[str, str], field: str) -> None:
    page = manager.post(reverse("campaigns:start_for_real"), {**OWNER, **changed})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert removal.is_here()


def test_a_name_that_is_taken_is_said_at_the_field(manager: Client) -> None:
    factories.user(username="ada")
    page = manager.post(reverse("campaigns:start_for_real"), OWNER)
    assert "username" in page.context["form"].errors


@pytest.mark.parametrize("role", [roles.MARKETER, roles.VIEWER])
def test_it_is_not_for_other_roles(client: Client, role: str) -> None:
    logins.make()
    client.force_login(factories.user(role))
    assert client.post(reverse("campaigns:start_for_real"), OWNER).status_code == 403
    assert removal.is_here()


def test_where_no_demo_world_is_it_leads_away(client: Client) -> None:
    client.force_login(factories.user(roles.ACCOUNT_MANAGER))
    answer = client.get(reverse("campaigns:start_for_real"))
    assert answer.headers["Location"] == reverse("campaigns:dashboard")


@pytest.mark.parametrize("url", ["campaigns:dashboard", "admin:index"])
def test_the_way_there_is_shown_to_those_who_may_take_it(manager: Client, url: str) -> None:
    assert reverse("campaigns:start_for_real") in manager.get(reverse(url)).content.decode()
