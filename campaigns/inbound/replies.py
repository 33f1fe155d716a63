"""What a person wrote to us: keywords move consent, codes prove phones, everything else may get an answer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.events import stream
from campaigns.gateways import base
from campaigns.inbound import attribution, auto_reply
from campaigns.models import Callback, Inbound, InboundMedia, Message
from campaigns.sending import enqueue
from subscriptions import consent, keywords, phones
from subscriptions.models import (
    ConsentEntry,
    Contact,
    OurPhone,
    ProviderAccount,
    SenderNumber,
    Subscription,
    SubscriptionGroup,
)

# How long the address of a file that came in stays good.
MEDIA_LIFE = timedelta(days=30)
MEDIA_AT_MOST = 10
TEXT_LIMIT = 1_600
# The stream's own words, whatever language a request speaks. A question for help moves nothing.
_STREAM_ACTIONS = {
    Inbound.Action.SUBSCRIBED: "Subscribed",
    Inbound.Action.UNSUBSCRIBED: "Unsubscribed",
    Inbound.Action.HELP: "None",
    Inbound.Action.NONE: "None",
}


def understand(
    *, account: ProviderAccount, callback: Callback, event: base.InboundEvent, gateway: base.Gateway, now: datetime
) -> str:
    """Keep and act on one inbound message, within the caller's transaction; returns a note for the raw call.

    STOP is in force and its confirmation queued when this commits.
    """
    phone = phones.parse(event.from_phone)
    if not phone.e164:
        return "sender is no phone"
    number = _number(account, event.to_number, phone)
    if number is None:
        return "no such number of this account"
    # No database takes a NUL, and none a half emoji: providers cut texts between the two.
    text = event.text.replace("\x00", "").encode(errors="replace").decode()[:TEXT_LIMIT]
    contact = Contact.objects.filter(phone=phone.e164).first()
    inbound = Inbound.objects.create(
        callback=callback,
        number=number,
        contact=contact,
        from_phone=phone.e164,
        text=text,
        campaign=attribution.campaign_of(phone=phone.e164, group=number.group, now=now),
        received_at=now,
        media_done_at=None if event.media else now,
    )
    InboundMedia.objects.bulk_create(
        InboundMedia(inbound=inbound, source_url=media.url[:500], expires_at=now + MEDIA_LIFE)
        for media in event.media[:MEDIA_AT_MOST]
    )
    word = keywords.understand(text)
    with translation.override(word.language or settings.LANGUAGE_CODE):
        if word.kind is not None:
            _obey_keyword(word.kind, inbound, phone, event.at, gateway, now)
            proved = False
        else:
            proved = _prove(phone.e164, text, number, now)
    if inbound.media_done_at is None:
        return "understood"
    if proved:
        record(inbound=inbound, now=now)
    else:
        finish(inbound=inbound, now=now)
    return "understood"


def _number(account: ProviderAccount, value: str, phone: phones.Phone) -> SenderNumber | None:
    """The number that was written to. A short code may stand for one group in each country: the sender's decides."""
    found = list(SenderNumber.objects.select_related("group").filter(account=account, value=value).order_by("pk"))
    return next((number for number in found if number.country == phone.country), found[0] if found else None)


def finish(*, inbound: Inbound, now: datetime) -> None:
    """All of an inbound message is here, its files too: write it to the event stream and answer if the group does."""
    record(inbound=inbound, now=now)
    if keywords.understand(inbound.text).kind is None:
        auto_reply.answer(inbound=inbound, now=now)


def record(*, inbound: Inbound, now: datetime) -> None:
    """Write `InboundReceive` to the event stream, with the addresses of its files."""
    stream.append(
        name="InboundReceive",
        at=now,
        campaign=inbound.campaign,
        contact=inbound.contact,
        payload={
            "user_phone_number": inbound.from_phone,
            "inbound_phone_number": inbound.number.value,
            "message_body": inbound.text,
            "media_urls": auto_reply.media_urls(inbound),
            "action": _STREAM_ACTIONS[Inbound.Action(inbound.action)],
            "subscription_group_id": inbound.number.group_id,
        },
    )


def _obey_keyword(
    kind: str, inbound: Inbound, phone: phones.Phone, sent_at: datetime, gateway: base.Gateway, now: datetime
) -> None:
    """Do what the keyword says and note it on the inbound message; answer, unless the provider does."""
    answers = not gateway.capabilities.handles_stop and not _answered_enough(inbound)
    group = inbound.number.group
    as_kind = Message.Kind.CONFIRMATION
    if kind == "help":
        inbound.action, as_kind = Inbound.Action.HELP, Message.Kind.AUTO_REPLY
        answer = group.help_reply or _help_words(group)
    else:
        if inbound.contact is None:
            inbound.contact, _new = Contact.objects.at(phone)
        move = _stop if kind == "stop" else _start
        inbound.action, answer = move(inbound, inbound.contact, happened_at=_counts_from(kind, sent_at, now))
    inbound.save(update_fields=["contact", "action"])
    if answers and answer:
        enqueue.answer(
            kind=as_kind,
            number=inbound.number,
            to_phone=inbound.from_phone,
            contact=inbound.contact,
            text=answer,
            now=now,
        )


def _counts_from(kind: str, sent_at: datetime, now: datetime) -> datetime:
    """When it was said, as near as can be believed. Where the clock is plainly wrong an opt-out counts from now, so
    that no older yes outweighs it."""
    if kind == "stop" and sent_at < now - base.LATE_AT_MOST:
        return now
    return base.plausible(sent_at, now=now)


def _answered_enough(inbound: Inbound) -> bool:
    """Whether this phone has had its answers to keywords for now: two machines that answer each other come to an end,
    and nobody's HELPs hold up the others. What the keyword asks for is done all the same."""
    earlier = Inbound.objects.filter(
        from_phone=inbound.from_phone,
        number__group=inbound.number.group_id,
        received_at__gt=inbound.received_at - auto_reply.WITHIN,
    ).exclude(action=Inbound.Action.NONE)
    return earlier.exclude(pk=inbound.pk).count() >= auto_reply.AT_MOST


def _stop(inbound: Inbound, contact: Contact, *, happened_at: datetime) -> tuple[Inbound.Action, str]:
    """Withdraw from the number's group and from whichever other group wrote to them from it; one confirmation, so that
    who stops twice is not written to twice."""
    group = inbound.number.group
    groups = [group, *_wrote_from(inbound.number, contact)]
    before = {one.pk: _stands(contact, one) for one in groups}
    for one in groups:
        consent.withdraw(
            contact=contact,
            group=one,
            source=ConsentEntry.Source.KEYWORD,
            happened_at=happened_at,
            detail=_said(inbound),
        )
    left = [one for one in groups if _stands(contact, one) == Subscription.State.UNSUBSCRIBED]
    if not left:
        return Inbound.Action.NONE, ""  # it came late: a START that was sent after it is in force
    again = all(before[one.pk] == Subscription.State.UNSUBSCRIBED for one in left)
    return Inbound.Action.UNSUBSCRIBED, "" if again else group.stop_reply or _stop_words(group)


def _wrote_from(number: SenderNumber, contact: Contact) -> list[SubscriptionGroup]:
    """Other groups that this person is subscribed to and heard from through this number: it was theirs once."""
    subscribed = Subscription.objects.filter(contact=contact, state=Subscription.State.SUBSCRIBED)
    heard = Message.objects.filter(
        number=number, to_phone=contact.phone, group=OuterRef("group"), handed_over_at__isnull=False
    )
    others = subscribed.exclude(group=number.group_id).filter(Exists(heard)).select_related("group").order_by("group")
    return [one.group for one in others]


def _start(inbound: Inbound, contact: Contact, *, happened_at: datetime) -> tuple[Inbound.Action, str]:
    """Grant, and confirm where it changes something: a suppressed person stays suppressed and is told nothing."""
    group = inbound.number.group
    was = _stands(contact, group)
    try:
        consent.grant(
            contact=contact,
            group=group,
            source=ConsentEntry.Source.KEYWORD,
            wording=inbound.text,
            happened_at=happened_at,
            detail=_said(inbound),
        )
    except consent.ConsentRefused:
        return Inbound.Action.NONE, ""
    silent = was == Subscription.State.SUBSCRIBED or contact.suppressed_at is not None
    return Inbound.Action.SUBSCRIBED, "" if silent else group.start_reply or _start_words(group)


def _stands(contact: Contact, group: SubscriptionGroup) -> str:
    held = Subscription.objects.filter(contact=contact, group=group).values_list("state", flat=True)
    return held.first() or ""


def _said(inbound: Inbound) -> str:
    return _("wrote “%(text)s” to %(number)s") % {"text": inbound.text[:100], "number": inbound.number.value}


def _prove(phone: str, text: str, number: SenderNumber, now: datetime) -> bool:
    """A reply that is exactly the code proves a phone of ours."""
    proved = OurPhone.objects.filter(phone=phone, code=text.strip(), proved_at__isnull=True).exclude(code="")
    if not proved.update(proved_at=now):
        return False
    enqueue.answer(
        kind=Message.Kind.CONFIRMATION,
        number=number,
        to_phone=phone,
        contact=None,
        text=_("Thank you. This phone now receives test messages."),
        now=now,
    )
    return True


def _sender(group: SubscriptionGroup) -> str:
    return group.brand or group.name


def _stop_words(group: SubscriptionGroup) -> str:
    return _("%(sender)s: You are unsubscribed and will get no more messages from us. Reply START to come back.") % {
        "sender": _sender(group)
    }


def _start_words(group: SubscriptionGroup) -> str:
    return _("%(sender)s: You are subscribed. Msg & data rates may apply. Reply HELP for help, STOP to end.") % {
        "sender": _sender(group)
    }


def _help_words(group: SubscriptionGroup) -> str:
    return _("%(sender)s: Picture messages for subscribers. Reply STOP to end. Msg & data rates may apply.") % {
        "sender": _sender(group)
    }
