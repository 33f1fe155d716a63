"""How contact cards are said: what kind of number one is, and numbers as phones show them."""

import re
import urllib.parse
from collections.abc import Iterable

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from campaigns.assets import cards
from subscriptions import phones

register = template.Library()


@register.filter
def number_label(types: Iterable[str]) -> str | Promise:
    """The word before a number or a mail address of a card: mobile, work, home …; 'phone' where nothing is said."""
    return next((words for kind, words in cards.PLACES.items() if kind in types), _("phone"))


@register.filter
def place_label(types: Iterable[str]) -> str | Promise:
    """The word before an address: work or home; nothing where nothing is said."""
    return next((cards.PLACES[kind] for kind in ("WORK", "HOME") if kind in types), "")


@register.filter
def as_dialled(number: str) -> str:
    """A number with spaces, as phones write it; what is no E.164 stays as it is. Not for numbers of people."""
    return phones.written(number) if phones.E164.fullmatch(number) else number


@register.filter
def to_dial(number: str) -> str:
    """What a telephone is told to dial, as the end of a `tel:` address: digits, plus, star, hash and pauses."""
    return urllib.parse.quote(re.sub(r"[^0-9+*#,;pw]", "", number), safe="+*,;")


@register.filter
def address_lines(value: str) -> list[str]:
    """A postal address as it is read: street, then city, region and code, then country."""
    box, extended, street, city, region, code, country = (*value.split("\n"), *[""] * 7)[:7]
    town = " ".join(part for part in (", ".join(part for part in (city, region) if part), code) if part)
    return [line for line in (box, extended, street, town, country) if line]


@register.filter
def initials(name: str) -> str:
    """What stands in the circle where there is no photo: the first letters of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()] or name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
