"""Guessing: one user is locked for one address, and one address for however many users."""

import factories
import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from mmsadmin import logins

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def guarded(settings: Settings) -> None:
    settings.AXES_ENABLED = True
    settings.LOGIN_FAILURES_FROM_ONE_ADDRESS = 8


def _try(
    username: str, password: str = "wrong words", *, address: str = "192.0.2.1", **headers: str
) -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address, headers=headers).post("/login", {"username": username, "password": password})
    return answer.status_code, answer.content.decode()


def test_one_password_on_many_users_ends() -> None:
    told = [_try(f"user{n}")[0] for n in range(10)]

    assert told == [200] * 8 + [429] * 2
    status, page = _try("somebody else")
    assert status == 429
    assert "Too many log-ins failed from your network" in page


def test_other_addresses_and_who_is_logged_in_go_on() -> None:
    factories.user("Viewer", username="vera")
    inside = Client(REMOTE_ADDR="192.0.2.1")
    inside.force_login(factories.user("Viewer"), backend="django.contrib.auth.backends.ModelBackend")
    for n in range(9):
        _try(f"user{n}")

    assert _try("vera", "secret words")[0] == 429
    assert _try("vera", "secret words", address="192.0.2.2")[0] == 302
    assert inside.get("/campaigns/").status_code == 200


def test_an_office_that_mistypes_is_not_locked() -> None:
    factories.user("Viewer", username="vera")
    for n in range(7):
        _try(f"user{n}")

    assert _try("vera", "secret words")[0] == 302


def test_one_user_is_locked_as_before_and_told_why() -> None:
    factories.user("Viewer", username="vera")
    told = [_try("vera") for _ in range(6)]

    assert [status for status, _page in told] == [200] * 4 + [429] * 2
    assert "The password was wrong 5 times in a row" in told[-1][1]


def test_it_opens_again(settings: Settings) -> None:
    for n in range(9):
        _try(f"user{n}")
    AccessAttempt.objects.update(attempt_time="2026-01-01T00:00:00Z")

    assert _try("user1")[0] == 200


@pytest.mark.parametrize(
    "proxies, heard, remote, found",
    [
        (0, "198.51.100.7", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 198.51.100.7", "10.0.0.1", "198.51.100.7"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.7", "10.0.0.1", "203.0.113.9"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.7", "192.0.2.1", "192.0.2.1"),
        (1, "unknown", "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.7:4711", "10.0.0.1", "198.51.100.7"),
        (1, "2001:db8:1:2:3:4:5:6", "10.0.0.1", "2001:db8:1:2::"),
        (1, "[2001:db8:1:2::9]", "10.0.0.1", "2001:db8:1:2::"),
        (0, "", "fe80::1%eth0", "fe80::"),
        (0, "", "", None),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, proxies: int, heard: str, remote: str, found: str | None
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/login", REMOTE_ADDR=remote, headers={"X-Forwarded-For": heard} if heard else {})

    assert logins.address(request) == found
