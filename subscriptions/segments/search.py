"""The list of people: searched by name or number, filtered by group and standing."""

from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from subscriptions import phones
from subscriptions.models import Contact, Subscription, SubscriptionGroup

STANDINGS: Final = {
    "subscribed": _("subscribed"),
    "unsubscribed": _("unsubscribed"),
    "suppressed": _("suppressed"),
    "invalid": _("number cannot be texted"),
}


def found(*, text: str, group: SubscriptionGroup | None, standing: str, sees_numbers: bool) -> QuerySet[Contact]:
    """People whose name has every word of `text`, or whose number it is, the newest first.

    Who may not see numbers finds them only by the whole number, so that nothing can be learned digit by digit.
    """
    people = Contact.objects.filter(_matches(text, sees_numbers=sees_numbers)) if text else Contact.objects.all()
    held = Subscription.objects.filter(contact=OuterRef("pk"))
    if group is not None:
        held = held.filter(group=group)
    if standing in {Subscription.State.SUBSCRIBED, Subscription.State.UNSUBSCRIBED}:
        people = people.filter(Exists(held.filter(state=standing)))
    elif group is not None:
        people = people.filter(Exists(held))
    if standing == "suppressed":
        people = people.filter(suppressed_at__isnull=False)
    if standing == "invalid":
        people = people.filter(is_valid=False)
    return people.order_by("-pk").prefetch_related(
        Prefetch("subscriptions", Subscription.objects.select_related("group").order_by("group__name"))
    )


def _matches(text: str, *, sees_numbers: bool) -> Q:
    named = Q()
    for word in text.split():
        named &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    forms = phones.search_forms(text)
    numbered = Q(phone__in=forms.exact) if forms.exact else Q()
    if sees_numbers and forms.part:
        numbered |= Q(phone__contains=forms.part)
    return named | numbered if numbered else named
