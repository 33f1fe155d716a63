"""Setting up who is told: by account managers, with a test, and a secret that is shown once."""

from typing import Any

import factories
import pytest
from django.core import mail
from django.test import Client
from gateways import endpoint
from pytest_django.fixtures import Settings

from campaigns import roles
from campaigns.models import Outlet

pytestmark = pytest.mark.django_db

ADD = "/admin/campaigns/outlet/add/"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(factories.user(roles.ACCOUNT_MANAGER, is_staff=True))
    return client


def data(**changes: Any) -> dict[str, Any]:
    given = {"name": "Pager", "kind": "webhook", "address": "https://hook.example/", "events": ["run_paused"]}
    return {**given, "language": "en", "is_active": "on", **changes}


def test_the_secret_of_a_webhook_is_shown_once(manager: Client) -> None:
    shown = manager.post(ADD, data(), follow=True).content.decode()
    made = Outlet.objects.get()
    assert made.secret in shown
    page = f"/admin/campaigns/outlet/{made.pk}/change/"
    assert made.secret not in manager.get(page).content.decode()
    assert made.secret not in manager.post(page, data(name="Pager 2"), follow=True).content.decode()
    renewed = manager.post(page, data(renew="on"), follow=True).content.decode()
    assert Outlet.objects.get().secret != made.secret
    assert Outlet.objects.get().secret in renewed


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "email"},
        {"address": "ftp://hook.example/"},
        {"address": "hook.example"},
        {"events": []},
        {"events": ["everything"]},
    ],
)
def test_what_cannot_be_told_is_refused_in_the_form(manager: Client, changes: dict[str, Any]) -> None:
    assert manager.post(ADD, data(**changes)).status_code == 200
    assert not Outlet.objects.exists()


def outlet(**columns: Any) -> Outlet:
    return Outlet.objects.create(**{"name": "Ana", "kind": "email", "address": "ana@example.com", **columns})


def test_a_test_goes_out_and_what_came_back_is_shown(manager: Client, settings: Settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True
    with endpoint.serving(reply=endpoint.answer(418, {}, "<b>teapot</b>")) as there:
        made = outlet(kind="webhook", address=there.url)
        shown = manager.post(f"/admin/campaigns/outlet/{made.pk}/test/", follow=True).content.decode()
    assert "418 &lt;b&gt;teapot&lt;/b&gt;" in shown
    assert b'"event": "test"' in there.requests[0]


def test_a_test_by_mail(manager: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example"
    shown = manager.post(f"/admin/campaigns/outlet/{outlet().pk}/test/", follow=True).content.decode()
    assert "The mail server took it." in shown
    assert [sent.to for sent in mail.outbox] == [["ana@example.com"]]


def test_a_private_address_is_refused_with_the_reason(manager: Client) -> None:
    made = outlet(kind="webhook", address="https://127.0.0.1/")
    shown = manager.post(f"/admin/campaigns/outlet/{made.pk}/test/", follow=True).content.decode()
    assert "private address" in shown


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "x"])
def test_a_test_of_nothing_is_not_found(manager: Client, pk: str) -> None:
    assert manager.post(f"/admin/campaigns/outlet/{pk}/test/").status_code == 404


@pytest.mark.parametrize("role", [roles.MARKETER, roles.VIEWER])
def test_others_set_up_nothing(client: Client, role: str) -> None:
    client.force_login(factories.user(role, is_staff=True))
    made = outlet()
    assert client.get("/admin/campaigns/outlet/").status_code == 403
    assert client.post(f"/admin/campaigns/outlet/{made.pk}/test/").status_code == 403
    assert mail.outbox == []


def test_looking_sends_nothing(manager: Client) -> None:
    assert manager.get(f"/admin/campaigns/outlet/{outlet().pk}/test/").status_code == 405
