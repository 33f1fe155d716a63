"""Claims whose holder is gone, and outcomes in doubt: named, asked about, never sent again by guess."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from campaigns import states
from campaigns.gateways import base, http, registry
from campaigns.lifecycle import messages
from campaigns.models import Attempt, Message, NumberLease
from campaigns.sending import accounts, leases

# Longer than a request may take in all (30 s), so that nothing of it can still be on its way.
ABANDONED_AFTER = timedelta(seconds=45)
# A provider is asked about a doubtful message after this, so that its own record has caught up.
ASK_AFTER = timedelta(seconds=15)
ASK_AT_MOST = 200
# A run stays open for messages in doubt at most this long.
HOPE = timedelta(minutes=5)

_watch = leases.Watch()


def abandoned(*, now: datetime) -> list[int]:
    """Move claims that no living lease stands behind any more to *unknown*; returns their ids.

    Their attempts were committed before anything left, so each may or may not have gone out.
    """
    old = Message.objects.filter(state=states.Message.CLAIMED, claimed_at__lt=now - ABANDONED_AFTER)
    held = NumberLease.objects.filter(pk=OuterRef("number_id"), token=OuterRef("claim")).exclude(pk__in=_dead(old))
    # In the order of their own index: by id, SQLite would rather walk through all messages there are.
    lost = old.filter(~Exists(held)).order_by("claimed_at").values_list("pk", flat=True)[:5_000]
    ids = list(lost)
    if not ids:
        return []
    with transaction.atomic():
        moved = messages.move(
            ids=ids, from_states={states.Message.CLAIMED}, to=states.Message.UNKNOWN, reason="worker_lost", claim=""
        )
        Attempt.objects.filter(message_id__in=moved, outcome=Attempt.Outcome.OPEN).update(
            outcome=Attempt.Outcome.UNKNOWN, handed_over_at=F("claimed_at"), detail="worker lost"
        )
        Message.objects.filter(pk__in=moved, handed_over_at__isnull=True).update(handed_over_at=F("claimed_at"))
    return moved


def ask(*, now: datetime) -> int:
    """Ask providers that keep our reference about messages in doubt; returns how many were settled.

    Found: it was taken. Not found, after the grace: it never was, so it waits again. No answer: it stays in doubt.
    """
    doubtful = list(
        Attempt.objects.filter(
            Q(answered_at__lt=now - ASK_AFTER) | Q(answered_at__isnull=True, claimed_at__lt=now - ABANDONED_AFTER),
            message__state=states.Message.UNKNOWN,
            outcome=Attempt.Outcome.UNKNOWN,
        )
        .select_related("message", "number__account")
        .order_by("pk")[:ASK_AT_MOST]
    )
    able = [one for one in doubtful if accounts.gateway(one.number.account).capabilities.finds_by_reference]
    if not able:
        return 0
    return sum(_settle(attempt, answer, now) for attempt, answer in zip(able, asyncio.run(_find(able)), strict=True))


def hopeful(*, run_id: int, now: datetime) -> bool:
    """Whether messages of this run are in doubt that asking may soon bring back to wait."""
    doubtful = Attempt.objects.filter(
        message__run_id=run_id,
        message__state=states.Message.UNKNOWN,
        outcome=Attempt.Outcome.UNKNOWN,
        claimed_at__gt=now - HOPE,
    )
    kinds = doubtful.values_list("number__account__kind", flat=True).distinct()
    return any(registry.capabilities(kind=kind).finds_by_reference for kind in kinds)


def _dead(old: QuerySet[Message]) -> list[int]:
    """Numbers whose lease is held by a process that has shown no life for as long as we watch: where nothing else
    waits at a number, no other process takes its lease over."""
    leases_of_old = NumberLease.objects.filter(pk__in=old.values("number_id")).exclude(token="")
    monotonic = time.monotonic()
    return [
        lease.pk
        for lease in leases_of_old
        if _watch.stands_still(number_id=lease.pk, token=lease.token, beats=lease.beats, monotonic=monotonic)
    ]


async def _find(attempts: Sequence[Attempt]) -> list[base.Sighting | http.Trouble | None]:
    async with http.Session(in_flight=10) as session:

        async def one(attempt: Attempt) -> base.Sighting | http.Trouble | None:
            try:
                gateway = accounts.gateway(attempt.number.account)
                return await gateway.find(session=session, reference=attempt.token)
            except http.Trouble as trouble:
                return trouble

        return await asyncio.gather(*(one(attempt) for attempt in attempts))


def _settle(attempt: Attempt, answer: base.Sighting | http.Trouble | None, now: datetime) -> int:
    if isinstance(answer, http.Trouble):
        return 0
    with transaction.atomic():
        if answer is None:
            Attempt.objects.filter(pk=attempt.pk).update(
                outcome=Attempt.Outcome.NOT_SENT, answered_at=now, detail="the provider says it never came"
            )
            moved = messages.move(
                ids=[attempt.message_id],
                from_states={states.Message.UNKNOWN},
                to=states.Message.PENDING,
                handed_over_at=None,
                settled_at=None,
            )
            _leave_out(moved, now)
            return len(moved)
        Attempt.objects.filter(pk=attempt.pk).update(
            outcome=Attempt.Outcome.ACCEPTED, answered_at=now, provider_id=answer.provider_id
        )
        # Also where a person let it be sent again while the provider was asked.
        moved = messages.move(
            ids=[attempt.message_id],
            from_states={states.Message.UNKNOWN, *states.MESSAGE_WAITING},
            to=states.Message.ACCEPTED,
            provider_id=answer.provider_id,
            handed_over_at=attempt.handed_over_at,
        )
        messages.call_off(ids=moved)
        return len(moved)


def _leave_out(message_ids: Sequence[int], now: datetime) -> None:
    """What never left waits again, unless its run is over by now: then nobody would ever send it."""
    for state, goal, reason in (
        (states.Run.CANCELLED, states.Message.SKIPPED, "cancelled"),
        (states.Run.FINISHED, states.Message.EXPIRED, "never_left"),
    ):
        over = Message.objects.filter(pk__in=message_ids, run__state=state).values_list("pk", flat=True)
        messages.move(ids=list(over), from_states={states.Message.PENDING}, to=goal, reason=reason, settled_at=now)
