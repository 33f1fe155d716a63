"""What a production start refuses to live with. Silent anywhere else.

Registered for deployment: `check --deploy` runs them, and so does the WSGI application before it serves a page.
`migrate` and `start_for_real` do not, since they are the way out.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.db import DatabaseError

from campaigns import roles

SECRET_KEY_CHARACTERS = 50


def demo_users(app_configs: Sequence[Any] | None, **_options: Any) -> list[checks.CheckMessage]:
    """E001: people of the demo world could still log in, with passwords that everybody knows."""
    if not settings.PRODUCTION:
        return []
    try:
        names = list(
            get_user_model()
            .objects.filter(groups__name=roles.DEMO, is_active=True)
            .order_by("username")
            .values_list("username", flat=True)
        )
    except DatabaseError:
        return []  # no tables yet: then there is nobody either
    if not names:
        return []
    return [
        checks.Error(
            f"Users of the demo world can log in: {', '.join(names)}.",
            hint="Run `python manage.py start_for_real`: it makes an owner and removes the demo world.",
            id="mmsadmin.E001",
        )
    ]


def secret_key(app_configs: Sequence[Any] | None, **_options: Any) -> list[checks.CheckMessage]:
    """E002: a key that can be guessed signs sessions and addresses for anybody."""
    if not settings.PRODUCTION:
        return []
    key = settings.SECRET_KEY
    if len(key) >= SECRET_KEY_CHARACTERS and len(set(key)) >= 5:
        return []
    return [
        checks.Error(
            f"SECRET_KEY has {len(key)} characters; it needs {SECRET_KEY_CHARACTERS}, and 5 of them different.",
            hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="mmsadmin.E002",
        )
    ]


def hosts(app_configs: Sequence[Any] | None, **_options: Any) -> list[checks.CheckMessage]:
    """E003, E004: the names this site answers to are said one by one, and the public address is among them."""
    if not settings.PRODUCTION:
        return []
    found: list[checks.CheckMessage] = []
    names = [name.lower() for name in settings.ALLOWED_HOSTS]
    if "*" in names:
        found.append(
            checks.Error(
                "ALLOWED_HOSTS is “*”: anybody's name for this address would be believed.",
                hint="Name the hosts, comma-separated.",
                id="mmsadmin.E003",
            )
        )
    host = (urlsplit(settings.PUBLIC_BASE_URL).hostname or "").lower()
    if not any(name in {"*", host} or (name.startswith(".") and f".{host}".endswith(name)) for name in names):
        found.append(
            checks.Error(
                f"PUBLIC_BASE_URL names {host}, which ALLOWED_HOSTS does not: carriers could fetch no picture.",
                hint=f"Add {host} to ALLOWED_HOSTS.",
                id="mmsadmin.E004",
            )
        )
    return found


def register() -> None:
    """Called once, by the app's configuration."""
    for check in (demo_users, secret_key, hosts):
        checks.register(check, checks.Tags.security, deploy=True)
