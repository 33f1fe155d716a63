"""Claims of a number that belongs to a brand: counted in the brand's day, in the transaction of the claim."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from campaigns.lifecycle import messages
from campaigns.sending import brands, dispatch, numbers
from subscriptions.models import SenderNumber


def claim(
    *,
    number: SenderNumber,
    cursors: Mapping[int, int],
    limit: int,
    token: str,
    now: datetime,
    room: Callable[[int], int],
) -> tuple[list[messages.Claimed], dict[int, int]]:
    """As `numbers.claim`; where the brand's day is full, confirmations only. Each message counts as one part yet."""
    if number.brand_id is None:
        return numbers.claim(number_id=number.pk, cursors=cursors, limit=limit, token=token, now=now, room=room)
    with transaction.atomic():
        day_id, granted = brands.take(brand_id=number.brand_id, most=limit, now=now)
        claimed, moved = numbers.claim(
            number_id=number.pk,
            cursors=cursors,
            limit=granted or limit,
            token=token,
            now=now,
            room=room,
            only_confirmations=not granted,
        )
        brands.give_back(parts={day_id: granted - len(claimed)})
    return [dataclasses.replace(one, brand_day_id=day_id) for one in claimed], moved


def too_long(*, composed: Sequence[dispatch.Ready | dispatch.Unfit]) -> list[dispatch.Ready]:
    """Count the further parts of texts now that they are known; returns what no longer fits the day.

    Of a confirmation only the first part is sure to be counted: it leaves all the same.
    """
    longer = [one for one in composed if isinstance(one, dispatch.Ready) and one.claimed.run_id and one.cost > 1]
    return [
        dataclasses.replace(one, cost=1)
        for one in longer
        if one.claimed.brand_day_id and not brands.more(day_id=one.claimed.brand_day_id, parts=one.cost - 1)
    ]


def unused(*, ready: Sequence[dispatch.Ready]) -> Counter[int]:
    """What these messages were counted with, in parts by day of a brand."""
    found: Counter[int] = Counter()
    for one in ready:
        if one.claimed.brand_day_id:
            found[one.claimed.brand_day_id] += one.cost if one.claimed.run_id else 1
    return found
