"""From a filter to the people it means, and what there is to filter by."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Expression, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact, IContains, IExact
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext

from subscriptions.models import Contact
from subscriptions.segments.definition import (
    COLUMN_LABELS,
    COLUMNS,
    OPS,
    WITHOUT_VALUE,
    Condition,
    Definition,
)

# How many of the newest contacts are looked at for names and values: enough to offer choices, never a full scan.
SAMPLE: Final = 5_000

_Sql = tuple[str, tuple[str | int, ...]]


def people(definition: Definition) -> QuerySet[Contact]:
    """Everybody the filter means, whatever their consent."""
    return Contact.objects.filter(condition(definition))


def condition(definition: Definition) -> Q:
    """The filter as a condition over Contact, the same on SQLite and PostgreSQL.

    "is not" and "is empty" hold for people of whom nothing is known. Capitals make no difference (on SQLite: those of
    A to Z).
    """
    found = Q(country__in=definition.countries) if definition.countries else Q()
    for one in definition.conditions:
        found &= _holds(one)
    return found


def described(definition: Definition) -> list[str]:
    """The filter in words, a line for each part; nothing for everybody."""
    lines = []
    if definition.countries:
        lines.append(gettext("country is %(codes)s") % {"codes": ", ".join(definition.countries)})
    for one in definition.conditions:
        words = [str(COLUMN_LABELS.get(one.name, one.name)), str(OPS[one.op])]
        lines.append(" ".join(words if one.op in WITHOUT_VALUE else [*words, f"“{one.value}”"]))
    return lines


def known_attributes(*, limit: int = 100) -> list[str]:
    """Names of attributes that contacts have, the most frequent first, among the newest SAMPLE contacts."""
    newest = Contact.objects.order_by("-pk").values_list("attributes", flat=True)[:SAMPLE]
    return _frequent((name for attributes in newest for name in attributes), limit)


def values_of(name: str, *, limit: int = 50) -> list[str]:
    """Values that a column or attribute has, the most frequent first, among the newest SAMPLE contacts."""
    newest = Contact.objects.order_by("-pk").annotate(seen=_text(name)).values_list("seen", flat=True)[:SAMPLE]
    return _frequent((value for value in newest if value), limit)


def known_countries() -> list[str]:
    """Countries that contacts have, in order of the alphabet."""
    found = Contact.objects.exclude(country="").order_by("country").values_list("country", flat=True)
    return list(found.distinct())


def _frequent(seen: Iterable[str], limit: int) -> list[str]:
    return [value for value, _ in sorted(Counter(seen).items(), key=lambda pair: (-pair[1], pair[0]))[:limit]]


class _Attribute(Func):
    """One attribute as text. Not Django's lookup of a key: that takes a name such as 2024 for a place in a list."""

    def __init__(self, name: str) -> None:
        super().__init__(F("attributes"), output_field=TextField())
        self.name = name

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: object) -> _Sql:
        sql, values = compiler.compile(self.source_expressions[0])
        # Not JSON_EXTRACT: older SQLite cannot read a path with a quote in it.
        return f"(SELECT value FROM json_each({sql}) WHERE key = %s)", (*values, self.name)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: object) -> _Sql:
        sql, values = compiler.compile(self.source_expressions[0])
        return f"({sql} ->> %s::text)", (*values, self.name)


def _text(name: str) -> Expression:
    """A column or attribute as text, empty where there is none. Attributes hold texts and numbers, never null."""
    if name in COLUMNS:
        return Cast(F(name), CharField())
    # Cast, since SQLite gives a stored number back as a number.
    return Coalesce(Cast(_Attribute(name), TextField()), Value(""), output_field=TextField())


def _holds(one: Condition) -> Q:
    text = _text(one.name)
    if one.op == "is_set":
        return ~Q(Exact(text, Value("")))
    if one.op == "is_not_set":
        return Q(Exact(text, Value("")))
    if one.op == "contains":
        return Q(IContains(text, one.value))
    same = Q(IExact(text, one.value))
    return same if one.op == "is" else ~same
