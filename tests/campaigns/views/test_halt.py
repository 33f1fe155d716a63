"""The button on every page, the page that asks, the banner, and letting it go on."""

import factories
import pytest
from django.test import Client
from django.utils import timezone

from campaigns import roles
from campaigns.lifecycle import halt
from campaigns.models import Halt

pytestmark = pytest.mark.django_db
PAGES = ("/", "/campaigns/", "/library/", "/inbox/", "/people/", "/preferences")


def visitor(role: str, **columns: object) -> Client:
    client = Client()
    client.force_login(factories.user(role, **columns), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("page", PAGES)
def test_who_may_launch_finds_the_button_on_every_page(page: str) -> None:
    assert "/sending/stop?next=" in visitor(roles.MARKETER).get(page).content.decode()


def test_who_may_not_launch_has_no_button() -> None:
    assert "/sending/stop" not in visitor(roles.VIEWER).get("/").content.decode()


def test_the_admin_has_it_too() -> None:
    assert "/sending/stop?next=" in visitor(roles.ACCOUNT_MANAGER, is_staff=True).get("/admin/").content.decode()


def test_it_asks_once_and_then_stops() -> None:
    me = visitor(roles.MARKETER, username="ana")
    asked = me.get("/sending/stop?next=/library/").content.decode()
    assert "no test, no confirmation" in asked
    assert not halt.is_on()
    answer = me.post("/sending/stop", {"why": "wrong picture", "next": "/library/"})
    assert (answer.status_code, answer["Location"]) == (302, "/library/")
    stop = halt.current()
    assert stop is not None
    assert (stop.code, stop.why, stop.by and stop.by.username) == ("by_person", "wrong picture", "ana")


@pytest.mark.parametrize("page", PAGES)
def test_a_banner_says_by_whom_and_why_on_every_page(page: str) -> None:
    ana = factories.user(first_name="Ana", last_name="Lopes")
    halt.put_on(code=Halt.Code.BY_PERSON, why="<wrong> picture", by=ana, now=timezone.now())
    shown = visitor(roles.VIEWER).get(page).content.decode()
    assert "All sending is stopped." in shown
    assert "Ana Lopes" in shown
    assert "&lt;wrong&gt; picture" in shown
    assert "/sending/carry-on" not in shown


def test_the_banner_offers_to_carry_on_to_who_may() -> None:
    halt.put_on(code=Halt.Code.BY_PERSON, now=timezone.now())
    me = visitor(roles.MARKETER)
    assert "/sending/carry-on?next=/library/" in me.get("/library/").content.decode().replace("%2F", "/")
    assert "Everything goes on where it stood" in me.get("/sending/carry-on").content.decode()
    me.post("/sending/carry-on")
    assert not halt.is_on()
    assert "halted" not in me.get("/library/").content.decode()


def test_no_stranger_s_address_is_gone_back_to() -> None:
    answer = visitor(roles.MARKETER).post("/sending/stop", {"next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_the_live_page_says_why_nothing_moves() -> None:
    campaign = factories.campaign(state="running")
    factories.run(campaign, started_at=timezone.now())
    halt.put_on(code=Halt.Code.BY_PERSON, now=timezone.now())
    shown = visitor(roles.VIEWER).get(f"/campaigns/{campaign.pk}/live").content.decode()
    assert "This campaign stands still" in shown
    assert "not while all sending is stopped" in shown
