"""What a person wrote to us: keywords move consent, codes prove phones, everything else may get an answer."""

from datetime import datetime, timedelta

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


def understand(
    *, account: ProviderAccount, callback: Callback, event: base.InboundEvent, gateway: base.Gateway, now: datetime
) -> str:
    """Keep and act on one inbound message, within the caller's transaction; returns a note for the raw call.

    STOP is in force and its confirmation queued when this commits.
    """
    number = SenderNumber.objects.select_related("group").filter(account=account, value=event.to_number).first()
    if number is None:
        return "no such number of this account"
    phone = phones.parse(event.from_phone)
    if not phone.e164:
        return "sender is no phone"
    text = event.text.replace("\x00", "")[:TEXT_LIMIT]
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
    if word.kind is None:
        if not _prove(phone.e164, text, number, now) and inbound.media_done_at is not None:
            finish(inbound=inbound, now=now)
        return "understood"
    if contact is None and word.kind in {"stop", "start"}:
        contact = _new_contact(phone)
        inbound.contact = contact
    happened_at = min(event.at, now)
    answers = not gateway.capabilities.handles_stop
    with translation.override(word.language):
        inbound.action = _obey(word.kind, inbound, contact, happened_at, answers, now)
    inbound.save(update_fields=["contact", "action"])
    if inbound.media_done_at is not None:
        record(inbound=inbound, now=now)
    return "understood"


def finish(*, inbound: Inbound, now: datetime) -> None:
    """All of an inbound message is here, its files too: write it to the event stream and answer if the group does."""
    record(inbound=inbound, now=now)
    if inbound.action == Inbound.Action.NONE:
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
            "action": str(inbound.get_action_display()) if inbound.action != Inbound.Action.HELP else "None",
            "subscription_group_id": inbound.number.group_id,
        },
    )


def _obey(
    kind: str, inbound: Inbound, contact: Contact | None, happened_at: datetime, answers: bool, now: datetime
) -> Inbound.Action:
    group = inbound.number.group
    said = _("wrote “%(text)s” to %(number)s") % {"text": inbound.text[:100], "number": inbound.number.value}
    if kind == "help":
        if answers:
            _confirm(inbound, contact, group.help_reply or _help_words(group), now)
        return Inbound.Action.HELP
    assert contact is not None
    was = Subscription.objects.filter(contact=contact, group=group).values_list("state", flat=True).first()
    if kind == "stop":
        consent.withdraw(
            contact=contact, group=group, source=ConsentEntry.Source.KEYWORD, happened_at=happened_at, detail=said
        )
        # One confirmation: who stops twice is not written to twice.
        if answers and was != Subscription.State.UNSUBSCRIBED:
            _confirm(inbound, contact, group.stop_reply or _stop_words(group), now)
        return Inbound.Action.UNSUBSCRIBED
    try:
        consent.grant(
            contact=contact,
            group=group,
            source=ConsentEntry.Source.KEYWORD,
            wording=inbound.text,
            happened_at=happened_at,
            detail=said,
        )
    except consent.ConsentRefused:
        return Inbound.Action.NONE
    if answers and was != Subscription.State.SUBSCRIBED:
        _confirm(inbound, contact, group.start_reply or _start_words(group), now)
    return Inbound.Action.SUBSCRIBED


def _confirm(inbound: Inbound, contact: Contact | None, text: str, now: datetime) -> None:
    enqueue.answer(
        kind=Message.Kind.CONFIRMATION,
        number=inbound.number,
        to_phone=inbound.from_phone,
        contact=contact,
        text=text,
        now=now,
    )


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


def _new_contact(phone: phones.Phone) -> Contact:
    return Contact.objects.create(
        phone=phone.e164,
        country=phone.country,
        is_valid=phone.is_valid,
        invalid_reason=phone.reason,
        time_zones=list(phone.time_zones),
        is_fictitious=phones.is_fictional(phone.e164),
    )


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
