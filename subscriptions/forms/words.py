"""Codes of the rooms below as sentences for people."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PHONE: Final[dict[str, Promise]] = {
    "empty": _("There is no number."),
    "letters": _("A number has no letters. Write it like +1 212 555 0123."),
    "scientific_notation": _(
        "A spreadsheet has cut the last digits off this number. Format the column as text and save the file again."
    ),
    "extension": _("This is an extension of a switchboard, which cannot be texted."),
    "not_a_number": _("This is not one phone number. Write it like +1 212 555 0123."),
    "unknown_country": _("No country has this country code."),
    "too_short": _("This number has too few digits."),
    "too_long": _("This number has too many digits."),
    "area_code_missing": _("The area code is missing."),
    "not_in_use": _("No such number is in use in its country."),
    "toll_free": _("This is a toll-free number, which cannot be texted."),
    "premium_rate": _("This is a premium-rate number, which cannot be texted."),
    "shared_cost": _("This is a shared-cost number, which cannot be texted."),
    "personal_number": _("This is a personal (follow-me) number, which cannot be texted."),
    "pager": _("This is a pager, which cannot be texted."),
    "company_number": _("This is a company-wide number, which cannot be texted."),
    "voicemail": _("This is a voice mailbox, which cannot be texted."),
    "voip": _("This is an internet-only number, which cannot be texted."),
}

ROW: Final[dict[str, Promise]] = {
    **PHONE,
    "duplicate": _("This number stands on line %(limit)s already."),
    "too_many_cells": _("The row has %(found)s more cells than the header has columns."),
    "cell_too_long": _("This is longer than %(limit)s characters."),
    "not_an_email": _("This is not an e-mail address."),
    "not_a_zone": _("This is not a time zone. Write it like %(limit)s."),
    "control_characters": _("This holds control characters."),
}

EXCLUSION: Final[dict[str, Promise]] = {
    "": _("Yes."),
    "suppressed": _("No: suppressed, no group may text them."),
    "unsubscribed": _("No: they opted out of this group."),
    "not_subscribed": _("No: there is no consent for this group."),
    "invalid_phone": _("No: this number cannot be texted."),
    "country_not_allowed": _("No: the group may not text numbers of %(country)s."),
}

ENCODING: Final[dict[str, Promise]] = {
    "utf-8": _("UTF-8"),
    "utf-8-bom": _("UTF-8 with a byte order mark"),
    "utf-16": _("UTF-16"),
    "windows-1252": _("Windows-1252 (Western European)"),
    "latin-1": _("Latin-1 (Western European)"),
}
DELIMITER: Final[dict[str, Promise]] = {
    ",": _("commas"),
    ";": _("semicolons"),
    "\t": _("tabs"),
    "|": _("vertical bars"),
}
COLUMN: Final[dict[str, Promise]] = {
    "": _("left out (no name)"),
    "phone": _("phone number"),
    "country": _("country of numbers without a country code"),
    "name": _("first and last name"),
    "first_name": _("first name"),
    "last_name": _("last name"),
    "email": _("e-mail"),
    "language": _("language"),
    "city": _("city"),
    "time_zone": _("time zone"),
    "consent": _("left out (about the consent)"),
}


def why_not_phone(code: str) -> str:
    """Why a number cannot be texted; reasons that a provider gave stand as they came."""
    return str(PHONE.get(code, code))


def verdict(code: str, *, country: str) -> str:
    """The answer to "may we text them?" for one group."""
    return str(EXCLUSION[code]) % {"country": country or gettext("an unknown country")}


def row_problem(problem: Mapping[str, Any]) -> str:
    """One problem of an import's row."""
    return str(ROW[problem["code"]]) % {"limit": problem["limit"], "found": problem["found"]}


def column(meaning: str) -> str:
    """What an imported column became."""
    if meaning.startswith("attribute."):
        return gettext("attribute “%(name)s”") % {"name": meaning.removeprefix("attribute.")}
    return str(COLUMN[meaning])
