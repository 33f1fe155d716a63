"""Take uploads in: judged and rebuilt behind the fence, the original kept private, the clean copy ready to send."""

import dataclasses
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns import states
from campaigns.assets import depot, names
from campaigns.media import fence, kinds, limits, problems, reviews
from campaigns.models import Asset, History, Rendition
from subscriptions import refusals


class UploadRefused(refusals.Refused):
    """The file cannot be used at all; `problems` says why, as codes of the media room. Nothing was kept of it."""

    code = "upload_refused"
    words = _("This file cannot be used.")

    def __init__(self, found: Iterable[problems.Problem]) -> None:
        self.problems = tuple(found)
        super().__init__(found=[problem.code for problem in self.problems])


def too_large(found_bytes: int) -> UploadRefused:
    """The refusal of an upload of more than UPLOAD_LIMIT_BYTES."""
    limit = settings.UPLOAD_LIMIT_BYTES
    return UploadRefused([problems.Problem("too_large_upload", limit=limit, found=found_bytes)])


def take_in(*, name: str, chunks: Iterable[bytes], by: User, now: datetime) -> Asset:
    """Keep an upload and the clean copy of it. The same bytes again give the asset that is there already.

    Reads at most UPLOAD_LIMIT_BYTES. Raises UploadRefused, depot.StorageAway. Takes up to `media.limits.TURN_S` and
    `WAITED_FOR_S` seconds: never call it inside a transaction.
    """
    data = _read(chunks)
    sha256 = hashlib.sha256(data).hexdigest()
    known = Asset.objects.filter(original_sha256=sha256, state=states.Asset.READY).order_by("pk").first()
    if known is not None:
        if known.is_archived:
            known.is_archived = False
            known.save(update_fields=["is_archived"])
        return known
    verdict = fence.review(
        data, name=name, upload_limit_bytes=settings.UPLOAD_LIMIT_BYTES, timeout_s=limits.WAITED_FOR_S
    )
    if verdict.data is None or not verdict.ok:
        raise UploadRefused(problem for problem in verdict.problems if problem.severity == "error")
    return _keep(data, sha256, verdict, verdict.data, name=name, by=by, now=now)


def read(rendition: Rendition) -> bytes:
    """The exact bytes of a rendition. Raises FileNotFoundError, StorageAway."""
    with depot.asked(str(rendition.file.name)), rendition.file.open("rb") as file:
        content: bytes = file.read()
    return content


def clean_copy(asset: Asset) -> Rendition:
    """The clean copy of an asset, as it was before anything was made to fit."""
    return asset.renditions.get(budget_bytes__isnull=True)


def _read(chunks: Iterable[bytes]) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > settings.UPLOAD_LIMIT_BYTES:
            raise too_large(len(data))
    return bytes(data)


def _keep(
    data: bytes, sha256: str, verdict: reviews.Review, clean: bytes, *, name: str, by: User, now: datetime
) -> Asset:
    uploaded = verdict.upload
    asset = Asset(
        state=states.Asset.READY,
        label=names.clean(name, kind=verdict.kind),
        kind=verdict.kind,
        uploaded_kind=uploaded.kind,
        original_sha256=sha256,
        original_bytes=len(data),
        original_width=uploaded.width,
        original_height=uploaded.height,
        problems=[dataclasses.asdict(problem) for problem in verdict.problems],
        look=verdict.poster.look if verdict.poster else None,
        created_by=by,
    )
    rendition = Rendition(
        purpose=Rendition.Purpose.REBUILT,
        kind=verdict.kind,
        mime=verdict.mime,
        sha256=hashlib.sha256(clean).hexdigest(),
        bytes=len(clean),
        width=verdict.width,
        height=verdict.height,
        frames=max(verdict.frames, 1),
        duration_ms=verdict.duration_ms,
        has_alpha=verdict.has_alpha,
        steps=[_step(note, uploaded.kind) for note in verdict.notes],
        card=verdict.card.facts() if verdict.card else {},
    )
    try:
        with depot.asked("an upload"):
            asset.original.save(_file_name(uploaded.kind), ContentFile(data), save=False)
            rendition.file.save(_file_name(verdict.kind), ContentFile(clean), save=False)
            if verdict.poster:
                asset.poster.save(_file_name(verdict.poster.kind), ContentFile(verdict.poster.data), save=False)
        with transaction.atomic():
            asset.save()
            rendition.asset = asset
            rendition.save()
            History.objects.create(thing="asset", thing_id=asset.pk, to_state=states.Asset.READY, at=now, by=by)
    except BaseException:
        for stored in (asset.original, rendition.file, asset.poster):
            depot.forget(stored)
        raise
    return asset


def _file_name(kind: str) -> str:
    """Named by chance: what a person called it says nothing here, and nothing can be guessed."""
    return f"{secrets.token_hex(16)}.{kinds.EXTENSION[kind]}"


def _step(note: str, was: str) -> dict[str, str | None]:
    """One thing that was done; a turn into another kind says what it was before."""
    return {"code": note, "limit": None, "found": was if note.startswith("became_") else None}
