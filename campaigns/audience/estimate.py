"""How many people a campaign would reach now, and who is left out and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from campaigns.audience import matching
from subscriptions.models import SubscriptionGroup


@dataclass(frozen=True, slots=True)
class Estimate:
    """`planned` = everyone the filter matches = `reachable` + all of `left_out` (reason code -> people).

    `by_route` splits the reachable: `mms` and `link`, as it would be with media.
    """

    planned: int
    reachable: int
    left_out: dict[str, int]
    by_route: dict[str, int]


def count(*, group: SubscriptionGroup, audience: Mapping[str, Any]) -> Estimate:
    """Count in one statement. Raises `segments.definition.DefinitionRefused`."""
    people: QuerySet[Any, Any] = matching.people(group=group, audience=audience).order_by()
    rows = people.values_list("exclusion", "route").annotate(n=Count("pk"))
    left_out: Counter[str] = Counter()
    by_route: Counter[str] = Counter()
    for exclusion, route, n in rows:
        if exclusion:
            left_out[exclusion] += n
        else:
            by_route[route] += n
    reachable = sum(by_route.values())
    return Estimate(
        planned=reachable + sum(left_out.values()),
        reachable=reachable,
        left_out=dict(left_out.most_common()),
        by_route=dict(by_route),
    )
