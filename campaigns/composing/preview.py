"""The exact message for one person, before it is sent."""

import dataclasses
from collections.abc import Collection

from django.conf import settings
from django.db.models import Q, QuerySet

from campaigns.audience import matching
from campaigns.composing import body, drafts, limits, problems
from campaigns.models import Campaign, Message, Rendition, Revision
from subscriptions import consent, phones, refusals
from subscriptions.models import Contact

# In place of a real token and as long, so that every count is exact.
EXAMPLE_END = "ExampleExampleExample1"
CHOICES = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """What a phone gets: `composed`, one of the two that are always rendered: `as_mms` (without a file: a plain text)
    and `as_text` (with a file: with its link). `contact` is None for somebody of whom nothing is known; `ready` is the
    content, read."""

    contact: Contact | None
    sent_as: str
    as_mms: body.Composed
    as_text: body.Composed
    rendition: Rendition | None
    ready: body.Body
    brand: str
    opt_out_line: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet, and there is no file."""
        return self.composed.refusal is not None and self.composed.refusal.code == "empty_message"

    @property
    def composed(self) -> body.Composed:
        """The message that the chosen phone gets."""
        return self.as_text if self.sent_as == Message.SentAs.LINK else self.as_mms


def for_contact(
    *,
    campaign: Campaign,
    contact: Contact | None,
    as_link: bool,
    text: str | None = None,
    known: Collection[str] | None = None,
    sees_numbers: bool = False,
    limit: limits.Limit | None = None,
) -> Preview:
    """The exact message for this person; `text` stands in for the stored one while it is being typed.

    `as_link` shows what a phone without MMS gets; who lives where there is no MMS gets that anyway. `known` saves
    asking for all fields again (see `problems.known_fields`), `limit` asking for the group's numbers. Who may not see
    numbers sees `values_of` instead.
    """
    revision = drafts.content(campaign)
    if text is not None:
        revision = with_text(revision, text.replace("\r\n", "\n"))
    ready = body.prepare(revision=revision, group=campaign.group, known=known or problems.known_fields())
    values = values_of(contact, sees_numbers=sees_numbers)
    limit = limit or limits.of_group(campaign.group)
    brand, opt_out_line = body.words_of(revision=revision, group=campaign.group)
    first, second = ("mms", "link") if revision.rendition else ("text", "text")
    return Preview(
        contact=contact,
        sent_as=_sent_as(revision, contact, as_link=as_link),
        as_mms=ready.render(values, sent_as=first, limit=limit),
        as_text=ready.render(values, sent_as=second, limit=limit, link=example_link()),
        rendition=revision.rendition,
        ready=ready,
        brand=brand,
        opt_out_line=opt_out_line,
    )


def values_of(contact: Contact | None, *, sees_numbers: bool) -> dict[str, object]:
    """What the fields hold for this person. A number that may not be seen keeps its length: so do size and parts."""
    values = dict(body.values_of(contact)) if contact else {}
    if contact and not sees_numbers:
        values["phone_number"] = f"{contact.phone[:2]}{'x' * (len(contact.phone) - 4)}{contact.phone[-2:]}"
    return values


def example_link() -> str:
    """What the last line of a text with a link looks like."""
    return f"{settings.PUBLIC_BASE_URL}/m/{EXAMPLE_END}"


def samples(*, campaign: Campaign, search: str = "", sees_numbers: bool = False) -> list[Contact]:
    """Up to CHOICES people of the audience who may be texted, by name or number in any spelling.

    Who may not see numbers finds people only by the whole number.
    """
    people = _reachable(campaign)
    words = search.split()
    forms = phones.search_forms(search)
    if forms.exact or forms.part:
        by_number = Q(phone__in=forms.exact)
        people = people.filter(by_number | Q(phone__contains=forms.part) if sees_numbers and forms.part else by_number)
    else:
        for word in words[:4]:
            people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return list(people.order_by("pk")[:CHOICES])


def _reachable(campaign: Campaign) -> QuerySet[Contact]:
    try:
        people = matching.people(group=campaign.group, audience=campaign.audience)
    except refusals.Refused:
        # A filter that cannot be asked is a problem of its own; people can be looked at all the same.
        return consent.reachable(group=campaign.group)
    return people.filter(Q(exclusion=""))


def _sent_as(revision: Revision, contact: Contact | None, *, as_link: bool) -> str:
    if revision.rendition is None:
        return Message.SentAs.TEXT.value
    abroad = contact is not None and contact.country not in phones.MMS_COUNTRIES
    return Message.SentAs.LINK.value if as_link or abroad else Message.SentAs.MMS.value


def with_text(revision: Revision, text: str) -> Revision:
    """The revision as it would be with another text; not to be saved."""
    columns = {field.attname: getattr(revision, field.attname) for field in Revision._meta.concrete_fields}
    other = Revision(**columns | {"text": text})
    other.rendition, other.fitting = revision.rendition, revision.fitting
    return other
