"""Which numbers rest after errors."""

from datetime import datetime

from campaigns import states
from campaigns.models import NumberLease, Run, Tally


def of_run(*, run: Run, now: datetime) -> list[NumberLease]:
    """Those at which people of this run wait now."""
    waiting = Tally.objects.filter(run=run, state=states.Message.PENDING, count__gt=0, shard__gt=0)
    resting = NumberLease.objects.filter(rested_until__gt=now, number__is_active=True, pk__in=waiting.values("shard"))
    return list(resting.select_related("number").order_by("rested_until", "pk"))
