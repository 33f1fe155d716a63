"""Which campaign a reply answers."""

from datetime import datetime, timedelta

from campaigns.models import Campaign, Message
from subscriptions.models import SubscriptionGroup

# The usual window of the field: a reply within four hours belongs to the last campaign handed over.
WINDOW = timedelta(hours=4)


def campaign_of(*, phone: str, group: SubscriptionGroup, now: datetime) -> Campaign | None:
    """The last campaign of this group that left for this phone within WINDOW."""
    last = (
        Message.objects.filter(
            to_phone=phone, group=group, kind=Message.Kind.CAMPAIGN, handed_over_at__gte=now - WINDOW
        )
        .select_related("run__campaign")
        .order_by("-handed_over_at")
        .first()
    )
    return last.run.campaign if last and last.run else None
