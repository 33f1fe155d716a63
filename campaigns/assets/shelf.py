"""The library's shelf: find what was uploaded, say where it is used, describe it, put it away."""

from django.db.models import Count, Max, QuerySet

from campaigns import states
from campaigns.models import Asset, Campaign

DESCRIPTION_CHARACTERS = 300


def search(*, words: str = "", kind: str = "", archived: bool = False) -> QuerySet[Asset]:
    """Assets by part of their name or description, newest first; each with `uses`, the number of campaigns, and its
    copies prefetched."""
    found = Asset.objects.filter(state=states.Asset.READY, is_archived=archived)
    if kind:
        found = found.filter(kind=kind)
    for word in words.split()[:6]:
        found = found.filter(label__icontains=word) | found.filter(description__icontains=word)
    uses = Count("renditions__revisions__campaign", distinct=True)
    return found.annotate(uses=uses).prefetch_related("renditions").order_by("-pk")


def used_in(asset: Asset) -> QuerySet[Campaign]:
    """The campaigns whose content, now or once, had this asset, the latest first."""
    return (
        Campaign.objects.filter(revisions__rendition__asset=asset)
        .annotate(last_due=Max("runs__due_at"))
        .order_by("-pk")
        .distinct()
    )


def describe(*, asset: Asset, description: str) -> None:
    """Say in words what is to be seen, for people who cannot see it."""
    asset.description = description[:DESCRIPTION_CHARACTERS]
    asset.save(update_fields=["description"])


def put_away(*, asset: Asset, is_archived: bool) -> None:
    """Archive, or bring back. What was sent keeps its file either way."""
    asset.is_archived = is_archived
    asset.save(update_fields=["is_archived"])
