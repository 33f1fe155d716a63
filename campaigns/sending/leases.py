"""Who drains a number: one process at a time, told apart by a token and a counter that moves.

A taker must see the counter stand still for `STILL_S` of its own monotonic clock, so that neither a stepped wall clock
nor a slow one of another machine can make two drainers. A holder trusts its lease only `TRUST_S` after its last
committed beat: a process that was frozen wakes up and sends nothing.
"""

import math
import secrets
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q

from campaigns.models import Drainer, NumberLease

# Who has not been seen draining for so long gets no share.
ALIVE = timedelta(seconds=5)
STILL_S = 12.0
TRUST_S = 6.0


class Clock(NamedTuple):
    """When a number may send next, and how many of its messages the carrier has to send on before that."""

    number_id: int
    next_send_at: datetime
    awaiting: int = 0


class Watch:
    """What this process has seen of other holders' counters; lives as long as the process."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, int, float]] = {}

    def stands_still(self, *, number_id: int, token: str, beats: int, monotonic: float) -> bool:
        """True once the same token and count were seen for STILL_S."""
        seen = self._seen.get(number_id)
        if seen is None or seen[:2] != (token, beats):
            self._seen[number_id] = (token, beats, monotonic)
            return False
        return monotonic - seen[2] >= STILL_S


def share(*, drainer: str, wanted: int, now: datetime) -> int:
    """Show that this process drains, and say how many of `wanted` numbers are its own: as many as anybody's.

    Only how work is spread hangs on this and on the wall clock: that nobody drains a number twice rests on its lease.
    """
    Drainer.objects.update_or_create(token=drainer, defaults={"at": now})
    # Ahead of our time is whoever was gone before the clock was set back.
    Drainer.objects.filter(Q(at__lt=now - 10 * ALIVE) | Q(at__gt=now + 10 * ALIVE)).delete()
    alive = Drainer.objects.filter(at__gt=now - ALIVE).count()
    return math.ceil(wanted / alive)


def new_token() -> str:
    return secrets.token_urlsafe(12)


def take(*, number_ids: Collection[int], token: str, watch: Watch, most: int) -> list[NumberLease]:
    """Take up to `most` of what is free, or whose holder shows no life; the row count of the guarded update is the
    verdict."""
    NumberLease.objects.bulk_create([NumberLease(number_id=pk) for pk in sorted(number_ids)], ignore_conflicts=True)
    taken: list[int] = []
    for lease in NumberLease.objects.filter(pk__in=number_ids).order_by("pk"):
        free = not lease.token or watch.stands_still(
            number_id=lease.pk, token=lease.token, beats=lease.beats, monotonic=time.monotonic()
        )
        if (
            free
            and len(taken) < most
            and NumberLease.objects.filter(pk=lease.pk, token=lease.token, beats=lease.beats).update(
                token=token, beats=F("beats") + 1
            )
        ):
            taken.append(lease.pk)
    return list(NumberLease.objects.filter(pk__in=taken))


def beat(*, number_ids: Collection[int], token: str) -> set[int]:
    """Show life for all held numbers; returns those that are still ours."""
    NumberLease.objects.filter(pk__in=number_ids, token=token).update(beats=F("beats") + 1)
    return set(NumberLease.objects.filter(pk__in=number_ids, token=token).values_list("pk", flat=True))


def store_clocks(*, clocks: Collection[Clock], token: str) -> None:
    """Remember when these numbers may send next, so that the next holder of each keeps the pace too; and, for pages,
    how many messages the carrier has to send on first."""
    is_postgresql = connection.vendor == "postgresql"
    row = "(CAST(%s AS bigint), CAST(%s AS timestamptz), CAST(%s AS integer))" if is_postgresql else "(%s, %s, %s)"
    values = ", ".join([row] * len(clocks))
    adapt = connection.ops.adapt_datetimefield_value
    parameters = [value for one in clocks for value in (one.number_id, adapt(one.next_send_at), one.awaiting)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH given (number_id, next_send_at, awaiting) AS (VALUES {values}) "
            "UPDATE campaigns_numberlease SET next_send_at = given.next_send_at, awaiting = given.awaiting FROM given "
            "WHERE campaigns_numberlease.number_id = given.number_id AND campaigns_numberlease.token = %s",
            [*parameters, token],
        )


def give_back(*, number_id: int, token: str, next_send_at: datetime) -> None:
    """End a lease in order: the next taker need not wait."""
    NumberLease.objects.filter(pk=number_id, token=token).update(token="", next_send_at=next_send_at)
