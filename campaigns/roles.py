"""The three roles of the product, as groups of rights that every migration puts right again.

A role is what this file says, no more and no less: for another mix of rights make a group of another name.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.utils.translation import gettext_noop

MARKETER = gettext_noop("Marketer")
ACCOUNT_MANAGER = gettext_noop("Account manager")
VIEWER = gettext_noop("Viewer")
# Not a role: whoever is in it came with the demo world and leaves with it.
DEMO = "Demo world"

LAUNCH = "campaigns.launch_campaign"
EXPORT = "campaigns.export"
MEND_LEDGER = "campaigns.mend_ledger"
SEE_PHONE_NUMBERS = "subscriptions.see_phone_numbers"

_RECORDS = (
    "campaigns.asset",
    "campaigns.attempt",
    "campaigns.campaign",
    "campaigns.event",
    "campaigns.history",
    "campaigns.inbound",
    "campaigns.message",
    "campaigns.rendition",
    "campaigns.revision",
    "campaigns.run",
    "subscriptions.consententry",
    "subscriptions.contact",
    "subscriptions.importrun",
    "subscriptions.ourphone",
    "subscriptions.sendernumber",
    "subscriptions.subscription",
    "subscriptions.subscriptiongroup",
)


def _rights(action: str, things: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{app}.{action}_{model}" for app, model in (thing.split(".") for thing in things))


# Adding and importing people and keeping somebody from being texted are part of a marketer's day.
_PEOPLE = ("subscriptions.contact", "subscriptions.importrun")
_VIEWER = _rights("view", _RECORDS)
_MARKETER = (
    _VIEWER
    | _rights("add", ("campaigns.campaign", "campaigns.asset", *_PEOPLE, "subscriptions.ourphone"))
    | _rights("change", ("campaigns.campaign", "campaigns.asset", *_PEOPLE, "subscriptions.ourphone"))
    | _rights("delete", ("subscriptions.ourphone",))
    | {LAUNCH, SEE_PHONE_NUMBERS}
)
_SET_UP = (
    "subscriptions.brand",
    "subscriptions.subscriptiongroup",
    "subscriptions.sendernumber",
    "subscriptions.provideraccount",
    "campaigns.outlet",
)
_ACCOUNT_MANAGER = (
    _MARKETER
    | _rights("view", ("subscriptions.brand", "subscriptions.provideraccount"))
    | _rights("view", ("campaigns.outlet", "campaigns.notice", "campaigns.delivery"))
    | _rights("add", _SET_UP)
    | _rights("change", _SET_UP)
    | _rights("delete", _SET_UP)
    | {EXPORT, MEND_LEDGER}
)

RIGHTS: dict[str, frozenset[str]] = {
    VIEWER: _VIEWER,
    MARKETER: _MARKETER,
    ACCOUNT_MANAGER: _ACCOUNT_MANAGER,
}


def ensure(*, using: str, apps: Apps = global_apps, **_signal: Any) -> None:
    """Make the roles, or put them right: receiver of `post_migrate`, any number of times with the same outcome.

    Django makes the permissions in a receiver of its own, which was there first. A database migrated only so far
    that it has no groups yet is left alone.
    """
    try:
        groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return
    known = {
        f"{label}.{codename}": pk
        for pk, label, codename in permissions.objects.using(using)
        .filter(content_type__app_label__in=("subscriptions", "campaigns"))
        .values_list("pk", "content_type__app_label", "codename")
    }
    for name, rights in RIGHTS.items():
        role, _made = groups.objects.using(using).get_or_create(name=name)
        role.permissions.set([known[right] for right in rights if right in known])
