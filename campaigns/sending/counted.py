"""Messages of a number that belongs to a brand, whose parts are known only once they are composed."""

import dataclasses
from collections import Counter
from collections.abc import Sequence

from campaigns.sending import brands, dispatch


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
