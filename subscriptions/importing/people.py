"""From rows to people: each row becomes a person with a number, or a trouble with its line."""

import unicodedata
import zoneinfo
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from subscriptions import phones
from subscriptions.importing import columns, read
from subscriptions.models import Contact, ImportRun

_LENGTHS: Final = {
    name: int(getattr(Contact._meta.get_field(name), "max_length", 0))
    for name in ("first_name", "last_name", "email", "language", "city", "time_zone")
}
_ZONES: Final = zoneinfo.available_timezones()
FOUND_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Person:
    """One row understood. `profile` holds only what the row says: an empty cell changes nothing."""

    line: int
    phone: phones.Phone
    profile: dict[str, str]
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row that is left out, and why. Codes: those of phones.parse and duplicate, too_many_cells, cell_too_long,
    not_an_email, not_a_zone, control_characters.
    """

    line: int
    code: str
    column: str
    limit: str
    found: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def understood(sheet: read.Sheet, *, kind: str) -> Iterator[Person | Trouble]:
    """Every row as a person or a trouble, in order. The first row of a number counts; later ones are duplicates.

    An opt-out list takes any number that can be written as E.164: also one that cannot be texted may be refused texts.
    """
    seen: dict[str, int] = {}
    for row in sheet.rows():
        found = _person(row, any_number=kind == ImportRun.Kind.OPT_OUT)
        if isinstance(found, Person):
            first = seen.setdefault(found.phone.e164, row.line)
            if first != row.line:
                found = _trouble(row, "duplicate", columns.PHONE, limit=str(first))
        yield found


def _person(row: read.Row, *, any_number: bool) -> Person | Trouble:
    if row.extra:
        return Trouble(row.line, "too_many_cells", "", "", str(row.extra))
    country = row.cells.get(columns.COUNTRY, "").upper()
    default = country if len(country) == 2 and country.isascii() and country.isalpha() else "US"
    phone = phones.parse(row.cells.get(columns.PHONE, ""), default_country=default)
    if not phone.is_valid and not (any_number and phone.e164):
        return _trouble(row, phone.reason, columns.PHONE)
    profile: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for meaning, cell in row.cells.items():
        if not cell or meaning in {columns.PHONE, columns.COUNTRY, columns.CONSENT}:
            continue
        if any(unicodedata.category(sign) == "Cc" and sign not in "\n\t\r" for sign in cell):
            return _trouble(row, "control_characters", meaning)
        if meaning == columns.NAME:
            first, _, last = cell.partition(" ")
            profile.setdefault("first_name", first)
            profile.setdefault("last_name", last.strip())
        elif meaning.startswith(columns.ATTRIBUTE):
            attributes[meaning.removeprefix(columns.ATTRIBUTE)] = cell
        else:
            profile[meaning] = cell
    wrong = _wrong(profile)
    if wrong:
        code, name, limit = wrong
        return Trouble(row.line, code, name, limit, profile[name][:FOUND_SHOWN])
    return Person(row.line, phone, {name: value for name, value in profile.items() if value}, attributes)


def _wrong(profile: dict[str, str]) -> tuple[str, str, str] | None:
    """The first cell that a contact cannot hold: (code, column, limit)."""
    for name, value in profile.items():
        if len(value) > _LENGTHS[name]:
            return "cell_too_long", name, str(_LENGTHS[name])
    if "time_zone" in profile and profile["time_zone"] not in _ZONES:
        return "not_a_zone", "time_zone", "America/New_York"
    if "email" in profile:
        try:
            validate_email(profile["email"])
        except ValidationError:
            return "not_an_email", "email", ""
    return None


def _trouble(row: read.Row, code: str, column: str, *, limit: str = "") -> Trouble:
    return Trouble(row.line, code, column, limit, row.cells.get(column, "")[:FOUND_SHOWN])
