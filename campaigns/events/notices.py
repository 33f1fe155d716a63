"""Say that there is something to tell. Nothing leaves here: what is written is told later, by `campaigns.telling`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from campaigns import states
from campaigns.models import Delivery, Notice, Outlet
from subscriptions.models import new_token

# What comes and goes is told once in so long: whoever heard of it has it in mind still.
QUIET = timedelta(minutes=15)


def tell(*, event: states.Notice, key: str, now: datetime, facts: Mapping[str, Any] | None = None) -> bool:
    """Write a notice for every active outlet that wants `event`, within the caller's transaction if there is one.

    `key` names what it is about ("run:12:late"). While that lasts it is told once, however often this is called and by
    how many processes, and not again within QUIET; False where it was told already. `facts` is plain JSON for the
    words. The hook for whoever notices trouble.
    """
    if Notice.objects.filter(event=event, key=key, at__gt=now - QUIET).exists():
        return False
    token = new_token()
    notice = Notice(event=event, key=key, token=token, facts=dict(facts or {}), at=now)
    with transaction.atomic():
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
        written = Notice.objects.filter(token=token).first()
        if written is None:
            return False
        wanting = [outlet for outlet in Outlet.objects.filter(is_active=True) if event in outlet.events]
        Delivery.objects.bulk_create([Delivery(notice=written, outlet=outlet, next_try_at=now) for outlet in wanting])
    return True


def over(*, event: states.Notice, key: str, now: datetime) -> bool:
    """It has passed: if it comes again it is told again. False where nothing was told, or it was over already.

    `key` ends what was told of that and of its parts: "run:12" that of "run:12:late" too.
    """
    about = Q(key=key) | Q(key__startswith=f"{key}:")
    return bool(Notice.objects.filter(about, event=event, over_at__isnull=True).update(over_at=now))
