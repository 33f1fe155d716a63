"""Hide phone numbers inside a text from people without the right to see them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from subscriptions import phones

# What people write between the digits of one number; between those of a known number it may be letters too.
_GAP: Final = r"[^0-9A-Za-z+\n]{0,3}"
_ANY_GAP: Final = r"[^0-9]{0,3}"
_RUN: Final = re.compile(rf"[+(]{{0,2}}[0-9](?:{_GAP}[0-9]){{6,}}")
_GROUP: Final = re.compile(r"[0-9]+")
# Fewer digits are years, prices and codes; no number of any country has more.
_FEWEST: Final = 7
_MOST: Final = 15
# A reading takes a tenth of a millisecond. What is left after so many is hidden without being read.
_READINGS: Final = 60
# What a number of North America looks like without its plus.
_AT_HOME: Final = re.compile(r"1?[2-9][0-9]{2}[2-9][0-9]{6}")
# Everybody may know these.
_PUBLIC: Final = frozenset({"toll_free", "premium_rate", "shared_cost", "company_number", "unknown"})

_Span = tuple[int, int, str]


def hide(text: str, *, own: str = "") -> str:
    """`text` with phone numbers masked as `phones.mask` does: `own`, in E.164, however it is spelled, from its last
    seven digits on, and whatever else reads as a number that reaches a person, at home in North America or where `own`
    is. Nobody is hidden from who writes digits as words."""
    plain = _ascii_digits(text)
    out, at = [], 0
    for start, end, mark in _found(plain, own):
        out += [text[at:start], mark]
        at = end
    return "".join([*out, text[at:]])


def _ascii_digits(text: str) -> str:
    """Digits of all scripts as ASCII, sign for sign."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _found(plain: str, own: str) -> Iterator[_Span]:
    """Where numbers stand, in order, and what is shown in their place."""
    countries = tuple(dict.fromkeys(("US", phones.parse(own).country or "US" if own else "US")))
    readings = iter(range(_READINGS))
    at = 0
    known = _spellings(own).finditer(plain) if len(own) > _FEWEST else ()
    for match in known:
        yield from _others(plain, at, match.start(), countries, readings)
        yield match.start(), match.end(), phones.mask(own)
        at = match.end()
    yield from _others(plain, at, len(plain), countries, readings)


def _spellings(own: str) -> re.Pattern[str]:
    """The last seven digits, with as many of those before them as are there."""
    digits = own.lstrip("+")
    before = ""
    for digit in digits[:-_FEWEST]:
        before = f"(?:{before}{digit}{_ANY_GAP})?"
    dialled = rf"[+(]{{0,2}}(?:0{{1,2}}{_ANY_GAP})?"  # at home many countries put a zero first, abroad two
    return re.compile(dialled + before + _ANY_GAP.join(digits[-_FEWEST:]))


def _others(plain: str, start: int, end: int, countries: tuple[str, ...], readings: Iterator[int]) -> Iterator[_Span]:
    for run in _RUN.finditer(plain, start, end):
        groups = list(_GROUP.finditer(plain, run.start(), run.end()))
        first = 0
        while first < len(groups):
            begin = run.start() if first == 0 else groups[first].start()
            for last in _ends(groups, first):
                spelled = plain[begin : groups[last].end()]
                if not any(_may_be(spelled, country) for country in countries):
                    continue
                if next(readings, None) is None:
                    yield begin, run.end(), "••••"
                    return
                if number := _read(spelled, countries):
                    yield begin, groups[last].end(), phones.mask(number)
                    first = last + 1
                    break
            else:
                first += 1


def _ends(groups: list[re.Match[str]], first: int) -> list[int]:
    """The groups with which a number that begins with `first` may end, the longest first."""
    ends, digits = [], 0
    for last in range(first, len(groups)):
        digits += groups[last].end() - groups[last].start()
        if digits > _MOST:
            break
        if digits >= _FEWEST:
            ends.append(last)
    return ends[::-1]


def _may_be(spelled: str, country: str) -> bool:
    """Whether it is worth reading."""
    if country != "US" or spelled.startswith(("+", "00")):
        return True
    return _AT_HOME.fullmatch("".join(_GROUP.findall(spelled))) is not None


def _read(spelled: str, countries: tuple[str, ...]) -> str:
    for country in countries:
        phone = phones.parse(spelled, default_country=country)
        if phone.e164 and (phone.is_valid or phone.kind not in _PUBLIC):
            return phone.e164
    return ""
