"""Reading consent: may this group text this person, for one, for a batch, and as a condition over everybody.

The condition and the row-wise form are held together by a table test over all combinations.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from subscriptions.models import Contact, Subscription, SubscriptionGroup

State = Subscription.State

# Why somebody may not be texted, the weightiest first: the order in which both forms ask.
SUPPRESSED: Final = "suppressed"
UNSUBSCRIBED: Final = "unsubscribed"
NOT_SUBSCRIBED: Final = "not_subscribed"
INVALID_PHONE: Final = "invalid_phone"
COUNTRY_NOT_ALLOWED: Final = "country_not_allowed"
EXCLUSIONS: Final = (SUPPRESSED, UNSUBSCRIBED, NOT_SUBSCRIBED, INVALID_PHONE, COUNTRY_NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """May we text them? `code` is one of EXCLUSIONS, empty when allowed; `consent_id` is the ledger line behind it."""

    allowed: bool
    code: str
    consent_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one person stands with one group, and whether the group may text them."""

    group: SubscriptionGroup
    subscription: Subscription | None
    verdict: Verdict


def may_text(*, contact: Contact, group: SubscriptionGroup) -> Verdict:
    """May this group text this person now? Reads every fact again: the last look before a hand-over."""
    return may_text_many(contact_ids=[contact.pk], group=group)[contact.pk]


def may_text_many(*, contact_ids: Collection[int], group: SubscriptionGroup) -> dict[int, Verdict]:
    """The same for a batch, in one query besides the group's. A contact that is gone is not subscribed."""
    allowed = SubscriptionGroup.objects.values_list("allowed_countries", flat=True).get(pk=group.pk)
    mine = Subscription.objects.filter(contact=OuterRef("pk"), group=group)
    rows = (
        Contact.objects.filter(pk__in=contact_ids)
        .annotate(now_state=Subquery(mine.values("state")[:1]), now_consent=consent_of(group=group))
        .values_list("pk", "suppressed_at", "now_state", "is_valid", "country", "now_consent")
    )
    verdicts = dict.fromkeys(contact_ids, Verdict(False, NOT_SUBSCRIBED, None))
    for pk, suppressed_at, state, is_valid, country, consent_id in rows:
        code = _exclusion(suppressed_at, state, is_valid, country in allowed)
        verdicts[pk] = Verdict(not code, code, consent_id)
    return verdicts


def _exclusion(suppressed_at: datetime | None, state: str | None, is_valid: bool, country_allowed: bool) -> str:
    if suppressed_at is not None:
        return SUPPRESSED
    if state != State.SUBSCRIBED:
        return UNSUBSCRIBED if state == State.UNSUBSCRIBED else NOT_SUBSCRIBED
    if not is_valid:
        return INVALID_PHONE
    return "" if country_allowed else COUNTRY_NOT_ALLOWED


def exclusion_case(*, group: SubscriptionGroup) -> Case:
    """An expression over Contact: why this group may not text the person, '' when it may. The set form of may_text.

    The group's allowed countries are taken as they are on `group`.
    """
    mine = Subscription.objects.filter(contact=OuterRef("pk"), group=group)
    return Case(
        When(suppressed_at__isnull=False, then=Value(SUPPRESSED)),
        When(Exists(mine.filter(state=State.UNSUBSCRIBED)), then=Value(UNSUBSCRIBED)),
        When(~Exists(mine.filter(state=State.SUBSCRIBED)), then=Value(NOT_SUBSCRIBED)),
        When(is_valid=False, then=Value(INVALID_PHONE)),
        When(~Q(country__in=group.allowed_countries), then=Value(COUNTRY_NOT_ALLOWED)),
        default=Value(""),
        output_field=CharField(max_length=20),
    )


def consent_of(*, group: SubscriptionGroup) -> Subquery:
    """An expression over Contact: the ledger line that says where the person stands with the group, or NULL."""
    return Subquery(Subscription.objects.filter(contact=OuterRef("pk"), group=group).values("consent_id")[:1])


def known_to(*, group: SubscriptionGroup) -> QuerySet[Contact]:
    """Everyone who is or was subscribed to the group."""
    return Contact.objects.filter(Exists(Subscription.objects.filter(contact=OuterRef("pk"), group=group)))


def reachable(*, group: SubscriptionGroup) -> QuerySet[Contact]:
    """Everyone whom this group may text now."""
    return Contact.objects.annotate(exclusion=exclusion_case(group=group)).filter(exclusion="")


def standing(*, contact: Contact) -> list[Standing]:
    """Where this person stands with every group, for people to read: three queries, however many groups there are."""
    fresh = Contact.objects.get(pk=contact.pk)
    mine = Subscription.objects.filter(contact=contact).select_related("consent__by")
    by_group = {subscription.group_id: subscription for subscription in mine}
    found = []
    for group in SubscriptionGroup.objects.all():
        subscription = by_group.get(group.pk)
        code = _exclusion(
            fresh.suppressed_at,
            subscription.state if subscription else None,
            fresh.is_valid,
            fresh.country in group.allowed_countries,
        )
        verdict = Verdict(not code, code, subscription.consent_id if subscription else None)
        found.append(Standing(group, subscription, verdict))
    return found
