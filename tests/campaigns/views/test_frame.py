import re
from typing import Any

import factories
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from campaigns.demo import logins
from campaigns.views import frame

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=\"|\sstyle=\"|<style", re.IGNORECASE)


def labels(role: str, path: str = "/", **columns: Any) -> list[str]:
    return [str(room.label) for room in frame.rooms(factories.user(role, **columns), path)]


def test_a_stranger_sees_no_rooms() -> None:
    assert list(frame.rooms(AnonymousUser(), "/")) == []


def test_whoever_has_no_rights_sees_no_rooms() -> None:
    assert labels("") == []


def test_a_viewer_sees_the_rooms_in_their_order() -> None:
    assert labels("Viewer") == ["Dashboard", "Campaigns", "Library", "Inbox", "People", "Virtual phones"]


def test_staff_see_the_admin_too() -> None:
    assert "Admin" in labels("Account manager", is_staff=True)


def test_virtual_phones_are_only_where_the_sandbox_is(settings: Any) -> None:
    settings.SANDBOX = False

    assert "Virtual phones" not in labels("Viewer")


@pytest.mark.parametrize(("path", "here"), [("/", ["Dashboard"]), ("/campaigns/7/live", ["Campaigns"])])
def test_one_room_is_marked_as_the_one_you_are_in(path: str, here: list[str]) -> None:
    rooms = frame.rooms(factories.user("Viewer"), path)

    assert [str(room.label) for room in rooms if room.is_here] == here


def test_demo_log_ins_are_offered_in_the_demo_world(client: Client) -> None:
    logins.make()

    assert logins.PASSWORD in client.get("/login").content.decode()


def test_no_log_in_is_offered_without_demo_users(client: Client) -> None:
    assert "Demo world" not in client.get("/login").content.decode()


def test_no_log_in_is_offered_outside_the_sandbox(settings: Any) -> None:
    logins.make()
    settings.SANDBOX = False

    assert frame.demo_logins() == []


@pytest.mark.parametrize("address", ["/login", "/", "/campaigns/", "/campaigns/new", "/preferences", "/nothing-here"])
def test_pages_keep_to_the_content_policy(client: Client, address: str) -> None:
    factories.number()
    factories.campaign()
    if address != "/login":
        client.force_login(factories.user("Marketer"))

    assert not INLINE.search(client.get(address).content.decode())


def test_htmx_may_neither_evaluate_nor_style(client: Client) -> None:
    html = client.get("/login").content.decode()

    assert '"allowEval":false' in html
    assert '"includeIndicatorStyles":false' in html
    assert "htmx-2.min" in html


def test_an_unknown_address_says_so_within_the_frame(client: Client) -> None:
    client.force_login(factories.user("Viewer"))
    response = client.get("/nothing-here")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()
    assert reverse("campaigns:campaign_list") in response.content.decode()


def test_a_stale_form_is_explained_and_nothing_is_lost() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user())

    response = client.post("/preferences", {"theme": "dark"})

    assert response.status_code == 403
    assert "Nothing is lost" in response.content.decode()


def test_the_page_for_our_own_faults_needs_no_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = server_error(RequestFactory().get("/"))

    assert "Something broke on our side" in response.content.decode()


def test_too_many_attempts_lock_with_the_time_in_words(client: Client) -> None:
    factories.user(username="mia")
    for _ in range(5):
        response = client.post("/login", {"username": "mia", "password": "wrong"})

    assert response.status_code == 429
    assert "15 minutes after the last attempt" in response.content.decode()
