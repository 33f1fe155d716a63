"""Which numbers have work, what they take next, and where waiting messages go when a number falls away."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from campaigns import states
from campaigns.audience import shares
from campaigns.lifecycle import claiming, halt, tallies
from campaigns.models import Campaign, Message, Run, Tally
from campaigns.sending import brands, breaker, rests
from subscriptions.models import SenderNumber

# Rows moved in one transaction.
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Dependents:
    """What hangs on one number: campaigns of its group that are booked or under way, and its waiting messages."""

    campaigns: tuple[Campaign, ...]
    waiting: int


def due(*, now: datetime) -> list[SenderNumber]:
    """Usable numbers with a message that may leave now; none while all sending is stopped."""
    if halt.is_on():
        return []
    waiting = Message.objects.filter(
        Q(run__isnull=True) | Q(run_id__in=_running_ids()) | Q(pk__in=breaker.tried()),
        Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now),
        Q(sent_as=Message.SentAs.TEXT) | Q(number__is_mms_enabled=True),
        number_id=OuterRef("pk"),
        group_id=OuterRef("group_id"),
        state=states.Message.PENDING,
    )
    usable = SenderNumber.objects.usable().exclude(lease__rested_until__gt=now)
    if spent := brands.full(now=now):
        confirmations = Exists(waiting.filter(kind=Message.Kind.CONFIRMATION))
        usable = usable.filter(Q(brand__isnull=True) | ~Q(brand__in=list(spent)) | confirmations)
    return list(usable.filter(Exists(waiting)).select_related("account").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Want:
    """Work that a number asks for: up to `limit` messages behind `cursors`, the last ids taken, by run.

    `room` says how many messages of a run may be taken now; one that has none is passed over for the next. A `brand_id`
    counts each message in the brand's day, as one part yet; where that is full, confirmations only.
    """

    number_id: int
    limit: int
    cursors: Mapping[int, int] = field(default_factory=dict)
    room: Callable[[int], int] | None = None
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """What a number got, and the cursors to hand in next time."""

    claimed: list[claiming.Claimed]
    cursors: dict[int, int]


def claim(*, wants: Sequence[Want], token: str, now: datetime) -> list[Got]:
    """Claim the next batch of each number, all in one transaction: what belongs to no run first, then the running runs,
    oldest first. Nothing is claimed while all sending is stopped, nor by a number that may not send."""
    if halt.is_on():
        return [Got([], dict(want.cursors)) for want in wants]
    ids = [want.number_id for want in wants]
    usable = dict(SenderNumber.objects.usable().filter(pk__in=ids).values_list("pk", "is_mms_enabled"))
    urgent = set(
        Message.objects.filter(number_id__in=ids, run__isnull=True, state=states.Message.PENDING)
        .order_by()
        .values_list("number_id", flat=True)
        .distinct()
    )
    running = _running_ids()
    tried = breaker.tried_at(number_ids=ids, now=now)
    able = _awake([want for want in wants if want.number_id in usable], tried, now)
    with transaction.atomic():
        # In the order of brands: their days are locked, and two processes must not wait for each other in a ring.
        taken = [
            _take(want, usable[want.number_id], _run_ids(want, tried, urgent, running), token, now)
            for want in sorted(able, key=lambda want: (want.brand_id or 0, want.number_id))
        ]
        claimed = iter(claiming.begin(taken=taken, now=now))
    got = {one.number_id: (one, list(itertools.islice(claimed, len(one.ids)))) for one in taken}
    return [_got(want, *got.get(want.number_id, (None, []))) for want in wants]


def _awake(wants: Sequence[Want], tried: Mapping[int, breaker.Tried], now: datetime) -> list[Want]:
    """The wants without those of numbers that rest; who tries whether errors are over takes one message alone."""
    most = rests.at_most(number_ids=[want.number_id for want in wants], now=now)
    awake = []
    for want in wants:
        limit, cursors = min(want.limit, most.get(want.number_id, want.limit)), want.cursors
        if one := tried.get(want.number_id):
            limit, cursors = min(limit, 1), {**cursors, one.run_id: one.message_id - 1}
        if limit > 0:
            awake.append(dataclasses.replace(want, limit=limit, cursors=cursors))
    return awake


def _run_ids(
    want: Want, tried: Mapping[int, breaker.Tried], urgent: Collection[int], running: Sequence[int]
) -> list[int | None]:
    """Where a number looks for work: the one message that is tried, what belongs to no run, the running runs."""
    first: list[int | None] = [tried[want.number_id].run_id] if want.number_id in tried else []
    return [*first, *([None] if want.number_id in urgent else []), *running]


def _got(want: Want, taken: claiming.Taken | None, claimed: list[claiming.Claimed]) -> Got:
    if taken is None or taken.run_id is None or not taken.ids:
        return Got(claimed, dict(want.cursors))
    return Got(claimed, {**want.cursors, taken.run_id: taken.ids[-1]})


def _take(want: Want, sends_mms: bool, run_ids: Sequence[int | None], token: str, now: datetime) -> claiming.Taken:
    """What this number gets, counted in the day of its brand."""
    if want.brand_id is None:
        return _first(want, sends_mms, run_ids, token, now)
    day_id, granted = brands.take(brand_id=want.brand_id, most=want.limit, now=now)
    if granted:
        taken = _first(dataclasses.replace(want, limit=granted), sends_mms, run_ids, token, now)
    else:
        taken = _first(want, sends_mms, [None], token, now, only_confirmations=True)
    brands.give_back(parts={day_id: granted - len(taken.ids)})
    return dataclasses.replace(taken, brand_day_id=day_id)


def _first(
    want: Want,
    sends_mms: bool,
    run_ids: Sequence[int | None],
    token: str,
    now: datetime,
    *,
    only_confirmations: bool = False,
) -> claiming.Taken:
    """What the first run that has something for this number gives."""
    for run_id in run_ids:
        most = want.limit if run_id is None or want.room is None else min(want.limit, want.room(run_id))
        if most <= 0:
            continue
        taken = claiming.take(
            number_id=want.number_id,
            run_id=run_id,
            after_id=want.cursors.get(run_id, 0) if run_id is not None else 0,
            limit=most,
            sends_mms=sends_mms,
            token=token,
            now=now,
            only_confirmations=only_confirmations,
        )
        if taken.ids:
            return taken
    return claiming.Taken(want.number_id, None, ())


def dependents(number: SenderNumber) -> Dependents:
    """What would have to move, or wait, without this number."""
    found = Campaign.objects.filter(group_id=number.group_id, state__in=states.CAMPAIGN_DEPENDS_ON_NUMBERS)
    return Dependents(
        campaigns=tuple(found.order_by("pk")),
        waiting=Message.objects.filter(number_id=number.pk, state=states.Message.PENDING).count(),
    )


def rehome(*, number: SenderNumber, now: datetime) -> int:
    """Move waiting messages that `number` may no longer send to other numbers of their group; returns how many.

    What no number of the group can take stays where it is and says so (`no_number`); `rehome_all` tries again.
    """
    waiting = Message.objects.filter(number_id=number.pk, state=states.Message.PENDING)
    usable = SenderNumber.objects.usable().filter(pk=number.pk).exists()
    stranded = waiting.exclude(group_id=number.group_id)
    if not usable:
        stranded = waiting
    elif not number.is_mms_enabled:
        stranded = waiting.exclude(group_id=number.group_id, sent_as=Message.SentAs.TEXT)
    moved = 0
    for group_id, sent_as in stranded.order_by().values_list("group_id", "sent_as").distinct():
        homes = list(SenderNumber.objects.usable().filter(group_id=group_id).exclude(pk=number.pk).order_by("pk"))
        if sent_as != Message.SentAs.TEXT:
            homes = [home for home in homes if home.is_mms_enabled]
        # As where people are picked: a name in place of a number does not reach every country.
        homes = [home for home in homes if home.kind != SenderNumber.Kind.ALPHANUMERIC]
        moved += _spread(stranded.filter(group_id=group_id, sent_as=sent_as), number.pk, homes)
    return moved


def rehome_all(*, now: datetime) -> int:
    """Find messages that wait at a number that cannot send them, and move them; returns how many moved."""
    stranded = (
        Message.objects.filter(state=states.Message.PENDING, number__in=_suspects())
        .exclude(
            Q(sent_as=Message.SentAs.TEXT) | Q(number__is_mms_enabled=True),
            number__in=SenderNumber.objects.usable(),
            group_id=F("number__group_id"),
        )
        .values_list("number_id", flat=True)
        .order_by()
        .distinct()
    )
    return sum(rehome(number=number, now=now) for number in SenderNumber.objects.filter(pk__in=list(stranded)))


def _suspects() -> set[int]:
    """Numbers where somebody may wait in vain, from few rows however many wait: the tallies know who waits where."""
    groups = dict(SenderNumber.objects.values_list("pk", "group_id"))
    whole = SenderNumber.objects.usable().filter(is_mms_enabled=True)
    found = set(groups) - set(whole.values_list("pk", flat=True))
    waiting = Tally.objects.filter(state=states.Message.PENDING, count__gt=0, shard__in=groups)
    found |= {pk for pk, group_id in waiting.values_list("shard", "run__campaign__group_id") if groups[pk] != group_id}
    loose = Message.objects.filter(state=states.Message.PENDING, run__isnull=True, number__in=groups)
    return found | set(loose.exclude(group_id=F("number__group_id")).values_list("number_id", flat=True))


def _running_ids() -> list[int]:
    return list(Run.objects.filter(state=states.Run.RUNNING).order_by("due_at", "pk").values_list("pk", flat=True))


def _spread(stranded: QuerySet[Message], from_id: int, homes: Sequence[SenderNumber]) -> int:
    if not homes:
        stranded.update(reason="no_number")
        return 0
    ids = list(stranded.order_by("id").values_list("id", flat=True))
    weights = [shares.weight(home) for home in homes]
    moved = start = 0
    for position, (home, weight) in enumerate(zip(homes, weights, strict=True)):
        end = len(ids) if position == len(homes) - 1 else start + round(len(ids) * weight / sum(weights))
        for chunk in range(start, end, CHUNK):
            moved += _move(ids[chunk : min(chunk + CHUNK, end)], from_id, home.pk)
        start = end
    return moved


def _move(ids: Sequence[int], from_id: int, to_id: int) -> int:
    with transaction.atomic():
        waiting = Message.objects.filter(pk__in=ids, number_id=from_id, state=states.Message.PENDING)
        locked = list(waiting.select_for_update().values_list("pk", "run_id"))
        Message.objects.filter(pk__in=[pk for pk, _ in locked]).update(number_id=to_id, reason="")
        for run_id, count in Counter(run_id for _, run_id in locked if run_id is not None).items():
            tallies.move_shard(run_id=run_id, from_number_id=from_id, to_number_id=to_id, count=count)
    return len(locked)
