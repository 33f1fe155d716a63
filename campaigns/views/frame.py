"""What every page's frame needs: the rail, the theme, whom to ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from campaigns import roles
from campaigns.demo import logins, removal
from campaigns.forms import halt as halt_words
from campaigns.lifecycle import halt


@dataclass(frozen=True)
class Room:
    """One entry of the rail: `below` is the path that all its pages share."""

    url: str
    label: str | Promise
    icon: str
    is_here: bool
    for_staff: bool = False


# Address name, word, icon, the right that opens it.
ROOMS: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("campaigns:dashboard", _("Dashboard"), "layout-dashboard", "campaigns.view_campaign"),
    ("campaigns:campaign_list", _("Campaigns"), "send", "campaigns.view_campaign"),
    ("campaigns:library", _("Library"), "photo", "campaigns.view_asset"),
    ("campaigns:inbox", _("Inbox"), "inbox", "campaigns.view_inbound"),
    ("subscriptions:people", _("People"), "users", "subscriptions.view_contact"),
)


def _address(name: str) -> str:
    """The room's address; empty where this installation has no such room, so that the rail never leads nowhere."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def rooms(user: AbstractBaseUser | AnonymousUser, path: str) -> Iterable[Room]:
    """The rail for this user: only what exists and only what they may open."""
    if not isinstance(user, User):
        return
    for name, label, icon, right in ROOMS:
        if user.has_perm(right) and (url := _address(name)):
            yield Room(url, label, icon, is_here=path == url or (url != "/" and path.startswith(url)))
    if settings.SANDBOX and user.has_perm("campaigns.view_message") and (url := _address("campaigns:sandbox")):
        yield Room(url, _("Virtual phones"), "device-mobile", is_here=path.startswith(url))
    if user.is_staff:
        yield Room(reverse("admin:index"), _("Admin"), "adjustments", is_here=False, for_staff=True)


def whom_to_ask() -> list[str]:
    """Up to three people who can give rights or switch numbers on, by name."""
    managers = User.objects.filter(groups__name=roles.ACCOUNT_MANAGER, is_active=True).order_by("pk")[:3]
    return [manager.get_full_name() or manager.get_username() for manager in managers]


def demo_logins() -> list[dict[str, str]]:
    """Whom a visitor of the demo world may be; nobody outside of it."""
    if not settings.SANDBOX:
        return []
    return [
        {
            "username": login.username,
            "password": logins.PASSWORD,
            "role": gettext(login.role),
            "name": f"{login.first_name} {login.last_name}",
        }
        for login in logins.active()
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor for every template; what costs a query is asked only where it is shown."""
    preference = getattr(request, "preference", None)
    user = getattr(request, "user", AnonymousUser())
    # Kept with the request: each part of a live page is rendered with a context of its own.
    stop: Any = request.__dict__.setdefault("stop_in_force", SimpleLazyObject(halt.current))
    return {
        "sandbox": settings.SANDBOX,
        "theme": preference.theme if preference else "system",
        "language": get_language() or settings.LANGUAGE_CODE,
        "rail": SimpleLazyObject(lambda: list(rooms(user, request.path))),
        "halt": stop,
        "halt_words": SimpleLazyObject(lambda: halt_words.words(stop)),
        "whom_to_ask": whom_to_ask,
        "demo_is_here": removal.is_here,
        "demo_logins": demo_logins,
    }
