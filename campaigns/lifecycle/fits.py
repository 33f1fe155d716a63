"""Moves of fits. Whoever makes one holds it by its last sign of life: each is written over exactly the one before."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from campaigns import states
from campaigns.models import Asset, Fit, History


def wish(*, asset: Asset, budget_bytes: int, ground: str, by: User, now: datetime) -> Fit:
    """The row of this wish, made if it is a new one."""
    with transaction.atomic():
        fit, is_new = Fit.objects.get_or_create(
            asset=asset,
            budget_bytes=budget_bytes,
            ground=ground,
            defaults={"asked_by": by, "asked_at": now},
        )
        if is_new:
            _remember(fit.pk, found="", to=states.Fit.WAITING, now=now, by=by, why="")
    return fit


def move(*, fit: Fit, to: states.Fit, now: datetime, by: User | None = None, why: str = "", **columns: Any) -> bool:
    """Move a fit that is still as `fit` was read, and write `columns` with it; `fit` is refreshed.

    False, with nothing changed, where somebody else was quicker.
    """
    found = states.Fit(fit.state)
    with transaction.atomic():
        as_read = Fit.objects.filter(pk=fit.pk, state=found, beat_at=fit.beat_at)
        moved = to in states.FIT_MOVES[found] and as_read.update(state=to, **columns)
        if moved:
            _remember(fit.pk, found=found, to=to, now=now, by=by, why=why)
    fit.refresh_from_db()
    return bool(moved)


def beat(*, fit: Fit, share: int, now: datetime, **columns: Any) -> bool:
    """A sign of life of its maker, with the share that is done (0 to 100) and other `columns`.

    False where another one holds it now.
    """
    held = Fit.objects.filter(pk=fit.pk, state=states.Fit.RUNNING, beat_at=fit.beat_at)
    if not held.update(share=share, beat_at=now, **columns):
        return False
    fit.share, fit.beat_at = share, now
    return True


def _remember(fit_id: int, *, found: str, to: str, now: datetime, by: User | None, why: str) -> None:
    History.objects.create(thing="fit", thing_id=fit_id, from_state=found, to_state=to, at=now, by=by, why=why)
