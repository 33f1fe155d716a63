"""The filters a text may use, each bounded: no result is built that is longer than RESULT_LIMIT.

They behave as the filters of the same name in Liquid, with three differences: they are never given a list; `date`
knows no clock and writes English names on every machine; a number beyond NUMBER_LIMIT is refused.
"""

import operator
import re
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final, NamedTuple

from liquid.exceptions import LiquidError
from liquid.undefined import Undefined

RESULT_LIMIT: Final = 10_000
NUMBER_LIMIT: Final = 10**15

Number = int | float


class TooLongError(LiquidError):
    """A result longer than RESULT_LIMIT, or a number beyond NUMBER_LIMIT."""

    def __init__(self, found: int) -> None:
        super().__init__("result too long", token=None)
        self.found = found


class Missing(Undefined):
    """A field that this person has no value for: false, and written as nothing.

    It notes what became of it: `defaulted` where a default stood in, `missing` where nothing did.
    """

    __slots__ = ("defaulted", "missing")

    def __init__(self, name: str, defaulted: dict[str, None], missing: dict[str, None]) -> None:
        super().__init__(name)
        self.defaulted = defaulted
        self.missing = missing

    def __str__(self) -> str:
        self.missing[self.name] = None
        return ""


class Filter(NamedTuple):
    """A filter and how many arguments it takes after the value on its left."""

    apply: Callable[..., object]
    least: int
    most: int


def text_of(value: object) -> str:
    """Return `value` as Liquid writes it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def number_of(value: object) -> Number | None:
    """Return `value` as a number, or None where it is none."""
    if isinstance(value, Undefined):
        value = str(value)
    if isinstance(value, int | float):
        return value if _usable(value) else None
    if not isinstance(value, str) or len(value) > 30:
        return None
    try:
        number = float(value) if any(sign in value for sign in ".eE") else int(value)
    except ValueError:
        return None
    return number if _usable(number) else None


def _usable(number: Number) -> bool:
    # False for what is not a number and for infinity, too.
    return not isinstance(number, bool) and abs(number) <= NUMBER_LIMIT


def _bounded(text: str) -> str:
    if len(text) > RESULT_LIMIT:
        raise TooLongError(len(text))
    return text


def _default(value: object, stand_in: object = "") -> object:
    if isinstance(value, Missing):
        value.defaulted[value.name] = None
        return stand_in
    empty = value is None or value is False or value == "" or isinstance(value, Undefined)
    return stand_in if empty else value


def _append(value: object, tail: object) -> str:
    return _bounded(text_of(value) + text_of(tail))


def _prepend(value: object, head: object) -> str:
    return _bounded(text_of(head) + text_of(value))


def _replace(value: object, old: object, new: object = "") -> str:
    return _replaced(text_of(value), text_of(old), text_of(new), -1)


def _replace_first(value: object, old: object, new: object = "") -> str:
    return _replaced(text_of(value), text_of(old), text_of(new), 1)


def _replaced(text: str, old: str, new: str, times: int) -> str:
    # Counted before it is built: ten thousand characters times ten thousand are a hundred million.
    count = text.count(old) if times < 0 else 1
    length = len(text) + count * (len(new) - len(old))
    if length > RESULT_LIMIT:
        raise TooLongError(length)
    return text.replace(old, new, times)


def _truncate(value: object, length: object = 50, ellipsis: object = "...") -> str:
    text, tail, room = text_of(value), text_of(ellipsis), _whole(length, 50)
    return text if len(text) <= room else _bounded(text[: max(0, room - len(tail))] + tail)


def _truncatewords(value: object, count: object = 15, ellipsis: object = "...") -> str:
    words, room = text_of(value).split(), max(1, _whole(count, 15))
    return text_of(value) if len(words) <= room else _bounded(" ".join(words[:room]) + text_of(ellipsis))


def _whole(value: object, otherwise: int) -> int:
    number = number_of(value)
    return otherwise if number is None else int(number)


def _counted(calculate: Callable[[Decimal, Decimal], Decimal]) -> Callable[[object, object], Number]:
    def apply(value: object, other: object) -> Number:
        left, right = number_of(value) or 0, number_of(other) or 0
        return _number(calculate(Decimal(str(left)), Decimal(str(right))), isinstance(left + right, float))

    return apply


def _number(result: Decimal, fraction: bool) -> Number:
    if abs(result) > NUMBER_LIMIT:
        raise TooLongError(len(str(result)))
    return float(result) if fraction else int(result)


def _round(value: object, digits: object = 0) -> Number:
    number, places = number_of(value) or 0, min(max(_whole(digits, 0), 0), 10)
    try:
        rounded = Decimal(str(number)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise TooLongError(len(str(number))) from None
    return _number(rounded, places > 0)


_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DIRECTIVES: Final[dict[str, Callable[[datetime], str]]] = {
    "A": lambda at: _DAYS[at.weekday()],
    "a": lambda at: _DAYS[at.weekday()][:3],
    "B": lambda at: _MONTHS[at.month - 1],
    "b": lambda at: _MONTHS[at.month - 1][:3],
    "d": lambda at: f"{at.day:02}",
    "-d": lambda at: str(at.day),
    "e": lambda at: f"{at.day:2}",
    "m": lambda at: f"{at.month:02}",
    "-m": lambda at: str(at.month),
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "H": lambda at: f"{at.hour:02}",
    "-H": lambda at: str(at.hour),
    "I": lambda at: f"{(at.hour - 1) % 12 + 1:02}",
    "-I": lambda at: str((at.hour - 1) % 12 + 1),
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "F": lambda at: f"{at.year:04}-{at.month:02}-{at.day:02}",
    "T": lambda at: f"{at.hour:02}:{at.minute:02}:{at.second:02}",
    "%": lambda _: "%",
}
_DIRECTIVE: Final = re.compile(r"%(-?[A-Za-z%])")


def _date(value: object, pattern: object) -> object:
    """Return an ISO 8601 date or time in the given pattern; what is none is returned as it is, as Liquid does."""
    try:
        at = datetime.fromisoformat(text_of(value).strip())
    except ValueError:
        return value
    return _bounded(_DIRECTIVE.sub(lambda match: _directive(at, match), text_of(pattern)))


def _directive(at: datetime, match: re.Match[str]) -> str:
    write = _DIRECTIVES.get(match[1])
    return write(at) if write else match[0]


def _plain(change: Callable[[str], str]) -> Callable[..., object]:
    return _kept(lambda value: _bounded(change(text_of(value))))


def _kept(change: Callable[..., object]) -> Callable[..., object]:
    """Let a missing value through, so that a `default` after this filter still sees it."""

    def apply(value: object, *arguments: object) -> object:
        return value if isinstance(value, Missing) else change(value, *arguments)

    return apply


FILTERS: Final[dict[str, Filter]] = {
    "append": Filter(_append, 1, 1),
    "capitalize": Filter(_plain(str.capitalize), 0, 0),
    "date": Filter(_kept(_date), 1, 1),
    "default": Filter(_default, 0, 1),
    "downcase": Filter(_plain(str.lower), 0, 0),
    "minus": Filter(_counted(operator.sub), 1, 1),
    "plus": Filter(_counted(operator.add), 1, 1),
    "prepend": Filter(_prepend, 1, 1),
    "remove": Filter(_kept(_replace), 1, 1),
    "replace": Filter(_kept(_replace), 1, 2),
    "replace_first": Filter(_kept(_replace_first), 1, 2),
    "round": Filter(_round, 0, 1),
    "strip": Filter(_plain(str.strip), 0, 0),
    "times": Filter(_counted(operator.mul), 1, 1),
    "truncate": Filter(_kept(_truncate), 0, 2),
    "truncatewords": Filter(_kept(_truncatewords), 0, 2),
    "upcase": Filter(_plain(str.upper), 0, 0),
}
