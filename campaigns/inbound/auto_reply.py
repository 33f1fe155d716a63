"""The group's answer to whatever is no keyword."""

from datetime import datetime, timedelta

from django.conf import settings

from campaigns.composing import body
from campaigns.models import Inbound, Message
from campaigns.sending import enqueue
from campaigns.text import fields, merge, problems
from subscriptions.models import Subscription

# Two machines that answer each other must come to an end.
AT_MOST = 5
WITHIN = timedelta(hours=1)


def answer(*, inbound: Inbound, now: datetime) -> Message | None:
    """Queue the answer, unless the group has none, the person opted out, or there were enough already."""
    group = inbound.number.group
    if not group.auto_reply or _opted_out(inbound):
        return None
    recent = Message.objects.filter(
        to_phone=inbound.from_phone, group=group, kind=Message.Kind.AUTO_REPLY, created_at__gte=now - WITHIN
    )
    if recent.count() >= AT_MOST:
        return None
    values = dict(body.values_of(inbound.contact)) if inbound.contact else {}
    urls = media_urls(inbound)
    values |= {"sms.inbound_message_body": inbound.text, "sms.inbound_media_url": urls[0] if urls else ""}
    try:
        known = fields.known(attributes=body.named_attributes(group.auto_reply), inbound=True)
        text = merge.parse(group.auto_reply, fields=known).render(values).text
    except problems.MergeError:
        return None
    if not text.strip():
        return None
    return enqueue.answer(
        kind=Message.Kind.AUTO_REPLY,
        number=inbound.number,
        to_phone=inbound.from_phone,
        contact=inbound.contact,
        text=text,
        now=now,
    )


def media_urls(inbound: Inbound) -> list[str]:
    """The private, unguessable, expiring addresses of the files that came in and were found sound."""
    stored = inbound.media.exclude(file="").order_by("pk")
    return [f"{settings.PUBLIC_BASE_URL}/in/{token}" for token in stored.values_list("token", flat=True)]


def _opted_out(inbound: Inbound) -> bool:
    """People who left get the answers to keywords, nothing else."""
    contact = inbound.contact
    if contact is None:
        return False
    left = Subscription.objects.filter(
        contact=contact, group=inbound.number.group, state=Subscription.State.UNSUBSCRIBED
    )
    return contact.suppressed_at is not None or left.exists()
