"""A picture that cannot be fetched is never announced: runs wait while the storage is away, or the file is gone."""

import asyncio
from datetime import datetime
from typing import Final

from campaigns import states
from campaigns.assets import depot
from campaigns.lifecycle import campaigns, runs
from campaigns.models import Rendition, Run

# What was seen is believed for this long.
GOOD_FOR_S: Final = 2.0
# A message whose picture cannot be fetched now is looked at again after this.
WAIT_S: Final = 5.0
WAITING_REASON: Final = "media_unreachable_here"
_CODES: Final[dict[depot.Standing, str]] = {"missing": "media_missing", "unreachable": "media_unreachable"}


class Watch:
    """What a slice knows about files: each is asked for once in GOOD_FOR_S, however many numbers want to know.

    The question runs in a thread of its own, since a storage that is away takes seconds to say so.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[float, asyncio.Task[depot.Standing]]] = {}

    async def standing(self, rendition: Rendition) -> depot.Standing:
        """Whether this file could be fetched now."""
        loop = asyncio.get_running_loop()
        asked_at, asking = self._seen.get(rendition.pk, (0.0, None))
        if asking is None or (asking.done() and loop.time() - asked_at > GOOD_FOR_S):
            asking = asyncio.create_task(asyncio.to_thread(depot.standing, rendition))
            self._seen[rendition.pk] = loop.time(), asking
        return await asking


def hold_code(rendition: Rendition | None) -> str:
    """Why a run with this file cannot start now; '' where it can."""
    standing = depot.standing(rendition) if rendition else "there"
    return _CODES.get(standing, "")


def hold(*, run_id: int, standing: depot.Standing, now: datetime) -> None:
    """Pause a run whose file cannot be fetched, with the reason; one that somebody paused or ended is left alone."""
    code = _CODES[standing]
    run = Run.objects.get(pk=run_id)
    try:
        runs.move(run=run, to=states.Run.PAUSED, now=now, why=code, only_from={states.Run.RUNNING}, hold_code=code)
    except campaigns.NotPossibleNow:
        return


def carry_on(*, now: datetime) -> list[int]:
    """Let runs go on that waited for the storage, now that it answers again; returns their ids."""
    waiting = Run.objects.filter(
        state__in={states.Run.HELD, states.Run.PAUSED}, campaign__hold_code="media_unreachable"
    ).select_related("revision__rendition")
    gone_on: list[int] = []
    for run in waiting.order_by("pk"):
        if hold_code(run.revision.rendition):
            break  # it is the same storage for all of them
        goal = states.Run.EXPANDING if run.state == states.Run.HELD else states.Run.RUNNING
        try:
            runs.move(run=run, to=goal, now=now, why="media_there_again", only_from={states.Run(run.state)})
        except campaigns.NotPossibleNow:
            continue
        gone_on.append(run.pk)
    return gone_on
