"""Contact cards made here: the numbers to offer, the photo, and the card as an asset like any upload."""

from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.assets import shelf, store
from campaigns.media import crop, fence, problems, vcard, vcard_write
from campaigns.models import Asset
from subscriptions import refusals
from subscriptions.models import SenderNumber, SubscriptionGroup

# How many numbers beside the group's are asked for at first; more can be added.
OTHER_NUMBERS: Final = 6
# The types of a number that people know, by what vCard calls them, as phones show them.
PLACES: Final[dict[str, str | Promise]] = {
    "CELL": gettext_lazy("mobile"),
    "WORK": gettext_lazy("work"),
    "HOME": gettext_lazy("home"),
    "FAX": gettext_lazy("fax"),
    "PAGER": gettext_lazy("pager"),
}


class PhotoRefused(refusals.Refused):
    """The upload cannot become a photo; `problem` says why, as a code of the media room."""

    code = "photo_refused"
    words = gettext_lazy("This file cannot be used as a photo.")

    def __init__(self, problem: problems.Problem) -> None:
        self.problem = problem
        super().__init__(code=problem.code, limit=problem.limit, found=problem.found)


def group_of(card: vcard.Card) -> SubscriptionGroup | None:
    """The group that most of a card's numbers belong to, if any does."""
    values = [phone.value for phone in card.phones]
    owned = SenderNumber.objects.filter(value__in=values, is_active=True, group__is_active=True)
    best = owned.values("group").annotate(count=Count("pk")).order_by("-count", "group").first()
    return SubscriptionGroup.objects.get(pk=best["group"]) if best else None


def numbers(group: SubscriptionGroup) -> list[SenderNumber]:
    """What people can call or text of a group: its active numbers, but no alphanumeric ID, which takes no answer."""
    return list(group.numbers.filter(is_active=True).exclude(kind=SenderNumber.Kind.ALPHANUMERIC))


def portrait(data: bytes, *, place: crop.Place) -> bytes:
    """The photo of a card, cut out of an upload. Raises PhotoRefused. Decodes for seconds: not in a transaction."""
    made = fence.portrait(data, place=place)
    if isinstance(made, problems.Problem):
        raise PhotoRefused(made)
    return made


def card_of(asset: Asset) -> vcard.Card:
    """What a card of the library says; of its photo the small square that phones show."""
    return vcard.Card.from_facts(store.clean_copy(asset).card)


def make(*, card: vcard.Card, by: User, now: datetime, made_from: Asset | None = None) -> Asset:
    """The card as a new asset; one that is written alike is there already and is the same asset.

    It is judged like any upload, so nothing gets in here that could not come in by the front door. Raises
    UploadRefused. Decodes for seconds: not in a transaction.
    """
    data = vcard_write.write(card)
    name = card.full_name.replace("/", "-").replace("\\", "-")
    asset = store.take_in(name=f"{name}.vcf", chunks=[data], by=by, now=now)
    with transaction.atomic():
        if made_from is not None and made_from.pk < asset.pk and asset.made_from_id is None:
            asset.made_from = made_from
            asset.save(update_fields=["made_from"])
        if not asset.description:
            shelf.describe(asset=asset, description=_("Contact card of %(name)s") % {"name": card.full_name})
    return asset
