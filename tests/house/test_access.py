"""Every address of the product, tried by everybody: strangers, the three roles, and somebody with no right at all."""

import re

import factories
import pytest
from addresses import ADDRESSES
from django.contrib.auth.models import User
from django.test import Client

from campaigns import roles

# Open to the world on purpose: carriers, the links in texts, the way in and the way out.
OPEN = {
    "healthz_live",
    "healthz_ready",
    "metrics",
    "login",
    "logout",
    "inbound_media",
    "public_media",
    "public_page",
    "webhook",
    "webhook_attempt",
}
# About nobody but the user who asks.
OWN = {"preferences"}
# What each role may not open at all, whatever it asks for there.
REFUSED = {
    roles.VIEWER: {
        *("campaign_new", "campaign_duplicate", "campaign_archive", "campaign_unarchive", "compose_basics"),
        *("compose_edit", "campaign_test", "campaign_add_phone", "campaign_launch", "campaign_pause"),
        *("campaign_resume", "campaign_cancel", "campaign_undo", "library_describe", "library_archive"),
        *("library_use", "library_cut", "person_add", "person_consent", "person_suppress", "person_unsuppress"),
        *("card_new", "card_edit", "card_preview"),
        *("campaign_count_anew", "campaign_unclear", "campaign_follow_up", "campaign_people_csv", "campaign_sums_csv"),
        *("import_new", "import_commit", "import_drop", "start_for_real", "campaign_try_one", "halt", "halt_release"),
    },
    roles.MARKETER: {"start_for_real", "campaign_count_anew", "campaign_people_csv", "campaign_sums_csv"},
    roles.ACCOUNT_MANAGER: set(),
}

pytestmark = pytest.mark.django_db


CLOSED = [pair for pair in ADDRESSES if pair[0] not in OPEN]


def visitor(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def statuses(client: Client, address: str) -> set[int]:
    return {client.get(address).status_code, client.post(address).status_code}


def test_the_lists_name_views_that_exist() -> None:
    names = {name for name, _address in ADDRESSES}
    assert {*OWN, *REFUSED[roles.VIEWER], *REFUSED[roles.MARKETER]} <= names
    assert len(names) > 40


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_log_in(method: str) -> None:
    client = Client()
    for name, address in CLOSED:
        answer = getattr(client, method)(address)
        assert (name, answer.status_code) == (name, 302)
        assert answer["Location"].startswith("/login?next=/"), name


def test_nobody_opens_anything_by_being_logged_in_alone() -> None:
    client = visitor(factories.user())
    for name, address in CLOSED:
        if name in OWN:
            continue
        # 404 and 405 say nothing about what is there; whatever else is an answer has to be a refusal.
        assert statuses(client, address) <= {403, 404, 405}, name
        assert 403 in statuses(client, address), name


def test_a_refusal_names_the_missing_right() -> None:
    client = visitor(factories.user())
    for name, address in CLOSED:
        for answer in (client.get(address), client.post(address)):
            if answer.status_code == 403:
                said = answer.content.decode()
                assert "For this you need the right" in said, name
                # In words: neither Django's ("Can add import") nor the programmer's ("campaigns.add_asset").
                assert re.search(r"“[a-z ]+”", said), name
                assert not re.search(r"“(?:Can |[a-z]+\.)", said), name


@pytest.mark.parametrize("role", list(REFUSED))
def test_each_role_opens_what_is_its_own_and_nothing_else(role: str) -> None:
    client = visitor(factories.user(role))
    for name, address in CLOSED:
        refused = 403 in {client.get(address).status_code, client.post(address).status_code}
        if name in REFUSED[role]:
            assert refused, f"{role} opens {name}"
        elif name not in OWN:
            assert client.get(address).status_code != 403, f"{role} is kept out of {name}"


@pytest.mark.parametrize("role", ["", *REFUSED])
def test_a_change_without_the_forms_token_is_refused(role: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user(role))
    for name, address in CLOSED:
        assert client.post(address).status_code in {403, 404, 405}, name


def test_every_page_tells_the_browser_how_to_treat_it() -> None:
    everybody = [Client(), visitor(factories.user()), visitor(User.objects.create_superuser("root"))]
    addresses = [address for _name, address in ADDRESSES] + ["/admin/", "/admin/campaigns/message/", "/nowhere", "/%00"]
    for client in everybody:
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code in {200, 302, 400, 403, 404, 405, 502, 503}, (
                address
            )  # no carrier or worker runs here
            assert "unsafe" not in answer["Content-Security-Policy"], address
            assert "default-src" in answer["Content-Security-Policy"], address
            assert answer["X-Content-Type-Options"] == "nosniff", address


def test_nothing_that_needs_a_log_in_is_kept_by_a_cache() -> None:
    client = visitor(User.objects.create_superuser("root"))
    for _name, address in [*CLOSED, ("", "/admin/"), ("", "/nowhere")]:
        assert "private" in client.get(address).get("Cache-Control", ""), address
