"""Make a copy that fits a budget."""

import hashlib
import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from campaigns import states
from campaigns.assets import depot
from campaigns.media import fence, kinds, problems
from campaigns.models import Asset, History, Rendition
from subscriptions import refusals


class CannotFit(refusals.Refused):
    """No copy within the budget can be made; `problem` says why, as a code of the media room."""

    def __init__(self, problem: problems.Problem) -> None:
        self.problem = problem
        super().__init__(code=problem.code, limit=problem.limit, found=problem.found)


def can_fit(asset: Asset) -> bool:
    """Whether there is a way to make this kind of file smaller: stills only, so far."""
    return asset.kind in {Asset.Kind.JPEG, Asset.Kind.PNG}


def make_it_fit(*, asset: Asset, budget_bytes: int, now: datetime) -> Rendition:
    """The best-looking copy of at most `budget_bytes`, made from the original; the same budget gives the same copy.

    Raises CannotFit. Decodes for up to `media.limits.FIT.wall_s` seconds: never call it inside a transaction.
    """
    known = asset.renditions.filter(budget_bytes=budget_bytes).first()
    if known is not None:
        return known
    with depot.asked(str(asset.original.name)), asset.original.open("rb") as file:
        data = file.read()
    fitted = fence.fit(data, budget_bytes=budget_bytes, name=asset.label)
    if isinstance(fitted, problems.Problem):
        raise CannotFit(fitted)
    rendition = Rendition(
        asset=asset,
        purpose=Rendition.Purpose.FITTED,
        budget_bytes=budget_bytes,
        kind=fitted.kind,
        mime=fitted.mime,
        sha256=hashlib.sha256(fitted.data).hexdigest(),
        bytes=len(fitted.data),
        width=fitted.width,
        height=fitted.height,
        steps=[{"code": step.code, "limit": None, "found": step.value} for step in fitted.steps],
    )
    with depot.asked("a copy"):
        ending = kinds.EXTENSION[fitted.kind]
        rendition.file.save(f"{secrets.token_hex(16)}.{ending}", ContentFile(fitted.data), save=False)
    try:
        with transaction.atomic():
            rendition.save()
            History.objects.create(
                thing="asset", thing_id=asset.pk, to_state=states.Asset.READY, at=now, why="made_to_fit"
            )
    except IntegrityError:
        # Somebody else asked for the same copy at the same moment and was quicker.
        rendition.file.delete(save=False)
        return asset.renditions.get(budget_bytes=budget_bytes)
    return rendition
