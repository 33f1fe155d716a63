"""The sandbox carrier and its virtual phones: is it there, does it know our webhook, whose phones are they?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Q

from campaigns.gateways import http, sandbox, sandbox_phones
from campaigns.sending import accounts, health
from subscriptions import phones
from subscriptions.models import Contact, OurPhone, ProviderAccount, SenderNumber

PER_PAGE: Final = 30
_PERSON, _OURS = "person-", "ours-"


@dataclass(frozen=True)
class Holder:
    """Whose phone it is: `key` stands in addresses, since a number is not for everybody's eyes."""

    phone: str
    name: str = ""
    key: str = ""


@dataclass(frozen=True)
class Line:
    """One phone of the list with the last thing that happened on it, if anything did."""

    holder: Holder
    last: sandbox_phones.Phone | None = None


@dataclass(frozen=True)
class Listing:
    """Phones, latest first; `total` counts all that match."""

    lines: tuple[Line, ...]
    total: int


def keep_in_touch(*, now: datetime) -> bool:
    """Write the carrier's sign of life and register our webhook; True if it answers. Harmless to repeat."""
    if not settings.SANDBOX:
        return False
    try:
        for account in ProviderAccount.objects.filter(kind="sandbox", is_active=True):
            sandbox_phones.register_webhook(carrier=client(account), url=accounts.callback_url(account))
    except (http.Trouble, sandbox_phones.Refused):
        return False
    health.beat(process="carrier", now=now)
    return True


def client(account: ProviderAccount) -> sandbox.Sandbox:
    """The sandbox client of one account."""
    gateway = accounts.gateway(account)
    assert isinstance(gateway, sandbox.Sandbox)
    return gateway


def carrier() -> sandbox.Sandbox:
    """The carrier itself, for questions that belong to no account."""
    return sandbox.Sandbox(settings.SANDBOX_URL, "", settings.SANDBOX_SECRET)


def listing(*, search: str, page: int, sees_numbers: bool) -> Listing:
    """The phones of the carrier, or those that a search finds: a number in any spelling, or a person's name.

    Who may not see numbers finds them only by the whole number. Raises `http.Trouble`, `sandbox_phones.Refused`.
    """
    offset = (max(page, 1) - 1) * PER_PAGE
    forms = phones.search_forms(search)
    by_digits = (forms.part if sees_numbers else "") or (forms.exact[0].lstrip("+") if forms.exact else "")
    if not search or by_digits:
        found = sandbox_phones.phones(carrier=carrier(), search=by_digits, offset=offset, limit=PER_PAGE)
        if found.phones or not search:
            held = holders((one.phone for one in found.phones), sees_numbers=sees_numbers)
            return Listing(tuple(Line(held[one.phone], one) for one in found.phones), found.total)
    named = Q()
    for word in search.split()[:4]:
        named &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    people = Contact.objects.filter(named | Q(phone__in=forms.exact)).order_by("pk")
    numbers = list(people.values_list("phone", flat=True)[:PER_PAGE])
    held = holders(numbers, sees_numbers=sees_numbers)
    return Listing(tuple(Line(held[number]) for number in numbers), len(numbers))


def holders(numbers: Iterable[str], *, sees_numbers: bool) -> dict[str, Holder]:
    """Whose phones these are; without a key where nobody is known and the number may not be seen."""
    wanted = list(numbers)
    found = {number: Holder(number, "", number if sees_numbers else "") for number in wanted}
    for ours in OurPhone.objects.filter(phone__in=wanted):
        key = ours.phone if sees_numbers else f"{_OURS}{ours.pk}"
        found[ours.phone] = Holder(ours.phone, ours.label, key)
    for person in Contact.objects.filter(phone__in=wanted):
        key = person.phone if sees_numbers else f"{_PERSON}{person.pk}"
        found[person.phone] = Holder(person.phone, str(person), key)
    return found


def holder(key: str, *, sees_numbers: bool) -> Holder | None:
    """Whose phone an address means; None for what is no phone, or is not for these eyes."""
    number: str | None = ""
    if key.startswith(_PERSON) and key.removeprefix(_PERSON).isdecimal():
        number = Contact.objects.filter(pk=key.removeprefix(_PERSON)[:18]).values_list("phone", flat=True).first()
    elif key.startswith(_OURS) and key.removeprefix(_OURS).isdecimal():
        number = OurPhone.objects.filter(pk=key.removeprefix(_OURS)[:18]).values_list("phone", flat=True).first()
    elif sees_numbers and phones.parse(key).e164 == key:
        number = key
    return holders([number], sees_numbers=sees_numbers)[number] if number else None


def our_numbers() -> list[SenderNumber]:
    """The numbers that a virtual phone can write to."""
    numbers = SenderNumber.objects.filter(account__kind="sandbox", account__is_active=True)
    dialled = numbers.exclude(kind=SenderNumber.Kind.ALPHANUMERIC)
    return list(dialled.select_related("group", "account").order_by("group__name", "pk"))
