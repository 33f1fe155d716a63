"""Start for real: the demo world goes whole, in one transaction, and an owner comes."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import FileField, ProtectedError, Q, QuerySet
from django.utils.translation import gettext as _

from campaigns import roles, states
from campaigns.models import (
    Asset,
    Attempt,
    Callback,
    Campaign,
    Event,
    Fit,
    History,
    Inbound,
    InboundMedia,
    MediaLink,
    Message,
    Notice,
    Rendition,
    Revision,
    Run,
    Tally,
)
from subscriptions import refusals
from subscriptions.models import (
    ConsentEntry,
    Contact,
    ImportRun,
    OurPhone,
    ProviderAccount,
    SenderNumber,
    Subscription,
    SubscriptionGroup,
)

SANDBOX = "sandbox"


class StartRefused(refusals.Refused):
    """The demo world cannot go now: `still_sending`, or `username_taken` by somebody who stays."""


@dataclass(frozen=True)
class World:
    """What belongs to the demo world, as query sets that are asked when they are used.

    A group with a number at the sandbox belongs to it with all that was ever sent from it; a contact only if it is
    fictitious; a picture if a demo user uploaded it and nothing that stays uses it.
    """

    users: QuerySet[User]
    accounts: QuerySet[ProviderAccount]
    groups: QuerySet[SubscriptionGroup]
    numbers: QuerySet[SenderNumber]
    campaigns: QuerySet[Campaign]
    messages: QuerySet[Message]
    contacts: QuerySet[Contact]
    assets: QuerySet[Asset]


@dataclass(frozen=True)
class Contents:
    """How much of everything goes; `real_people` lose the consent they gave to groups that go."""

    users: tuple[str, ...]
    groups: tuple[str, ...]
    people: int
    real_people: int
    campaigns: int
    messages: int
    pictures: int


def world() -> World:
    """The demo world as it is now."""
    users = User.objects.filter(groups__name=roles.DEMO)
    accounts = ProviderAccount.objects.filter(kind=SANDBOX)
    # Ids, since the rows that these conditions speak of go one after the other.
    user_ids, account_ids = _ids(users), _ids(accounts)
    group_ids = _ids(SubscriptionGroup.objects.filter(numbers__account__in=account_ids).distinct())
    campaign_ids = _ids(Campaign.objects.filter(group__in=group_ids))
    return World(
        users=User.objects.filter(pk__in=user_ids),
        accounts=ProviderAccount.objects.filter(pk__in=account_ids),
        groups=SubscriptionGroup.objects.filter(pk__in=group_ids),
        numbers=SenderNumber.objects.filter(group__in=group_ids),
        campaigns=Campaign.objects.filter(pk__in=campaign_ids),
        messages=Message.objects.filter(group__in=group_ids),
        contacts=Contact.objects.filter(is_fictitious=True),
        assets=Asset.objects.filter(created_by__in=user_ids),
    )


def contents() -> Contents:
    """What goes, for the one question that is asked before."""
    demo = world()
    real = Subscription.objects.filter(group__in=demo.groups, contact__is_fictitious=False)
    return Contents(
        users=tuple(demo.users.order_by("username").values_list("username", flat=True)),
        groups=tuple(demo.groups.values_list("name", flat=True)),
        people=demo.contacts.count(),
        real_people=real.values("contact").distinct().count(),
        campaigns=demo.campaigns.count(),
        messages=demo.messages.count(),
        pictures=demo.assets.count(),
    )


def is_here() -> bool:
    """Whether anybody of the demo world can still log in."""
    return User.objects.filter(groups__name=roles.DEMO, is_active=True).exists()


def start_for_real(*, username: str, email: str, password: str) -> User:
    """Remove the demo world and make the owner: all of it, or nothing. Returns the owner.

    Raises StartRefused. Files are deleted once the rows are gone for good.
    """
    with transaction.atomic():
        demo = world()
        _refuse_while_sending(demo)
        files = [*_campaigns(demo), *_people(demo), *_pictures(demo)]
        _set_up(demo)
        if User.objects.filter(username=username).exists():
            raise StartRefused(
                code="username_taken",
                found=username,
                words=_("There is a user named %(name)s already. Choose another name.") % {"name": username},
            )
        owner = User.objects.create_superuser(username, email, password)
        owner.groups.add(Group.objects.get(name=roles.ACCOUNT_MANAGER))
        transaction.on_commit(functools.partial(_delete_files, files))
    return owner


def _refuse_while_sending(demo: World) -> None:
    running = demo.campaigns.filter(state=states.Campaign.RUNNING)
    in_hand = demo.messages.filter(state=states.Message.CLAIMED)
    if running.exists() or in_hand.exists():
        names = ", ".join(running.values_list("name", flat=True))
        raise StartRefused(
            code="still_sending",
            found=names,
            words=_("Messages are being sent right now (%(names)s). Pause or cancel first, then start for real.")
            % {"names": names or _("single messages")},
        )


def _campaigns(demo: World) -> list[tuple[Storage, str]]:
    """The ledger, what came back, and the campaigns."""
    runs = Run.objects.filter(campaign__in=demo.campaigns)
    inbound = Inbound.objects.filter(Q(number__in=demo.numbers) | Q(callback__account__in=demo.accounts))
    files = _files(InboundMedia.objects.filter(inbound__in=inbound), "file")
    _forget("run", runs)
    _forget("campaign", demo.campaigns)
    Notice.objects.filter(facts__campaign__in=_ids(demo.campaigns)).delete()
    Event.objects.filter(
        Q(campaign__in=demo.campaigns)
        | Q(contact__in=demo.contacts)
        | Q(payload__subscription_group_id__in=_ids(demo.groups))
    ).delete()
    InboundMedia.objects.filter(inbound__in=inbound).delete()
    inbound.delete()
    Callback.objects.filter(account__in=demo.accounts).delete()
    Attempt.objects.filter(Q(message__in=demo.messages) | Q(number__in=demo.numbers)).delete()
    demo.messages.delete()
    Message.objects.filter(number__in=demo.numbers).update(number=None)
    Tally.objects.filter(run__in=runs).delete()
    MediaLink.objects.filter(Q(run__in=runs) | Q(run=None, rendition__asset__in=demo.assets)).delete()
    runs.delete()
    Revision.objects.filter(campaign__in=demo.campaigns).delete()
    demo.campaigns.delete()
    return files


def _people(demo: World) -> list[tuple[Storage, str]]:
    """Consent to groups that go, and people who never were. The ledger of what stays keeps its rows without them."""
    imports = ImportRun.objects.filter(Q(group__in=demo.groups) | Q(by__in=demo.users))
    files = _files(imports, "file")
    imports.delete()
    Message.objects.filter(contact__in=demo.contacts).update(contact=None, consent=None)
    Inbound.objects.filter(contact__in=demo.contacts).update(contact=None)
    of_demo = Q(group__in=demo.groups) | Q(contact__in=demo.contacts)
    Subscription.objects.filter(of_demo).delete()
    ConsentEntry.objects.filter(of_demo).delete()
    demo.contacts.delete()
    OurPhone.objects.filter(added_by__in=demo.users).delete()
    return files


def _pictures(demo: World) -> list[tuple[Storage, str]]:
    """What demo users uploaded, unless something that stays was made with it."""
    files: list[tuple[Storage, str]] = []
    for asset in demo.assets:
        mine = Rendition.objects.filter(asset=asset)
        gone = [*_files(mine, "file"), *_files([asset], "original"), *_files([asset], "poster")]
        try:
            with transaction.atomic():
                _forget("fit", Fit.objects.filter(asset=asset))
                Fit.objects.filter(asset=asset).delete()
                mine.delete()
                asset_id = asset.pk
                asset.delete()
        except ProtectedError:
            continue
        History.objects.filter(thing="asset", thing_id=asset_id).delete()
        files += gone
    return files


def _set_up(demo: World) -> None:
    """Numbers, groups, accounts, users. A user whose name stands under something that stays is locked out instead."""
    demo.numbers.delete()
    demo.groups.delete()
    for account in demo.accounts:
        account.delete()
    for user in demo.users:
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            user.is_active = user.is_staff = user.is_superuser = False
            user.set_unusable_password()
            user.save()
            user.groups.clear()
    Group.objects.filter(name=roles.DEMO).delete()


def _forget(thing: str, rows: QuerySet[Any]) -> None:
    History.objects.filter(thing=thing, thing_id__in=_ids(rows)).delete()


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _files(rows: Iterable[Any], name: str) -> list[tuple[Storage, str]]:
    """Where the files of these rows lie; empty fields are left out."""
    found = []
    for row in rows:
        file = getattr(row, name)
        if file:
            field = row._meta.get_field(name)
            assert isinstance(field, FileField)
            found.append((field.storage, file.name))
    return found


def _delete_files(files: Iterable[tuple[Storage, str]]) -> None:
    for storage, name in files:
        storage.delete(name)
