"""Merge fields: their names, and the snippet a chip puts into the text.

A field has one full name everywhere in the code: `first_name`, `custom_attribute.store`,
`sms.inbound_media_url`. In a text it is written `${first_name}`, `custom_attribute.${store}`,
`sms.${inbound_media_url}`, as Braze writes it.
"""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

STANDARD: Final = (
    "first_name",
    "last_name",
    "phone_number",
    "email",
    "country",
    "language",
    "city",
    "time_zone",
)
# Only an answer to an inbound message knows these.
INBOUND: Final = ("sms.inbound_message_body", "sms.inbound_media_url")

_CUSTOM: Final = "custom_attribute."
_NEEDS_A_STAND_IN: Final = frozenset({"first_name", "last_name", "city"})


@dataclass(frozen=True, slots=True)
class Chip:
    """One button over the text: the field's full name, the name to show, and what it inserts.

    `label` is the bare name of a custom attribute (shown as it is) or of a standard or inbound field (the code
    of a translated word).
    """

    field: str
    label: str
    snippet: str


def custom(name: str) -> str:
    """Return the full name of the custom attribute `name`."""
    return _CUSTOM + name


def known(*, attributes: Iterable[str] = (), inbound: bool = False) -> frozenset[str]:
    """Return the full names of all fields a text may use, given the custom attributes that exist."""
    names = {*STANDARD, *(custom(name) for name in attributes)}
    return frozenset(names.union(INBOUND) if inbound else names)


def written(field: str) -> str:
    """Return how the field of this full name is written in a text, without the braces around it."""
    family, dot, name = field.partition(".")
    return f"{family}.${{{name}}}" if dot else f"${{{field}}}"


def meant(name: str, fields: Collection[str]) -> str | None:
    """Return how the field of `fields` that was probably meant by an unknown name is written, or None."""
    bare = name.rpartition(".")[2]
    ordered = sorted(fields)
    same = [field for field in ordered if field.rpartition(".")[2] == bare]
    close = same or difflib.get_close_matches(name, ordered, n=1, cutoff=0.75)
    return written(close[0]) if close else None


def chips(*, attributes: Iterable[str] = (), inbound: bool = False) -> list[Chip]:
    """Return the chips for the composer, standard fields first, custom attributes by name."""
    names = [*STANDARD, *(INBOUND if inbound else ()), *(custom(name) for name in sorted(attributes))]
    return [Chip(name, name.partition(".")[2] or name, _snippet(name)) for name in names]


def _snippet(field: str) -> str:
    stand_in = " | default: 'there'" if field in _NEEDS_A_STAND_IN else ""
    return f"{{{{ {written(field)}{stand_in} }}}}"
