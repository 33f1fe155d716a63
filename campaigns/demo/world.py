"""The demo world: a shop by the sea with its numbers, people, pictures and campaigns. Loaded where nothing is yet."""

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import roles
from campaigns.assets import shelf, store
from campaigns.composing import drafts
from campaigns.demo import finished, logins, people, pictures
from campaigns.gateways import rates
from campaigns.models import Asset, Campaign
from subscriptions import consent
from subscriptions.models import ConsentEntry, Contact, ProviderAccount, SenderNumber, SubscriptionGroup

WORDING = "I agree to receive marketing texts and pictures from Tidewater. Reply STOP to end."
WORDING_SERVICE = "Tidewater may text me about my orders. Reply STOP to end."
DRAFT_TEXT = (
    "Hi {{ ${first_name} | default: 'there' }}, tonight our {{ custom_attribute.${store} | default: 'seaside' }} store "
    "is open until 10 pm. Come by for a walk on the pier and 20% off everything."
)


@dataclass(frozen=True)
class Groups:
    promotions: SubscriptionGroup
    service: SubscriptionGroup
    texts: SubscriptionGroup


def is_wanted() -> bool:
    """Whether this installation is still empty: nobody but demo users, and no group."""
    return not User.objects.exclude(groups__name=roles.DEMO).exists() and not SubscriptionGroup.objects.exists()


def load(*, now: datetime) -> bool:
    """Load the world if nothing is here yet; True if it was loaded. Cut off anywhere, the next call starts over.

    Pictures are decoded in the fenced child as anybody's are, so they come before the one transaction of the rest.
    """
    if not is_wanted():
        return False
    users = logins.make()
    marketer, manager = users["marketer"], users["manager"]
    library = _pictures(by=marketer, now=now)
    with transaction.atomic():
        groups = _groups()
        crowd = people.make()
        _consent(groups, crowd, by=manager, now=now)
        finished.make(
            group=groups.promotions, poster=store.clean_copy(library["poster"]), by=marketer, starts_at=_yesterday(now)
        )
        _draft(group=groups.promotions, picture=library["waves"], by=marketer, now=now)
    return True


def _yesterday(now: datetime) -> datetime:
    return (now - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)


def _pictures(*, by: User, now: datetime) -> dict[str, Asset]:
    take_in = functools.partial(store.take_in, by=by, now=now)
    library = {
        "logo": take_in(name="tidewater-logo.png", chunks=[pictures.logo()]),
        "card": take_in(name="tidewater-harbour-street.vcf", chunks=[pictures.card()]),
        "waves": take_in(name="open-late.gif", chunks=[pictures.waves()]),
        "poster": take_in(name="summer-sale.jpg", chunks=[pictures.poster()]),
    }
    shown = {
        "logo": _("The sun over three waves, the sign of Tidewater"),
        "waves": _("The moon over a rolling sea at night: open late tonight"),
        "poster": _("A beach with an umbrella and the words: summer sale, 20% off today"),
    }
    for name, description in shown.items():
        shelf.describe(asset=library[name], description=description)
    return library


def _groups() -> Groups:
    account = ProviderAccount.objects.create(name=_("Sandbox"), kind="sandbox")
    at_home = ["CA", "US"]
    promotions = _group(
        name=_("Promotions"), countries=[*at_home, "AU", "DE", "FR", "GB", "IE"], auto_reply=_AUTO_REPLY
    )
    service = _group(name=_("Service messages"), countries=at_home)
    texts = _group(name=_("Store news (texts only)"), countries=["GB", "IE"], opt_out_line="Stop: tidewater.example")
    kinds = SenderNumber.Kind
    for group, kind, value, country, is_mms_enabled in (
        (promotions, kinds.LONG_CODE, "+12125550190", "US", True),
        (promotions, kinds.LONG_CODE, "+13055550191", "US", True),
        (promotions, kinds.SHORT_CODE, "55501", "US", True),
        (service, kinds.TOLL_FREE, "+18005550199", "US", True),
        (texts, kinds.ALPHANUMERIC, "TIDEWATER", "GB", False),
    ):
        SenderNumber.objects.create(
            group=group,
            account=account,
            kind=kind,
            value=value,
            country=country,
            is_mms_enabled=is_mms_enabled,
            rate=Decimal(str(rates.DEFAULT_PARTS_PER_S[kind])),
        )
    return Groups(promotions, service, texts)


_AUTO_REPLY = "Thanks for writing! We read everything, and answer in the store."


def _group(*, name: str, countries: list[str], **columns: str) -> SubscriptionGroup:
    return SubscriptionGroup.objects.create(
        name=name,
        brand="Tidewater",
        allowed_countries=sorted(countries),
        contact_person="Ana Torres",
        stop_reply="Tidewater: you are unsubscribed and will get no more messages. Reply START to come back.",
        help_reply="Tidewater: pictures and offers from your store. Help: hello@tidewater.example. Reply STOP to end.",
        start_reply="Tidewater: welcome back. Reply STOP to end.",
        **columns,
    )


def _consent(groups: Groups, crowd: people.Crowd, *, by: User, now: datetime) -> None:
    joined, left = now - timedelta(days=120), now - timedelta(days=9)
    demo = ConsentEntry.Source.DEMO

    def grant(group: SubscriptionGroup, of: list[Contact], wording: str) -> None:
        consent.grant_many(
            contact_ids=[person.pk for person in of],
            group=group,
            source=demo,
            wording=wording,
            happened_at=joined,
            by=by,
        )

    grant(groups.promotions, [person for place, person in enumerate(crowd.everyone) if place % 8], WORDING)
    at_home = [person for person in crowd.everyone if person.country in groups.service.allowed_countries]
    grant(groups.service, at_home, WORDING_SERVICE)
    grant(groups.texts, [person for person in crowd.everyone if person.country in {"GB", "IE"}], WORDING)
    for person in crowd.opted_out:
        consent.withdraw(
            contact=person,
            group=groups.promotions,
            source=ConsentEntry.Source.KEYWORD,
            wording="STOP",
            happened_at=left,
        )
    consent.suppress_many(contact_ids=[person.pk for person in crowd.suppressed], source=demo, happened_at=left, by=by)


def _draft(*, group: SubscriptionGroup, picture: Asset, by: User, now: datetime) -> Campaign:
    draft = drafts.create(
        name=_("Open late tonight"), purpose=Campaign.Purpose.ANNOUNCEMENT, group=group, by=by, now=now
    )
    drafts.edit_content(campaign=draft, text=DRAFT_TEXT, version=draft.version, by=by, now=now)
    drafts.attach(campaign=draft, rendition=store.clean_copy(picture), version=draft.version, by=by, now=now)
    return draft
