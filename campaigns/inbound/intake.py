"""Provider calls: proved, kept raw, understood. Texts are understood in the transaction that keeps them."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from campaigns.gateways import base, registry
from campaigns.inbound import replies
from campaigns.lifecycle import tallies
from campaigns.models import Callback
from campaigns.sending import accounts, receipts
from subscriptions.models import ProviderAccount

BATCH = 1000
PER_COMMIT = 50
# One call is no longer than the beat of the tick that may make it in place.
TURN_S = 1.0
# Where one writes at a time, a text that comes in waits behind one commit: two dozen milliseconds of it.
PER_COMMIT_ALONE = 10
LONGEST_PAUSE_S = 0.2
# A receipt whose message is still in hand is tried again this often, once a second, before it is left as it is.
PATIENCE = 120

_log = logging.getLogger(__name__)


def receive(*, account: ProviderAccount, callback: base.Callback, attempt_token: str, now: datetime) -> int:
    """Prove, keep and, where a person wrote, understand a call; returns how many events were new.

    Raises `base.Forged` and `base.Unreadable`; then nothing is kept. When it returns, all of it is durable.
    """
    gateway = accounts.gateway(account)
    gateway.verify(callback=callback, now=now)
    events = gateway.read_events(callback=callback)
    new = 0
    for event in events:
        with transaction.atomic():
            kept, created = Callback.objects.get_or_create(
                account=account,
                event_key=_key(event),
                defaults={
                    "attempt_token": attempt_token[:40],
                    "body": callback.body.decode(errors="replace").replace("\x00", ""),
                    "received_at": now,
                },
            )
            new += created
            if created and isinstance(event, base.InboundEvent):
                note = replies.understand(account=account, callback=kept, event=event, gateway=gateway, now=now)
                Callback.objects.filter(pk=kept.pk).update(processed_at=now, note=note)
    return new


def _key(event: base.Event) -> str:
    return event.event_key.replace("\x00", "").encode(errors="replace").decode()[:100]


def waiting() -> bool:
    """Whether receipts wait to be applied."""
    return Callback.objects.filter(processed_at__isnull=True).exists()


def understand(*, now: datetime) -> int:
    """Apply receipts that were kept, those tried least first, for about a second; returns how many are done with.

    One commit for many: each would wait for the disk by itself. A receipt that trips over a fault of ours is rolled
    back alone, noted, and tried again; the others go on. Who finds that somebody else applies them leaves it to them.
    """
    begun = time.monotonic()
    # With the receipts of messages that are still in hand in front, a batch of those would hold up all others.
    waiting_ones = Callback.objects.filter(processed_at__isnull=True).order_by("tries", "pk")
    chosen = list(waiting_ones.values_list("pk", "tries")[:BATCH])
    shared = connection.features.has_select_for_update
    size = PER_COMMIT if shared else PER_COMMIT_ALONE
    done = 0
    for start in range(0, len(chosen), size):
        if start and time.monotonic() - begun > TURN_S:
            break
        found, held_s = _together(chosen[start : start + size], now)
        if found is None:
            break
        done += found
        if not shared:
            # SQLite knows no queue: who waits to write looks every tenth of a second, and would find this at it again.
            time.sleep(min(held_s, LONGEST_PAUSE_S))
    return done


def _together(chosen: Sequence[tuple[int, int]], now: datetime) -> tuple[int | None, float]:
    """One commit: how many are done with, None when another process is at them, and for how many seconds it held
    what it wrote."""
    later: list[tallies.Shift] = []
    with transaction.atomic():
        began = time.monotonic()
        rows = Callback.objects.filter(pk__in=[pk for pk, _ in chosen], processed_at__isnull=True).order_by("pk")
        rows = rows.select_related("account").select_for_update(skip_locked=True, of=("self",), no_key=True)
        kept = [one for one in rows if (one.pk, one.tries) in chosen]
        if len(kept) < len(chosen):
            return None, 0.0
        done = sum(_guarded(one, now, later) for one in kept)
        tallies.apply(later)
    return done, time.monotonic() - began


def _guarded(kept: Callback, now: datetime, later: list[tallies.Shift]) -> bool:
    own: list[tallies.Shift] = []
    try:
        with transaction.atomic():
            understood = _apply(kept, now, own)
        later += own
        return understood
    except Exception:
        _log.exception("Receipt %s could not be applied", kept.pk)
        over = {"processed_at": now} if kept.tries >= PATIENCE else {}
        Callback.objects.filter(pk=kept.pk).update(tries=kept.tries + 1, note="fault of ours", **over)
        return bool(over)


def _apply(kept: Callback, now: datetime, later: list[tallies.Shift]) -> bool:
    """One bad row must not hold up the others: what cannot be read is noted and left."""
    callback = base.Callback(url="", headers={}, body=kept.body.encode())
    try:
        events = accounts.gateway(kept.account).read_events(callback=callback)
    except (base.Unreadable, base.Misconfigured, registry.UnknownProvider) as trouble:
        Callback.objects.filter(pk=kept.pk).update(processed_at=now, note=f"unreadable: {trouble}"[:200])
        return True
    event = next((one for one in events if _key(one) == kept.event_key), None)
    if not isinstance(event, base.StatusEvent):
        Callback.objects.filter(pk=kept.pk).update(processed_at=now, note="no receipt")
        return True
    applied = receipts.apply(
        event=event, attempt_token=kept.attempt_token, now=now, later=later, account_id=kept.account_id
    )
    if applied.done or kept.tries >= PATIENCE:
        Callback.objects.filter(pk=kept.pk).update(processed_at=now, note=applied.note)
        return True
    Callback.objects.filter(pk=kept.pk).update(tries=kept.tries + 1, note=applied.note)
    return False
