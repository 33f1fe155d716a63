"""Cut and turn a picture: always from what was uploaded, into a new asset, so that what was sent never changes."""

from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.assets import depot, store
from campaigns.media import crop, cutting, fence, kinds, problems
from campaigns.models import Asset
from subscriptions import refusals

# Shapes that fill a phone, and the picture's own: width by height.
SHAPES: Final[dict[str, float | None]] = {
    "free": None,
    "square": 1.0,
    "tall": 9 / 16,
    "portrait": 4 / 5,
    "wide": 16 / 9,
}


class CutRefused(refusals.Refused):
    """The picture cannot be cut; `problem` says why, as a code of the media room."""

    code = "cut_refused"
    words = _("This picture cannot be cut.")

    def __init__(self, problem: problems.Problem) -> None:
        self.problem = problem
        super().__init__(code=problem.code, limit=problem.limit, found=problem.found)


def can_cut(asset: Asset) -> bool:
    """Whether this is one still picture."""
    return asset.kind in cutting.CUTTABLE


def cut(*, asset: Asset, place: crop.Place, by: User, now: datetime) -> Asset:
    """A new asset from a part of what was uploaded; it takes over the description and the tags.

    The same part of the same picture is the same asset. Raises CutRefused, UploadRefused, depot.StorageAway. Decodes
    for seconds: not in a transaction.
    """
    with depot.asked(str(asset.original.name)), asset.original.open("rb") as file:
        data = file.read()
    made = fence.cut(data, place=place)
    if isinstance(made, problems.Problem):
        raise CutRefused(made)
    part, kind = made
    stem = asset.label.rpartition(".")[0] or asset.label
    found = store.take_in(name=f"{stem}.{kinds.EXTENSION[kind]}", chunks=[part], by=by, now=now)
    if found.made_from_id is None and found.pk > asset.pk:
        with transaction.atomic():
            found.made_from, found.description = asset, found.description or asset.description
            found.save(update_fields=["made_from", "description"])
            found.tags.add(*asset.tags.all())
    return found
