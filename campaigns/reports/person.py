"""One person's story: what left, what came in and what moved their consent, in order, to the second."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Max, Q

from campaigns.models import Inbound, Message
from subscriptions.models import ConsentEntry, Contact

STORY_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story: exactly one of the three is there. A message stands at its hand-over, if it had one."""

    at: datetime
    message: Message | None = None
    inbound: Inbound | None = None
    entry: ConsentEntry | None = None


def story(*, contact: Contact) -> list[Moment]:
    """The newest STORY_LIMIT moments, the newest first. Four queries, however long the story."""
    moments = [*_messages(contact), *_inbound(contact), *_entries(contact)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:STORY_LIMIT]


def last_hand_overs(*, contact: Contact) -> dict[int, datetime]:
    """By group: when a campaign's message was last handed over to a provider for this person."""
    handed = Message.objects.filter(contact=contact, kind=Message.Kind.CAMPAIGN, handed_over_at__isnull=False)
    return dict(handed.order_by().values("group").annotate(last=Max("handed_over_at")).values_list("group", "last"))


def _messages(contact: Contact) -> Iterator[Moment]:
    rows = Message.objects.filter(contact=contact).select_related("run__campaign", "group", "number")
    newest = rows.order_by("-pk")[:STORY_LIMIT]
    for row in newest:
        yield Moment(row.handed_over_at or row.settled_at or row.created_at, message=row)


def _inbound(contact: Contact) -> Iterator[Moment]:
    rows = Inbound.objects.filter(Q(contact=contact) | Q(from_phone=contact.phone)).select_related("number__group")
    for row in rows.prefetch_related("media").order_by("-pk")[:STORY_LIMIT]:
        yield Moment(row.received_at, inbound=row)


def _entries(contact: Contact) -> Iterator[Moment]:
    rows = ConsentEntry.objects.filter(contact=contact).select_related("group", "by").order_by("-pk")[:STORY_LIMIT]
    for row in rows:
        yield Moment(row.happened_at, entry=row)
