"""After a restore: what waits in the old state of the database is held against what providers accepted since.

Claims and doubts of before are settled by `rescue`, since their attempts are known. Here it is about what was still
waiting when the backup was made and may have left afterwards, with an attempt that no row remembers.
"""

import asyncio
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.gateways import base, http, registry
from campaigns.lifecycle import halt, tallies
from campaigns.models import Attempt, Campaign, Halt, Instance, Message, Run
from campaigns.sending import accounts, instance, receipts
from subscriptions import refusals
from subscriptions.models import ProviderAccount, SenderNumber, new_token

# Clocks of providers and ours may differ by so much.
SKEW: Final = timedelta(minutes=2)
# One step takes so long at most and a page more, so that a long list keeps no worker from its other work.
STEP_S: Final = 3.0
# A provider's own record has caught up with what was on its way when we were cut off.
CATCHES_UP: Final = timedelta(seconds=15)
REFERENCE_CHARACTERS: Final = 40
END: Final = "end"


class NotCompared(refusals.Refused):
    """The old state was not yet held against what the providers accepted since."""

    code = "not_compared"


def release(*, by: User | None, now: datetime, why: str = "", uncompared: bool = False) -> Halt | None:
    """Let sending go on. After a restore only once it was compared, or with `uncompared`, a person's word.

    Raises NotCompared. None: sending was not stopped.
    """
    stop = halt.current()
    if stop is not None and stop.code in halt.GRAVE and not uncompared and not is_compared():
        raise NotCompared(
            words=_(
                "It is not yet compared with what the providers accepted since. Wait for it; or carry on without, "
                "and some people may get a message twice."
            )
        )
    return halt.release(by=by, now=now, why=why)


def is_compared() -> bool:
    """Whether the comparison is done."""
    row = instance.current()
    return row is not None and row.compared_at is not None


def may_have_run(*, run: Run) -> bool:
    """Whether a run that starts only now was due before the restore: then it may have been sent already."""
    row = instance.current()
    if row is None or row.stepped_back_at is None:
        return False
    return run.due_at <= row.stepped_back_at <= run.created_at


def unlisted() -> int:
    """Messages that wait at providers which cannot say what they accepted: nobody can tell whether they left."""
    kinds = [kind for kind in registry.KINDS if not registry.capabilities(kind=kind).lists_sent]
    return Message.objects.filter(state=states.Message.PENDING, number__account__kind__in=kinds).count()


def compare(*, now: datetime) -> None:
    """One step of the comparison, while a grave stop is on: some pages of each provider's list; called until done."""
    row, stop = instance.current(), halt.current()
    if row is None or stop is None or stop.code not in halt.GRAVE or row.compared_at is not None:
        return
    if row.knows_until is None or not _settled(row, now):
        return
    cursors, found, ends_at = dict(row.cursors), 0, time.monotonic() + STEP_S
    listing = [
        account
        for account in ProviderAccount.objects.filter(is_active=True).order_by("pk")
        if registry.capabilities(kind=account.kind).lists_sent
    ]
    for account in listing:
        key = str(account.pk)
        while cursors.get(key) != END and time.monotonic() < ends_at:
            try:
                page = asyncio.run(_page(account, row.knows_until - SKEW, cursors.get(key, "")))
            except (http.Trouble, base.Misconfigured):
                break  # asked again with the next step
            found += sum(_mark(entry, row.knows_until - SKEW, now) for entry in page.entries)
            cursors[key] = page.cursor or END
    done = all(cursors.get(str(account.pk)) == END for account in listing)
    Instance.objects.filter(pk=row.pk, stepped_back_at=row.stepped_back_at).update(
        cursors=cursors, found=F("found") + found, compared_at=now if done else None
    )


def _settled(row: Instance, now: datetime) -> bool:
    """Whether all is where the comparison can find it: nobody in hand, no doubt that can be asked about, and people of
    due campaigns picked."""
    assert row.stepped_back_at is not None
    if now - row.stepped_back_at < CATCHES_UP or Message.objects.filter(state=states.Message.CLAIMED).exists():
        return False
    able = [kind for kind in registry.KINDS if registry.capabilities(kind=kind).finds_by_reference]
    doubtful = Attempt.objects.filter(
        outcome=Attempt.Outcome.UNKNOWN, message__state=states.Message.UNKNOWN, number__account__kind__in=able
    )
    due = Campaign.objects.filter(state=states.Campaign.SCHEDULED, due_at__lte=row.stepped_back_at)
    picking = Run.objects.filter(state=states.Run.EXPANDING)
    return not (doubtful.exists() or due.exists() or picking.exists())


async def _page(account: ProviderAccount, since: datetime, cursor: str) -> base.SentPage:
    async with http.Session(in_flight=1) as session:
        return await accounts.gateway(account).list_sent(session=session, since=since, cursor=cursor)


def _mark(entry: base.Sent, since: datetime, now: datetime) -> int:
    """Write down that a waiting message was taken; 1 if there is one that this entry is the proof of."""
    with transaction.atomic():
        message = _waiting(entry) if entry.at >= since else None
        if message is None or Attempt.objects.filter(token=entry.reference).exists():
            return 0
        usable = 0 < len(entry.reference) <= REFERENCE_CHARACTERS
        attempt = Attempt.objects.create(
            message=message,
            number=SenderNumber.objects.get(value=entry.from_number),
            token=entry.reference if usable else new_token(),
            outcome=Attempt.Outcome.UNKNOWN,
            code="found_at_provider",
            detail="found at the provider after the database had been set back",
            provider_id=entry.provider_id,
            claimed_at=entry.at,
            handed_over_at=entry.at,
        )
        Message.objects.filter(pk=message.pk).update(handed_over_at=entry.at, body=entry.text)
        # First that it was taken, then what became of it: a failure alone would not tell that it left.
        later: list[tallies.Shift] = []
        for state in dict.fromkeys(("accepted", entry.state)):
            event = base.StatusEvent("", attempt.token, entry.provider_id, state, entry.code, entry.at, "")
            receipts.apply(event=event, attempt_token=attempt.token, now=now, later=later)
        tallies.apply(later)
    return 1


def _waiting(entry: base.Sent) -> Message | None:
    """The waiting message that was most likely handed over there: to this phone, from a number of its group, due by
    then; its own number goes before another of the group, and what was due first goes first."""
    groups = SenderNumber.objects.filter(value=entry.from_number).values("group_id")
    rows = Message.objects.filter(
        Q(run__due_at__lte=entry.at + SKEW) | Q(run__isnull=True, created_at__lte=entry.at + SKEW),
        state=states.Message.PENDING,
        to_phone=entry.to_phone,
        group_id__in=groups,
    )
    # Held before the attempts are asked: two processes that compare take each entry once.
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    ranked: dict[bool, list[Message]] = defaultdict(list)
    for row in rows.select_related("number").order_by("run__due_at", "pk"):
        ranked[row.number is not None and row.number.value == entry.from_number].append(row)
    return next(iter([*ranked[True], *ranked[False]]), None)
