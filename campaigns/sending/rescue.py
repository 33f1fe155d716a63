"""Claims whose holder is gone, and outcomes in doubt: named, asked about, never sent again by guess."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from campaigns import states
from campaigns.gateways import base, http
from campaigns.lifecycle import messages
from campaigns.models import Attempt, Message, NumberLease
from campaigns.sending import accounts

# Longer than a request may take in all (30 s), so that nothing of it can still be on its way.
ABANDONED_AFTER = timedelta(seconds=45)
# A provider is asked about a doubtful message after this, so that its own record has caught up.
ASK_AFTER = timedelta(seconds=15)
ASK_AT_MOST = 200


def abandoned(*, now: datetime) -> list[int]:
    """Move claims that no lease stands behind any more to *unknown*; returns their ids.

    Their attempts were committed before anything left, so each may or may not have gone out.
    """
    held = NumberLease.objects.filter(pk=OuterRef("number_id"), token=OuterRef("claim"))
    lost = Message.objects.filter(
        ~Exists(held), state=states.Message.CLAIMED, claimed_at__lt=now - ABANDONED_AFTER
    ).values_list("pk", flat=True)[:5_000]
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
            return len(
                messages.move(
                    ids=[attempt.message_id],
                    from_states={states.Message.UNKNOWN},
                    to=states.Message.PENDING,
                    handed_over_at=None,
                    settled_at=None,
                )
            )
        Attempt.objects.filter(pk=attempt.pk).update(
            outcome=Attempt.Outcome.ACCEPTED, answered_at=now, provider_id=answer.provider_id
        )
        return len(
            messages.move(
                ids=[attempt.message_id],
                from_states={states.Message.UNKNOWN},
                to=states.Message.ACCEPTED,
                provider_id=answer.provider_id,
            )
        )
