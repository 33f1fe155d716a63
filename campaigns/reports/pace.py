"""How fast a run goes, and how long it will take."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from campaigns import states
from campaigns.models import Message, Run, Tally
from subscriptions.models import SenderNumber

WINDOW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages per second: what left in the last minute, what the numbers are set to; `left_s` until the last message
    leaves at the set pace of the slowest number, None when nothing can leave."""

    now_per_s: float
    set_per_s: float
    left_s: float | None


def of_run(*, run: Run, now: datetime) -> Pace:
    """How fast a run goes and how long it will take. Waiting people are counted by number, from the tallies."""
    recent = Message.objects.filter(run=run, handed_over_at__gte=now - WINDOW)
    span_s = min(WINDOW.total_seconds(), max((now - (run.started_at or now)).total_seconds(), 1.0))
    shards = Tally.objects.filter(run=run, shard__gt=0).values_list("shard", flat=True)
    usable = SenderNumber.objects.usable().filter(pk__in=shards.distinct())
    rates = {number.pk: float(number.rate) for number in usable}
    waiting = dict(
        Tally.objects.filter(run=run, state__in=states.MESSAGE_WAITING)
        .order_by()
        .values_list("shard")
        .annotate(n=Sum("count"))
    )
    slowest = [waiting.get(pk, 0) / rate for pk, rate in rates.items() if rate]
    stuck = any(n for shard, n in waiting.items() if shard not in rates)
    return Pace(
        now_per_s=recent.count() / span_s,
        set_per_s=sum(rates[pk] for pk in rates if waiting.get(pk)),
        left_s=None if stuck or not slowest else max(slowest),
    )
