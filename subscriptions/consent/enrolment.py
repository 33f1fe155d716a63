"""A person added by hand, with the consent that they gave."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from subscriptions import phones
from subscriptions.consent import ledger
from subscriptions.models import ConsentEntry, Contact, SubscriptionGroup

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def enrol(
    *,
    phone: phones.Phone,
    first_name: str,
    last_name: str,
    attributes: Mapping[str, str],
    group: SubscriptionGroup,
    wording: str,
    detail: str,
    happened_at: datetime,
    by: "User",
) -> Contact:
    """Add the person and record their consent, both or neither.

    Whoever was added a moment ago by somebody else keeps what is there and gains the consent. Raises ConsentRefused.
    """
    contact, is_new = Contact.objects.at(phone)
    if is_new:
        contact.first_name, contact.last_name, contact.attributes = first_name, last_name, dict(attributes)
        contact.save(update_fields=["first_name", "last_name", "attributes"])
    # A second click waits for the first one here, and finds its line.
    Contact.objects.select_for_update().get(pk=contact.pk)
    said = {"group": group, "wording": wording, "detail": detail, "happened_at": happened_at, "by": by}
    if contact.consent_entries.filter(action=ConsentEntry.Action.GRANTED, **said).exists():
        return contact
    ledger.grant(
        contact=contact,
        group=group,
        source=ConsentEntry.Source.FORM,
        wording=wording,
        detail=detail,
        happened_at=happened_at,
        by=by,
    )
    return contact
