"""How far a number may run ahead of its carrier: what was taken and is not reported sent cannot be called back.

Without it a provider that queues would take a whole campaign within minutes, and Pause would stop nothing.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count

from campaigns import states
from campaigns.gateways import registry
from campaigns.models import Message
from subscriptions.models import SenderNumber

# So many seconds of a number's rate may be on the way from provider to carrier, and LEAST messages in any case.
SECONDS = 60.0
LEAST = 10
# What was taken longer ago than this no longer counts: a receipt that was lost never comes, and must not stop a number
# for ever. Where none come at all, a number still sends SECONDS of its rate in each such time.
FORGOTTEN_AFTER = timedelta(minutes=5)


def most(number: SenderNumber) -> int | None:
    """How many messages may be taken and not yet sent on; None where the provider does not report `sent`."""
    if not registry.capabilities(kind=number.account.kind).reports_sent:
        return None
    return max(LEAST, round(float(number.rate) * SECONDS))


def taken(*, number_ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many messages of each number are taken and not yet reported sent; numbers without any are missing.

    The partial index `message_taken` holds only such messages, so this reads as many entries as there are. A counter
    would have to be moved by every receipt, and could not forget.
    """
    waiting = Message.objects.filter(
        number_id__in=number_ids, state=states.Message.ACCEPTED, handed_over_at__gt=now - FORGOTTEN_AFTER
    )
    return dict(waiting.order_by().values_list("number_id").annotate(n=Count("pk")))
