"""Copies that fit a budget: asked for, made behind the fence while somebody waits, kept for the next who asks."""

import hashlib
import math
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns import states
from campaigns.assets import depot
from campaigns.lifecycle import fits
from campaigns.media import fence, kinds, problems
from campaigns.media import fit as fitters
from campaigns.media.fit import result
from campaigns.models import Asset, Fit, Rendition, Revision

# A maker gives a sign of life at least every BEAT_S; who was silent for SILENT_S is thought dead.
BEAT_S: Final = 2.0
SILENT_S: Final = 15.0
# Progress is written at most this often, so that a page may ask twice a second.
WRITE_S: Final = 0.4


class _Lost(Exception):
    """Another maker holds the fit now."""


class _Stopped(Exception):
    """Nobody waits for the copy any more, or this process is to end."""


def can_fit(asset: Asset) -> bool:
    """Whether there is a way to make this kind of file smaller."""
    return asset.kind in fitters.FITTERS


def ask(*, asset: Asset, budget_bytes: int, ground: result.Ground = "", by: User, now: datetime) -> Fit:
    """Wish for the best-looking copy of at most `budget_bytes`, with `ground` behind what shines through.

    The same wish is the same row. One that was refused is tried once more; one that is done has its rendition.
    """
    fit = fits.wish(asset=asset, budget_bytes=budget_bytes, ground=ground, by=by, now=now)
    if fit.state == states.Fit.REFUSED:
        fits.move(
            fit=fit,
            to=states.Fit.WAITING,
            by=by,
            now=now,
            why="asked_again",
            share=0,
            problem={},
            beat_at=None,
            ended_at=None,
            asked_by=by,
            asked_at=now,
        )
    if fit.state == states.Fit.WAITING:
        made = _made_before(fit)
        if made is not None:
            fits.move(fit=fit, to=states.Fit.DONE, by=by, now=now, rendition=made, share=100, ended_at=now)
    return fit


def waiting(*, now: datetime) -> list[int]:
    """The fits that a draft waits for and nobody makes: new ones, and those whose maker fell silent. Oldest first."""
    silent = Q(beat_at__lt=now - timedelta(seconds=SILENT_S)) | Q(beat_at__gt=now + timedelta(seconds=SILENT_S))
    idle = Q(state=states.Fit.WAITING) | Q(state=states.Fit.RUNNING) & silent
    return list(
        Fit.objects.filter(idle, pk__in=_takers().values("fitting")).order_by("pk").values_list("pk", flat=True)
    )


def is_silent(one: Fit, *, now: datetime) -> bool:
    """Whether whoever makes it gave no sign of life for too long."""
    return one.beat_at is not None and abs(now - one.beat_at) >= timedelta(seconds=SILENT_S)


def queue(one: Fit, *, now: datetime) -> tuple[int, bool]:
    """How many copies are made before this one, and whether any is being made now."""
    open_ones = Fit.objects.filter(state__in=states.FIT_OPEN, pk__in=_takers().values("fitting")).exclude(pk=one.pk)
    running = [other for other in open_ones if other.state == states.Fit.RUNNING and not is_silent(other, now=now)]
    before = [other for other in open_ones if other.state == states.Fit.WAITING and other.pk < one.pk]
    return len(running) + len(before), bool(running)


def make(*, fit_id: int, should_stop: Callable[[], bool] = lambda: False) -> Fit | None:
    """Make one copy, or learn why there can be none; None where somebody else makes it or it is not to be made now.

    Decodes for up to `media.limits.FIT.wall_s` seconds: never call it inside a transaction. When `should_stop` says
    so, or nobody waits for the copy any more, the child is ended and the fit waits again.
    """
    fit = _claimed(fit_id, now=timezone.now())
    if fit is None:
        return None
    try:
        data = _original(fit.asset)
        if data is None:
            return _refused(fit, problems.Problem("original_missing"))
        fitted = fence.fit(
            data,
            budget_bytes=fit.budget_bytes,
            name=fit.asset.label,
            ground=fit.ground,  # type: ignore[arg-type]  # a column with just these choices
            tell=_Beats(fit, should_stop),
        )
        if isinstance(fitted, problems.Problem):
            return _refused(fit, fitted)
        return _kept(fit, fitted)
    except _Stopped:
        fits.move(fit=fit, to=states.Fit.WAITING, now=timezone.now(), why="stopped", share=0, beat_at=None)
        return None
    except depot.StorageAway as away:
        # Held as it is: whoever takes over from the silent one asks the storage again.
        fits.beat(fit=fit, share=fit.share, now=timezone.now(), problem={"code": away.code})
        return None
    except _Lost:
        return None


class _Beats:
    """Writes how far a fit is, never less than before and not too often, and raises what ends it."""

    def __init__(self, fit: Fit, should_stop: Callable[[], bool]) -> None:
        self.fit, self.should_stop = fit, should_stop
        self.written_s = time.monotonic()
        # Who makes a copy that no draft waits for wants it for its own sake.
        self.has_takers = _has_takers(fit)

    def __call__(self, share: float) -> None:
        if self.should_stop():
            raise _Stopped
        percent, quiet_s = max(self.fit.share, math.floor(share * 100)), time.monotonic() - self.written_s
        if quiet_s < (WRITE_S if percent > self.fit.share else BEAT_S):
            return
        if not fits.beat(fit=self.fit, share=percent, now=timezone.now()):
            raise _Lost
        if self.has_takers and not _has_takers(self.fit):
            raise _Stopped
        self.written_s = time.monotonic()


def _original(asset: Asset) -> bytes | None:
    """What was uploaded; None where the storage lost it. Raises StorageAway."""
    try:
        with depot.asked(str(asset.original.name)), asset.original.open("rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content


def _takers() -> QuerySet[Revision]:
    """Drafts that wait for a copy."""
    return Revision.objects.filter(
        fitting__isnull=False, frozen_at__isnull=True, campaign__state__in=states.CAMPAIGN_EDITABLE
    )


def _has_takers(fit: Fit) -> bool:
    return _takers().filter(fitting=fit).exists()


def _made_before(fit: Fit) -> Rendition | None:
    return Rendition.objects.filter(asset=fit.asset_id, budget_bytes=fit.budget_bytes, ground=fit.ground).first()


def _claimed(fit_id: int, *, now: datetime) -> Fit | None:
    """The fit, held by us from now on, unless somebody else holds it or it has ended."""
    fit = Fit.objects.get(pk=fit_id)
    if fit.state == states.Fit.RUNNING and not is_silent(fit, now=now):
        return None
    why = "taken_over" if fit.state == states.Fit.RUNNING else ""
    return (
        fit if fits.move(fit=fit, to=states.Fit.RUNNING, now=now, why=why, share=0, beat_at=now, problem={}) else None
    )


def _refused(fit: Fit, problem: problems.Problem) -> Fit | None:
    found = {"code": problem.code, "limit": problem.limit, "found": problem.found}
    now = timezone.now()
    return fit if fits.move(fit=fit, to=states.Fit.REFUSED, now=now, problem=found, ended_at=now) else None


def _kept(fit: Fit, fitted: result.Fitted) -> Fit | None:
    """Store the copy; nothing of it stays where another maker was quicker."""
    rendition = Rendition(
        asset=fit.asset,
        purpose=Rendition.Purpose.FITTED,
        budget_bytes=fit.budget_bytes,
        ground=fit.ground,
        kind=fitted.kind,
        mime=fitted.mime,
        sha256=hashlib.sha256(fitted.data).hexdigest(),
        bytes=len(fitted.data),
        width=fitted.width,
        height=fitted.height,
        frames=fitted.frames,
        duration_ms=fitted.duration_ms,
        has_alpha=fitted.has_alpha,
        similarity=fitted.similarity,
        steps=[{"code": step.code, "limit": None, "found": step.value} for step in fitted.steps],
        card=fitted.card or {},
    )
    with depot.asked("a copy"):
        ending = kinds.EXTENSION[fitted.kind]
        rendition.file.save(f"{secrets.token_hex(16)}.{ending}", ContentFile(fitted.data), save=False)
    try:
        with transaction.atomic():
            rendition.save()
            _done(fit, rendition)
    except IntegrityError:
        # The same copy was made before there were fits.
        depot.forget(rendition.file)
        known = _made_before(fit)
        assert known is not None
        _done(fit, known)
    except BaseException:
        depot.forget(rendition.file)
        raise
    return fit


def _done(fit: Fit, rendition: Rendition) -> None:
    now = timezone.now()
    if not fits.move(fit=fit, to=states.Fit.DONE, now=now, rendition=rendition, share=100, ended_at=now):
        raise _Lost
