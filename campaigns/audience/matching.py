"""Who a campaign's audience is: the people known to its group, filtered; and how each of them can be reached."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from campaigns.audience import filters
from campaigns.gateways import registry
from campaigns.models import Message
from subscriptions import consent, phones
from subscriptions.models import Contact, SenderNumber, SubscriptionGroup


def people(*, group: SubscriptionGroup, audience: Mapping[str, Any]) -> QuerySet[Contact]:
    """Everyone the filter matches, left-out ones included, each annotated with `exclusion` ('' for nobody's reason)
    and `route` (mms, link). Raises `segments.definition.DefinitionRefused`."""
    known = consent.known_to(group=group).filter(filters.condition(filters.clean(audience)))
    return known.annotate(
        exclusion=Case(
            When(_fictitious_barred(group), then=Value("fictitious")),
            default=consent.exclusion_case(group=group),
            output_field=CharField(),
        ),
        route=Case(
            When(country__in=phones.MMS_COUNTRIES, then=Value(Message.SentAs.MMS.value)),
            default=Value(Message.SentAs.LINK.value),
            output_field=CharField(),
        ),
        standing_consent=consent.consent_of(group=group),
    )


def _fictitious_barred(group: SubscriptionGroup) -> Q:
    """Fictitious people leave by the sandbox only: a group with any other account leaves them out."""
    kinds = SenderNumber.objects.filter(group=group).values_list("account__kind", flat=True).distinct()
    if all(registry.capabilities(kind=kind).fictitious_allowed for kind in kinds):
        return Q(pk__in=[])
    return Q(is_fictitious=True)
