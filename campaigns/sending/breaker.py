"""The circuit breaker: a run whose answers are mostly errors pauses itself, and one message may try whether it is over.

The sums live in rows, ten seconds each, so that every process that sends for the run sees the same minute.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.gateways import base
from campaigns.lifecycle import campaigns, runs
from campaigns.models import AnswerCount, Message, Run
from campaigns.sending import answers
from subscriptions import refusals
from subscriptions.models import SenderNumber

HOLD_CODE = "too_many_errors"
# What one message can tell: whether the errors are over, and whether the account is believed again.
TRY_CODES = frozenset({HOLD_CODE, "account_refused"})
SLOT_S = 10
SLOTS = 6
# Below this many answers in the minute a share says nothing yet.
AT_LEAST = 20
# This share of them speaks against the sender, the account, the provider or the content.
SHARE = 0.5
# A tried message whose answer nobody wrote into the run by now: the process that waited for it is gone.
SETTLED_AFTER = timedelta(seconds=15)


class NothingToTry(refusals.Refused):
    """No message of the run can leave now: `nothing_to_try`."""

    code = "nothing_to_try"


def remember(*, given: Sequence[answers.Answer], now: datetime) -> None:
    """Add a batch to the minute of its runs, pause those that are mostly errors, and decide what was tried."""
    said: Counter[tuple[int, str]] = Counter()
    for one in given:
        if one.run_id is not None and not answers.says_nothing(one.outcome):
            said[(one.run_id, answers.against_run(one.outcome))] += 1
    if said:
        _add(said, slot=_slot(now))
    for run_id in sorted({run_id for run_id, words in said if words}):
        _judge(run_id, now)
    _decide(given, now)


def try_one(*, run: Run, by: User | None, now: datetime) -> int:
    """Let one waiting message of a paused run leave; its answer decides. Returns the message's id.

    Raises NothingToTry, or NotPossibleNow where the run is not paused or one is being tried already.
    """
    able = SenderNumber.objects.usable().exclude(lease__rested_until__gt=now)
    waiting = Message.objects.filter(
        Q(sent_as=Message.SentAs.TEXT) | Q(number__is_mms_enabled=True),
        run=run,
        state=states.Message.PENDING,
        number__in=able,
        group_id=F("number__group_id"),
    )
    with transaction.atomic():
        chosen = waiting.order_by("id").values_list("pk", flat=True).first()
        if chosen is None:
            raise NothingToTry(words=_("No message of this campaign can leave now, so none can be tried."))
        runs.try_one(run=run, message_id=chosen, by=by, now=now)
        Message.objects.filter(pk=chosen, state=states.Message.PENDING).update(next_attempt_at=None)
    return chosen


def tried() -> list[int]:
    """The messages that may leave although their run is paused."""
    found = Run.objects.filter(state=states.Run.PAUSED, trying__isnull=False)
    return [pk for pk in found.values_list("trying", flat=True) if pk is not None]


@dataclass(frozen=True, slots=True)
class Tried:
    """One message that may leave although its run is paused."""

    run_id: int
    message_id: int


def tried_at(*, number_ids: Sequence[int], now: datetime) -> dict[int, Tried]:
    """Of what is tried, what may be claimed now, by its number: one for each."""
    if not (ids := tried()):
        return {}
    waiting = Message.objects.filter(
        Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now),
        pk__in=ids,
        number_id__in=number_ids,
        run__isnull=False,
        state=states.Message.PENDING,
    )
    rows = waiting.order_by("-pk").values_list("number_id", "run_id", "pk")
    return {number_id: Tried(run_id, pk) for number_id, run_id, pk in rows if number_id and run_id}


def sweep(*, now: datetime) -> None:
    """Decide about tried messages whose answer was lost on the way, and forget minutes that are over."""
    tried = Run.objects.filter(state=states.Run.PAUSED, trying__isnull=False)
    for run in tried:
        message = Message.objects.filter(pk=run.trying or 0).first()
        if message is None or message.state in states.MESSAGE_WAITING:
            continue
        if message.state in {states.Message.SKIPPED, states.Message.EXPIRED}:
            _try_another(run, now)
        elif message.claimed_at is None or message.claimed_at < now - SETTLED_AFTER:
            taken = message.state in states.MESSAGE_ON_THE_WAY | {states.Message.DELIVERED}
            _conclude(run, "" if taken else message.reason or "no_clear_answer", now)
    # Also those that a clock which was ahead left in the future.
    AnswerCount.objects.filter(Q(slot__lt=_slot(now) - SLOTS) | Q(slot__gt=_slot(now) + SLOTS)).delete()


def forget(*, run_id: int) -> None:
    """Begin a new minute: whoever lets a run go on has answered for the old one."""
    AnswerCount.objects.filter(run_id=run_id).delete()


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // SLOT_S


def _add(said: Counter[tuple[int, str]], *, slot: int) -> None:
    # In key order, so that two writers never lock each other in a ring.
    rows = [(run_id, slot, words, count) for (run_id, words), count in sorted(said.items())]
    values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO campaigns_answercount (run_id, slot, said, count) VALUES {values} "
            "ON CONFLICT (run_id, slot, said) DO UPDATE SET count = campaigns_answercount.count + EXCLUDED.count",
            [value for row in rows for value in row],
        )


def _judge(run_id: int, now: datetime) -> None:
    minute = AnswerCount.objects.filter(run_id=run_id, slot__gt=_slot(now) - SLOTS)
    counts: dict[str, int] = dict(minute.order_by().values_list("said").annotate(n=Sum("count")))
    total = sum(counts.values())
    errors = total - counts.pop("", 0)
    if total < AT_LEAST or errors < SHARE * total:
        return
    most, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    run = Run.objects.filter(pk=run_id, state=states.Run.RUNNING).first()
    if run is None:
        return
    detail = {"answers": total, "errors": errors, "said": most, "times": times}
    try:
        runs.move(
            run=run,
            to=states.Run.PAUSED,
            now=now,
            why=HOLD_CODE,
            only_from={states.Run.RUNNING},
            hold_code=HOLD_CODE,
            hold_detail=detail,
        )
    except campaigns.NotPossibleNow:
        return  # somebody stopped it in the meantime: that is what we want


def _decide(given: Sequence[answers.Answer], now: datetime) -> None:
    outcomes: dict[int, base.Outcome] = {one.message_id: one.outcome for one in given if one.run_id is not None}
    by_run: dict[int, list[int]] = defaultdict(list)
    for one in given:
        if one.run_id is not None:
            by_run[one.run_id].append(one.message_id)
    for run in Run.objects.filter(pk__in=by_run, state=states.Run.PAUSED, trying__isnull=False):
        outcome = outcomes.get(run.trying or 0)
        if outcome is None or isinstance(outcome, base.Throttled):
            continue  # another message of it, or the same one is tried again in a moment
        words = outcome.reason if isinstance(outcome, base.NotSent) else answers.against_run(outcome)
        _conclude(run, words, now)


def _conclude(run: Run, words: str, now: datetime) -> None:
    """Let the run go on where nothing speaks against it; else it stays, and says what came of the try."""
    if words:
        runs.tried(run=run, now=now, said=words)
        return
    try:
        runs.move(run=run, to=states.Run.RUNNING, now=now, why="try_went_well", only_from={states.Run.PAUSED})
    except campaigns.NotPossibleNow:
        return
    forget(run_id=run.pk)


def _try_another(run: Run, now: datetime) -> None:
    """The person of the tried message had left meanwhile: that answers nothing."""
    runs.tried(run=run, now=now, said="")
    try:
        try_one(run=run, by=None, now=now)
    except (NothingToTry, campaigns.NotPossibleNow):
        return
