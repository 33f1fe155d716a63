"""Filters over contact columns and attributes."""

from subscriptions.segments.definition import (
    COLUMN_LABELS,
    COLUMNS,
    OPS,
    WITHOUT_VALUE,
    Condition,
    Definition,
    DefinitionRefused,
    clean,
)
from subscriptions.segments.people import (
    condition,
    described,
    known_attributes,
    known_countries,
    people,
    values_of,
)

__all__ = [
    "COLUMNS",
    "COLUMN_LABELS",
    "OPS",
    "WITHOUT_VALUE",
    "Condition",
    "Definition",
    "DefinitionRefused",
    "clean",
    "condition",
    "described",
    "known_attributes",
    "known_countries",
    "people",
    "values_of",
]
