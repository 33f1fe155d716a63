"""How fast a run goes, and how long it will take."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum

from campaigns import states
from campaigns.models import Message, Run, Tally
from campaigns.sending import brands, gates
from subscriptions.models import SenderNumber

WINDOW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Limit:
    """What sets the pace of a run: `numbers` (each its own rate), `account` (the cap that those of `name` share) or
    `campaign` (its own speed limit), with `per_s` as the figure of these two; or `carrier`, which has to send `count`
    messages on first, or `brand`, of which `count` have left in the carrier's day."""

    code: str = "numbers"
    per_s: float = 0.0
    name: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages per second: what left in the last minute, what is set, and what sets it; `left_s` until the last message
    leaves at the set pace of the slowest number, None when some cannot leave; `stuck` people wait at numbers that may
    not send it."""

    now_per_s: float
    set_per_s: float
    left_s: float | None
    stuck: int
    limit: Limit


def of_run(*, run: Run, now: datetime) -> Pace:
    """How fast a run goes and how long it will take. Waiting people are counted by number, from the tallies."""
    recent = Message.objects.filter(run=run, handed_over_at__gte=now - WINDOW)
    span_s = min(WINDOW.total_seconds(), max((now - (run.started_at or now)).total_seconds(), 1.0))
    shards = Tally.objects.filter(run=run, shard__gt=0).values_list("shard", flat=True)
    numbers = SenderNumber.objects
    # With a file everybody is served by MMS-enabled numbers, those who get it as a link too.
    able = numbers.mms_ready() if run.revision.rendition_id else numbers.usable()
    serving = list(
        able.filter(pk__in=shards.distinct()).select_related("account").annotate(awaiting=F("lease__awaiting"))
    )
    rates = {number.pk: float(number.rate) for number in serving}
    waiting = dict(
        Tally.objects.filter(run=run, state__in=states.MESSAGE_WAITING)
        .order_by()
        .values_list("shard")
        .annotate(n=Sum("count"))
    )
    set_per_s, limit, spans = _limited(run, [number for number in serving if waiting.get(number.pk)], waiting, now)
    slowest = [*(waiting.get(pk, 0) / rate for pk, rate in rates.items() if rate), *spans]
    stuck = sum(n for shard, n in waiting.items() if shard not in rates)
    return Pace(
        now_per_s=recent.count() / span_s,
        set_per_s=set_per_s,
        left_s=None if stuck or not slowest or limit.code == "brand" else max(slowest),
        stuck=stuck,
        limit=limit,
    )


def _limited(
    run: Run, numbers: Sequence[SenderNumber], waiting: Mapping[int, int], now: datetime
) -> tuple[float, Limit, Sequence[float]]:
    """The pace of numbers with work under the caps that they share, the tightest of these, and how long the work takes
    by each of them. What other campaigns take of a cap meanwhile is not known, so it is the best that can be."""
    limit, total, spans = Limit(), 0.0, []
    by_account: dict[int, list[SenderNumber]] = defaultdict(list)
    for number in numbers:
        by_account[number.account_id].append(number)
    for own in by_account.values():
        together, cap = sum(float(number.rate) for number in own), gates.cap_of(own[0].account)
        if cap is not None and cap < together:
            together = cap
            spans.append(sum(waiting[number.pk] for number in own) / cap)
            if limit.code == "numbers" or cap < limit.per_s:
                limit = Limit("account", cap, own[0].account.name)
        total += together
    own_limit = float(run.campaign.speed_limit or 0)
    if own_limit and own_limit < total:
        spans.append(sum(waiting[number.pk] for number in numbers) / own_limit)
        total, limit = own_limit, Limit("campaign", own_limit)
    awaiting = sum(number.__dict__["awaiting"] or 0 for number in numbers)
    spent = brands.full(now=now) if any(number.brand_id for number in numbers) else {}
    full = [spent[number.brand_id] for number in numbers if number.brand_id in spent]
    if full:
        limit = Limit("brand", count=full[0].daily_cap, name=full[0].name)
    elif awaiting:
        limit = Limit("carrier", count=awaiting)
    return total, limit, spans


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
