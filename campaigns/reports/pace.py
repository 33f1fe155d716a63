"""How fast a run goes, and how long it will take."""

from collections.abc import Collection
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
    leaves at the set pace of the slowest number, None when some cannot leave; `stuck` people wait at numbers that may
    not send it."""

    now_per_s: float
    set_per_s: float
    left_s: float | None
    stuck: int


def of_run(*, run: Run, now: datetime) -> Pace:
    """How fast a run goes and how long it will take. Waiting people are counted by number, from the tallies."""
    recent = Message.objects.filter(run=run, handed_over_at__gte=now - WINDOW)
    span_s = min(WINDOW.total_seconds(), max((now - (run.started_at or now)).total_seconds(), 1.0))
    shards = Tally.objects.filter(run=run, shard__gt=0).values_list("shard", flat=True)
    numbers = SenderNumber.objects
    # With a file everybody is served by MMS-enabled numbers, those who get it as a link too.
    able = numbers.mms_ready() if run.revision.rendition_id else numbers.usable()
    rates = {number.pk: float(number.rate) for number in able.filter(pk__in=shards.distinct())}
    waiting = dict(
        Tally.objects.filter(run=run, state__in=states.MESSAGE_WAITING)
        .order_by()
        .values_list("shard")
        .annotate(n=Sum("count"))
    )
    slowest = [waiting.get(pk, 0) / rate for pk, rate in rates.items() if rate]
    stuck = sum(n for shard, n in waiting.items() if shard not in rates)
    return Pace(
        now_per_s=recent.count() / span_s,
        set_per_s=sum(rates[pk] for pk in rates if waiting.get(pk)),
        left_s=None if stuck or not slowest else max(slowest),
        stuck=stuck,
    )


def stuck(*, runs: Collection[Run]) -> list[Run]:
    """Those of the running `runs` with people waiting at a number that may not send it, in the order given."""
    waiting = Tally.objects.filter(
        run__in=[run for run in runs if run.state == states.Run.RUNNING],
        state__in=states.MESSAGE_WAITING,
        shard__gt=0,
        count__gt=0,
    ).values_list("run_id", "shard")
    places = list(waiting)
    shards = {shard for _, shard in places}
    usable = set(SenderNumber.objects.usable().filter(pk__in=shards).values_list("pk", flat=True))
    with_mms = set(SenderNumber.objects.mms_ready().filter(pk__in=shards).values_list("pk", flat=True))
    has_file = {run.pk: run.revision.rendition_id is not None for run in runs}
    found = {run_id for run_id, shard in places if shard not in (with_mms if has_file[run_id] else usable)}
    return [run for run in runs if run.pk in found]
