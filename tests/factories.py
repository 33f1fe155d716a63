"""Rows for tests: plain functions, each making what it needs and taking what it is given. Numbers are fiction."""

import dataclasses
import itertools
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.utils import timezone

from campaigns import states
from campaigns.carrier import behaviour
from campaigns.gateways import registry
from campaigns.models import Asset, Campaign, Message, Rendition, Revision, Run
from subscriptions import consent, phones
from subscriptions.models import (
    ConsentEntry,
    Contact,
    ImportRun,
    ProviderAccount,
    SenderNumber,
    Subscription,
    SubscriptionGroup,
)

LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)

_next = itertools.count(1)
# Without those that the sandbox carrier treats in a way of its own: whoever needs one names it.
_us_numbers = itertools.cycle(
    [e164 for e164 in phones.fictional_numbers("US") if not e164.endswith(tuple(behaviour.MAGIC_ENDINGS))]
)


def user(role: str = "", *, username: str = "", permissions: tuple[str, ...] = (), **columns: Any) -> User:
    """A user who can log in with the password `secret words`, in the role's group (if named) and with these rights."""
    made = User.objects.create_user(username or f"user{next(_next)}", password="secret words", **columns)
    if role:
        made.groups.add(Group.objects.get_or_create(name=role)[0])
    for name in permissions:
        app, codename = name.split(".")
        made.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return made


def account(**columns: Any) -> ProviderAccount:
    return ProviderAccount.objects.create(**{"name": f"Sandbox {next(_next)}", "kind": "sandbox", **columns})


def group(**columns: Any) -> SubscriptionGroup:
    defaults = {"name": f"Group {next(_next)}", "brand": "Acme", "allowed_countries": ["US", "CA"]}
    return SubscriptionGroup.objects.create(**{**defaults, **columns})


def number(**columns: Any) -> SenderNumber:
    """An MMS-enabled long code that may send."""
    defaults: dict[str, Any] = {"kind": "long_code", "country": "US", "is_mms_enabled": True, "rate": "1.00"}
    columns.setdefault("group", None)
    columns.setdefault("account", None)
    columns["group"] = columns["group"] or group()
    columns["account"] = columns["account"] or account()
    columns.setdefault("value", f"+1415{next(_next) + 5550000:07}")
    return SenderNumber.objects.create(**{**defaults, **columns})


def contact(phone: str = "", **columns: Any) -> Contact:
    """A contact with the columns that follow from the number, as the product writes them."""
    taken = phone or next(e164 for e164 in _us_numbers if not Contact.objects.filter(phone=e164).exists())
    read = phones.parse(taken)
    derived = {
        "country": read.country,
        "is_valid": read.is_valid,
        "invalid_reason": read.reason,
        "time_zones": list(read.time_zones),
        "is_fictitious": read.is_fictional,
    }
    return Contact.objects.create(**{"phone": taken, "first_name": "Ana", **derived, **columns})


def subscribed(person: Contact | None = None, to: SubscriptionGroup | None = None, **columns: Any) -> Subscription:
    """A person with consent to a group."""
    person, to = person or contact(), to or group()
    since = columns.get("happened_at", LONG_AGO)
    consent.grant(
        contact=person,
        group=to,
        source=columns.get("source", ConsentEntry.Source.FORM),
        wording="I agree to get texts",
        happened_at=since,
    )
    return Subscription.objects.get(contact=person, group=to)


def unsubscribed(person: Contact | None = None, to: SubscriptionGroup | None = None) -> Subscription:
    """A person who had consent and sent STOP."""
    held = subscribed(person, to)
    consent.withdraw(
        contact=held.contact, group=held.group, source=ConsentEntry.Source.KEYWORD, happened_at=timezone.now()
    )
    held.refresh_from_db()
    return held


def import_run(content: bytes = b"phone\n+12125550100\n", **columns: Any) -> ImportRun:
    defaults: dict[str, Any] = {"kind": "contacts", "file_name": "people.csv", "source": "shop", "wording": "I agree"}
    columns.setdefault("by", None)
    columns["by"] = columns["by"] or user()
    if columns.get("kind", "contacts") == "contacts":
        columns.setdefault("group", None)
        columns["group"] = columns["group"] or group()
        columns.setdefault("consent_date", LONG_AGO.date())
    return ImportRun.objects.create(file=ContentFile(content, name="people.csv"), **{**defaults, **columns})


def asset(**columns: Any) -> Asset:
    """An upload whose bytes are of no interest; tests of media bring real files."""
    columns.setdefault("created_by", None)
    columns["created_by"] = columns["created_by"] or user()
    defaults = {
        "state": states.Asset.READY,
        "label": "beach.jpg",
        "kind": Asset.Kind.JPEG,
        "original_sha256": f"{next(_next):064}",
        "original_bytes": 4,
        "original_width": 16,
        "original_height": 9,
        "description": "A beach",
    }
    columns.setdefault("original", ContentFile(b"jpeg", name="beach.jpg"))
    return Asset.objects.create(**{**defaults, **columns})


def rendition(**columns: Any) -> Rendition:
    columns.setdefault("asset", None)
    columns["asset"] = columns["asset"] or asset()
    defaults = {
        "purpose": Rendition.Purpose.REBUILT,
        "kind": columns["asset"].kind,
        "mime": "image/jpeg",
        "sha256": f"{next(_next):064}",
        "bytes": 4,
        "width": 16,
        "height": 9,
    }
    columns.setdefault("file", ContentFile(b"jpeg", name="beach.jpg"))
    return Rendition.objects.create(**{**defaults, **columns})


def campaign(*, text: str = "Hello", picture: Rendition | None = None, **columns: Any) -> Campaign:
    """A draft with one revision in work."""
    columns.setdefault("group", None)
    columns.setdefault("created_by", None)
    columns["group"] = columns["group"] or group()
    columns["created_by"] = columns["created_by"] or user()
    made = Campaign.objects.create(
        **{"name": f"Campaign {next(_next)}", "purpose": Campaign.Purpose.PROMOTION, **columns}
    )
    Revision.objects.create(campaign=made, text=text, rendition=picture)
    return made


def run(of: Campaign | None = None, **columns: Any) -> Run:
    """A running occurrence of a campaign, with its latest revision."""
    of = of or campaign()
    revision = of.revisions.order_by("-number")[0]
    defaults = {"fingerprint": "f" * 64, "state": states.Run.RUNNING, "due_at": timezone.now(), "expected_people": 1}
    return Run.objects.create(**{"campaign": of, "revision": revision, **defaults, **columns})


def message(**columns: Any) -> Message:
    """A waiting campaign message to a subscribed person; give `kind` for one outside a run."""
    kind = columns.setdefault("kind", Message.Kind.CAMPAIGN)
    if "run" not in columns:
        columns["run"] = run() if kind == Message.Kind.CAMPAIGN else None
    in_run: Run | None = columns["run"]
    if "group" not in columns:
        columns["group"] = in_run.campaign.group if in_run else group()
    columns.setdefault("revision", in_run.revision if in_run else None)
    columns.setdefault("contact", None)
    columns["contact"] = columns["contact"] or contact()
    columns.setdefault("to_phone", columns["contact"].phone)
    defaults = {
        "sent_as": Message.SentAs.MMS,
        "body": "Hello",
        "created_at": timezone.now(),
    }
    return Message.objects.create(**{**defaults, **columns})


def registry_kind(monkeypatch: Any, **changes: Any) -> str:
    """A provider kind like the sandbox but for `changes` of its capabilities; returns its name."""
    capabilities, opener = registry._OPENERS["sandbox"]
    changed = dataclasses.replace(capabilities, **changes)
    monkeypatch.setitem(registry._OPENERS, "other", (changed, opener))
    return "other"
