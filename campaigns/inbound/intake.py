"""Provider calls: proved, kept raw, understood. Texts are understood in the transaction that keeps them."""

import logging
from datetime import datetime

from django.db import transaction

from campaigns.gateways import base, registry
from campaigns.inbound import replies
from campaigns.lifecycle import tallies
from campaigns.models import Callback
from campaigns.sending import accounts, receipts
from subscriptions.models import ProviderAccount

BATCH = 500
PER_COMMIT = 50
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
    """Apply receipts that were kept, oldest first; returns how many are done with.

    One commit for many: each would wait for the disk by itself. A receipt that trips over a fault of ours is rolled
    back alone, noted, and tried again; the others go on.
    """
    kept = list(Callback.objects.filter(processed_at__isnull=True).select_related("account").order_by("pk")[:BATCH])
    done = 0
    for start in range(0, len(kept), PER_COMMIT):
        later: list[tallies.Shift] = []
        with transaction.atomic():
            done += sum(_guarded(one, now, later) for one in kept[start : start + PER_COMMIT])
            tallies.apply(later)
    return done


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
    applied = receipts.apply(event=event, attempt_token=kept.attempt_token, now=now, later=later)
    if applied.done or kept.tries >= PATIENCE:
        Callback.objects.filter(pk=kept.pk).update(processed_at=now, note=applied.note)
        return True
    Callback.objects.filter(pk=kept.pk).update(tries=kept.tries + 1, note=applied.note)
    return False
