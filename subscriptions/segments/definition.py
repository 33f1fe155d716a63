"""A filter over people, as it is kept: checked on the way in, so that what is stored can always be asked.

Kept as JSON: {"countries": ["US"], "attributes": [{"name": "store", "op": "is", "value": "Denver"}]}. Everything is
joined by "and". A name is a column of the contact or one of its attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from subscriptions.refusals import Refused

COLUMNS: Final = ("first_name", "last_name", "email", "language", "city", "time_zone")
COLUMN_LABELS: Final = {
    "first_name": _("first name"),
    "last_name": _("last name"),
    "email": _("e-mail"),
    "language": _("language"),
    "city": _("city"),
    "time_zone": _("time zone"),
}
OPS: Final = {
    "is": _("is"),
    "is_not": _("is not"),
    "contains": _("contains"),
    "is_set": _("is filled in"),
    "is_not_set": _("is empty"),
}
WITHOUT_VALUE: Final = frozenset({"is_set", "is_not_set"})

# Bounds of ours: more than anybody picks by hand, few enough for one statement.
CONDITIONS_LIMIT: Final = 20
NAME_LIMIT: Final = 60
VALUE_LIMIT: Final = 200
COUNTRIES_LIMIT: Final = 250


class DefinitionRefused(Refused):
    """A filter that cannot be asked."""


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    op: str
    value: str = ""

    @property
    def is_column(self) -> bool:
        return self.name in COLUMNS


@dataclass(frozen=True, slots=True)
class Definition:
    """Everybody, narrowed by country and by conditions that must all hold."""

    countries: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """How it is kept; the same filter is always written the same way."""
        return {
            "countries": list(self.countries),
            "attributes": [{"name": one.name, "op": one.op, "value": one.value} for one in self.conditions],
        }


def clean(raw: object) -> Definition:
    """Check a filter as it was kept or sent, and bring it into one shape. Raises DefinitionRefused, in words."""
    if not isinstance(raw, Mapping):
        raise DefinitionRefused(code="not_a_filter", found=raw, words=_("This is not a filter."))
    unknown = set(raw) - {"countries", "attributes"}
    if unknown:
        sentence = _("A filter has no part called “%(name)s”.") % {"name": min(map(str, unknown))}
        raise DefinitionRefused(code="unknown_part", found=sorted(map(str, unknown)), words=sentence)
    conditions = _list(raw.get("attributes", []))
    if len(conditions) > CONDITIONS_LIMIT:
        words = _("A filter has at most %(limit)d conditions; this one has %(found)d.")
        raise DefinitionRefused(
            code="too_many_conditions",
            limit=CONDITIONS_LIMIT,
            found=len(conditions),
            words=words % {"limit": CONDITIONS_LIMIT, "found": len(conditions)},
        )
    return Definition(_countries(_list(raw.get("countries", []))), tuple(_condition(one) for one in conditions))


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list | tuple):
        raise DefinitionRefused(code="not_a_filter", found=raw, words=_("This is not a filter."))
    return list(raw)


def _countries(raw: list[object]) -> tuple[str, ...]:
    codes = {str(code).strip().upper() for code in raw}
    wrong = sorted(code for code in codes if not (len(code) == 2 and code.isascii() and code.isalpha()))
    if wrong or len(codes) > COUNTRIES_LIMIT:
        sentence = _("“%(found)s” is not a country: write two letters, like US.")
        raise DefinitionRefused(code="not_a_country", found=wrong, words=sentence % {"found": (wrong or ["…"])[0][:20]})
    return tuple(sorted(codes))


def _condition(raw: object) -> Condition:
    if not isinstance(raw, Mapping):
        raise DefinitionRefused(code="not_a_filter", found=raw, words=_("This is not a filter."))
    name, op = str(raw.get("name", "")).strip(), str(raw.get("op", ""))
    value = str(raw.get("value") or "").strip()
    if not name or len(name) > NAME_LIMIT or "\x00" in name:
        sentence = _("Choose what to compare; a name has at most %(limit)d characters.") % {"limit": NAME_LIMIT}
        raise DefinitionRefused(code="name", limit=NAME_LIMIT, found=name[:NAME_LIMIT], words=sentence)
    if op not in OPS:
        sentence = _("“%(name)s” cannot be compared in this way.") % {"name": name}
        raise DefinitionRefused(code="op", limit=list(OPS), found=op, words=sentence)
    if op in WITHOUT_VALUE:
        return Condition(name, op)
    if not value or len(value) > VALUE_LIMIT or "\x00" in value:
        words = _("Say what “%(name)s” is compared with, in at most %(limit)d characters.")
        raise DefinitionRefused(
            code="value", limit=VALUE_LIMIT, found=len(value), words=words % {"name": name, "limit": VALUE_LIMIT}
        )
    return Condition(name, op, value)
