"""The library's shelf: find what was uploaded, say where it is used, describe it, put it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from campaigns import states
from campaigns.media import looks
from campaigns.models import Asset, Campaign, Run, Tag
from subscriptions.models import SubscriptionGroup

DESCRIPTION_CHARACTERS: Final = 300
TAG_CHARACTERS: Final = 40
TAGS_AT_MOST: Final = 20
# What arrives everywhere, what is advised, what an MMS can carry at all: see campaigns/gateways/limits.py.
WEIGHTS: Final[dict[str, tuple[int, int]]] = {
    "safe": (0, 300_000),
    "normal": (300_001, 600_000),
    "large": (600_001, 1_000_000),
    "over": (1_000_001, 10**12),
}
# The latest runs of a group among which a picture is looked for that looks alike.
_RUNS_LOOKED_AT: Final = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A run that carried the same picture, or one that looks like it. `is_same`: the very same upload."""

    campaign: Campaign
    at: datetime
    is_same: bool


def search(
    *, words: str = "", kind: str = "", weight: str = "", tag: str = "", archived: bool = False
) -> QuerySet[Asset]:
    """Assets by part of their name, description or tags, newest first.

    `weight` is a key of WEIGHTS, of the lightest copy. Each has `uses`, the number of campaigns, and `weight`, that
    copy's bytes; its copies and tags are prefetched.
    """
    found = Asset.objects.filter(state=states.Asset.READY, is_archived=archived)
    if kind:
        found = found.filter(kind=kind)
    if tag:
        found = found.filter(tags__name=tag)
    for word in words.split()[:6]:
        tagged = Asset.objects.filter(tags__name__icontains=word).values("pk")
        found = found.filter(Q(label__icontains=word) | Q(description__icontains=word) | Q(pk__in=tagged))
    found = found.annotate(weight=Min("renditions__bytes"))
    if weight in WEIGHTS:
        found = found.filter(weight__range=WEIGHTS[weight])
    uses = Count("renditions__revisions__campaign", distinct=True)
    return found.annotate(uses=uses).prefetch_related("renditions", "tags").order_by("-pk")


def known_tags(*, limit: int = 30) -> list[Tag]:
    """Tags in use on the shelf, the most used first; each with `files`."""
    shelved = Count("assets", filter=Q(assets__is_archived=False))
    return list(Tag.objects.annotate(files=shelved).filter(files__gt=0).order_by("-files", "name")[:limit])


def used_in(asset: Asset) -> QuerySet[Campaign]:
    """The campaigns whose content, now or once, had this asset, the latest first."""
    return (
        Campaign.objects.filter(revisions__rendition__asset=asset)
        .annotate(last_due=Max("runs__due_at"))
        .order_by("-pk")
        .distinct()
    )


def sent_before(*, asset: Asset, group: SubscriptionGroup) -> Sent | None:
    """When this picture, or one that looks like it, last went to this group; None if it never did."""
    runs = Run.objects.filter(
        campaign__group=group, started_at__isnull=False, revision__rendition__isnull=False
    ).select_related("campaign", "revision__rendition__asset")
    for run in runs.order_by("-started_at")[:_RUNS_LOOKED_AT]:
        assert run.revision.rendition is not None  # asked for above
        assert run.started_at is not None
        other = run.revision.rendition.asset
        if other.pk == asset.pk or is_alike(asset, other):
            return Sent(run.campaign, run.started_at, is_same=other.pk == asset.pk)
    return None


def is_alike(asset: Asset, other: Asset) -> bool:
    """Whether two pictures look alike: scaled, recompressed, or with a few words on them."""
    if asset.look is None or other.look is None:
        return False
    return looks.distance(asset.look, other.look) <= looks.ALIKE


def describe(*, asset: Asset, description: str) -> None:
    """Say in words what is to be seen, for people who cannot see it."""
    asset.description = " ".join(description.split())[:DESCRIPTION_CHARACTERS]
    asset.save(update_fields=["description"])


def clean_tags(words: str) -> list[str]:
    """Tags as they are kept, from a line of words with commas between: small letters, each once, in order."""
    found = (" ".join(word.split()).lower()[:TAG_CHARACTERS].strip() for word in words.split(","))
    return list(dict.fromkeys(word for word in found if word))[:TAGS_AT_MOST]


def tag(*, asset: Asset, names: Sequence[str]) -> None:
    """Give an asset exactly these tags (see `clean_tags`); a tag that nothing has any more is gone."""
    with transaction.atomic():
        Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
        asset.tags.set(Tag.objects.filter(name__in=names))
        Tag.objects.filter(assets__isnull=True).delete()


def put_away(*, asset: Asset, is_archived: bool) -> None:
    """Archive, or bring back. What was sent keeps its file either way."""
    asset.is_archived = is_archived
    asset.save(update_fields=["is_archived"])
