"""Production refuses to start with demo users and with what gives the house away."""

import importlib

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from campaigns import checks, roles
from mmsadmin import wsgi


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.PRODUCTION = True
    settings.SECRET_KEY = "0123456789" * 5
    settings.ALLOWED_HOSTS = ["mms.example.com"]
    settings.PUBLIC_BASE_URL = "https://mms.example.com"
    return settings


def codes(found: list[object]) -> list[str]:
    return [one.id for one in found]  # type: ignore[attr-defined]


@pytest.fixture
def demo_user(db: None) -> User:
    user = User.objects.create_user("marketer")
    user.groups.add(Group.objects.create(name=roles.DEMO))
    return user


def test_a_demo_user_stops_production(production: Settings, demo_user: User) -> None:
    assert codes(checks.demo_users(None)) == ["mmsadmin.E001"]


def test_the_error_names_the_user_and_the_way_out(production: Settings, demo_user: User) -> None:
    error = checks.demo_users(None)[0]
    assert "marketer" in error.msg
    assert "start_for_real" in str(error.hint)


def test_a_deactivated_demo_user_does_not(production: Settings, demo_user: User) -> None:
    User.objects.update(is_active=False)
    assert checks.demo_users(None) == []


def test_a_demo_user_is_welcome_in_the_demo(demo_user: User) -> None:
    assert checks.demo_users(None) == []


@pytest.mark.parametrize(("key", "refused"), [("0123456789" * 5, False), ("0123456789" * 4, True), ("a" * 60, True)])
def test_the_secret_key_is_long_and_varied(production: Settings, key: str, refused: bool) -> None:
    production.SECRET_KEY = key
    assert codes(checks.secret_key(None)) == (["mmsadmin.E002"] if refused else [])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["mms.example.com"], []),
        ([".example.com"], []),
        (["*"], ["mmsadmin.E003"]),
        (["other.example.com"], ["mmsadmin.E004"]),
    ],
)
def test_hosts_are_named_and_hold_the_public_one(production: Settings, names: list[str], expected: list[str]) -> None:
    production.ALLOWED_HOSTS = names
    assert codes(checks.hosts(None)) == expected


def test_the_server_itself_refuses_to_start(production: Settings, demo_user: User) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"mmsadmin\.E001"):
        importlib.reload(wsgi)


def test_without_demo_users_it_starts(production: Settings, db: None) -> None:
    assert importlib.reload(wsgi).application
