"""Single messages that belong to no run: tests, confirmations, answers. They wait in the same table as all others."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.composing import body, discretion, drafts, limits, preview
from campaigns.models import Campaign, Message
from campaigns.text import parts
from subscriptions import phones, refusals
from subscriptions.models import Contact, OurPhone, SenderNumber, SubscriptionGroup

CODE_DIGITS = 6
CODE_EVERY = timedelta(minutes=1)
CODES_A_DAY = 5
CODES_AN_HOUR = 20


class NotSendable(refusals.Refused):
    """A single message cannot be queued: `no_number`, `no_content`, `phone_not_proved`; a test not when it is
    `too_large_total`; a code neither when `already_proved`, `suppressed`, `asked_just_now` or `too_many_codes`."""


def test_send(*, campaign: Campaign, to: Sequence[OurPhone], by: User, now: datetime) -> list[Message]:
    """Queue the draft's content for our proved phones. Raises NotSendable, discretion.NotSeen."""
    revision = drafts.work(campaign) if campaign.is_editable else campaign.revisions.latest("number")
    if not revision.text and revision.rendition is None:
        raise NotSendable(code="no_content", words=_("There is nothing to send yet: add a text or a file."))
    discretion.check(revision=revision, by=by)
    if unproved := [phone.label for phone in to if phone.proved_at is None]:
        raise NotSendable(
            code="phone_not_proved",
            found=unproved,
            words=_("Not proved yet: %(labels)s. Reply with the code on that phone first.")
            % {"labels": ", ".join(unproved)},
        )
    ready = body.prepare(revision=revision, group=campaign.group)
    made = []
    for phone in to:
        sent_as = _route(phone.phone) if revision.rendition else Message.SentAs.TEXT
        message = Message(
            kind=Message.Kind.TEST,
            revision=revision,
            rendition=revision.rendition,
            group=campaign.group,
            number=_number(campaign.group, with_mms=sent_as != Message.SentAs.TEXT),
            contact=Contact.objects.filter(phone=phone.phone).first(),
            to_phone=phone.phone,
            sent_as=sent_as,
            created_at=now,
        )
        _weigh(ready, message)
        made.append(message)
    for message in made:
        message.save()
    return made


def _weigh(ready: body.Body, message: Message) -> None:
    """Refuse a test that the number it would leave by does not carry."""
    assert message.number is not None  # given by test_send
    values = body.values_of(message.contact) if message.contact else {}
    limit = limits.of_number(message.number)
    problem = ready.render(values, sent_as=message.sent_as, limit=limit, link=preview.example_link()).refusal
    if problem is not None and problem.code == "too_large_total":
        raise NotSendable(
            code=problem.code,
            limit=problem.limit,
            found=problem.found,
            words=_("The test has %(found)s bytes, and %(number)s carries %(limit)s. Make the file fit first.")
            % {
                "found": number_format(str(problem.found), force_grouping=True),
                "limit": number_format(str(problem.limit), force_grouping=True),
                "number": phones.written(message.number.value),
            },
        )


def prove_phone(*, phone: str, label: str, group: SubscriptionGroup, by: User, now: datetime) -> OurPhone:
    """Add a phone of ours, or ask one again, and text it a code to reply with. Raises NotSendable.

    A phone that is proved stays as it is, and nobody can be pestered with codes: one a minute and CODES_A_DAY a phone,
    CODES_AN_HOUR a user.
    """
    _check_code(phone, by=by, now=now)
    number = _number(group, with_mms=False)
    code = "".join(secrets.choice("0123456789") for _digit in range(CODE_DIGITS))
    with transaction.atomic():
        ours, _created = OurPhone.objects.update_or_create(
            phone=phone,
            defaults={"label": label, "code": code, "code_sent_at": now, "proved_at": None},
            create_defaults={"label": label, "code": code, "code_sent_at": now, "added_by": by},
        )
        answer(
            kind=Message.Kind.CONFIRMATION,
            number=number,
            to_phone=phone,
            contact=None,
            text=_("Reply %(code)s to receive test messages from %(sender)s on this phone.")
            % {"code": code, "sender": group.brand or group.name},
            now=now,
        )
    return ours


def _check_code(phone: str, *, by: User, now: datetime) -> None:
    """Whether this phone may be asked for a code now."""
    ours = OurPhone.objects.filter(phone=phone).first()
    if ours is not None and ours.proved_at is not None:
        raise NotSendable(
            code="already_proved",
            words=_("“%(label)s” is proved already: send it a test.") % {"label": ours.label},
        )
    if Contact.objects.filter(phone=phone, suppressed_at__isnull=False).exists():
        raise NotSendable(code="suppressed", words=_("This phone is suppressed: nobody may text it, no test either."))
    if ours is not None and ours.code_sent_at is not None and now - ours.code_sent_at < CODE_EVERY:
        raise NotSendable(
            code="asked_just_now",
            limit=int(CODE_EVERY.total_seconds()),
            words=_("A code went to this phone less than a minute ago. Wait for it, then ask again."),
        )
    day = Message.objects.filter(
        kind=Message.Kind.CONFIRMATION, to_phone=phone, created_at__gt=now - timedelta(days=1)
    ).count()
    hour = OurPhone.objects.filter(added_by=by, code_sent_at__gt=now - timedelta(hours=1)).count()
    if day >= CODES_A_DAY or hour >= CODES_AN_HOUR:
        limit, found = (CODES_A_DAY, day) if day >= CODES_A_DAY else (CODES_AN_HOUR, hour)
        raise NotSendable(
            code="too_many_codes",
            limit=limit,
            found=found,
            words=_("Too many codes were asked for: at most %(day)s a day to one phone, and %(hour)s an hour in all.")
            % {"day": CODES_A_DAY, "hour": CODES_AN_HOUR},
        )


def answer(
    *, kind: Message.Kind, number: SenderNumber, to_phone: str, contact: Contact | None, text: str, now: datetime
) -> Message:
    """Queue a plain text from one number, ahead of all campaigns on it."""
    return Message.objects.create(
        kind=kind,
        group=number.group,
        number=number,
        contact=contact,
        to_phone=to_phone,
        sent_as=Message.SentAs.TEXT,
        state=states.Message.PENDING,
        body=text,
        parts=parts.measure(text).parts,
        created_at=now,
    )


def _route(phone: str) -> Message.SentAs:
    in_mms_land = phones.parse(phone).country in phones.MMS_COUNTRIES
    return Message.SentAs.MMS if in_mms_land else Message.SentAs.LINK


def _number(group: SubscriptionGroup, *, with_mms: bool) -> SenderNumber:
    """The group's quickest usable number."""
    usable = SenderNumber.objects.usable().filter(group=group).exclude(kind=SenderNumber.Kind.ALPHANUMERIC)
    usable = usable.select_related("account")
    if with_mms:
        usable = usable.filter(is_mms_enabled=True)
    number = usable.order_by("-rate", "pk").first()
    if number is None:
        raise NotSendable(
            code="no_number",
            words=_("%(group)s has no active number that could send this. Ask %(person)s.")
            % {"group": group.name, "person": group.contact_person or _("an account manager")},
        )
    return number
