"""Numbers in contact cards: what of a TEL can be dialled, and which number works from one country only."""

import re
import unicodedata
import urllib.parse
from collections.abc import Iterable
from typing import Final

from campaigns.media import problems
from subscriptions import phones

_NUMBER: Final = re.compile(
    r"(\(?\s*\+?[0-9 ()\[\]./-]*)((?:x|ext\.?|extension|[,;#*pw])[0-9#*,;pw ]*)?", re.IGNORECASE
)
_EXTENSION: Final = re.compile(r"\s*(?:;\s*ext\s*=|\bextension\b|\bext\b\.?|x)\s*(?=[0-9])", re.IGNORECASE)
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_CHARACTERS: Final = 40
_DIGITS: Final = range(3, 21)


def read(text: str) -> str:
    """A number as it was written, cleaned of invisible signs, foreign digits and what a `tel:` address wraps around it.

    An extension is written as a pause and its digits, which phones dial. Raises UnfitError: vcard_bad_phone.
    """
    number = _plain_signs(text)
    if number.lower().startswith("tel:"):
        number = _from_address(number[4:])
    number = _EXTENSION.sub(",", number).strip()
    parts = _NUMBER.fullmatch(number)
    if parts is None or len(number) > _CHARACTERS or _digits(number) not in _DIGITS:
        raise problems.refuse("vcard_bad_phone", found=text.strip()[:60])
    return number


def in_full(text: str) -> str:
    """A number that somebody types for a card, with its country where it says none; short codes stay as they are.

    Raises UnfitError: vcard_bad_phone, also for what no country would connect.
    """
    number = read(text)
    parts = _NUMBER.fullmatch(number)
    assert parts is not None  # it was just read
    digits = _digits(parts.group(1))
    if digits < 7 and not number.startswith("+"):
        return number
    e164 = _e164(number)
    if e164 is None:
        raise problems.refuse("vcard_bad_phone", found=text.strip()[:60])
    return e164 + (parts.group(2) or "").replace(" ", "")


def advice(numbers: Iterable[tuple[str, int | None]]) -> list[problems.Problem]:
    """vcard_phone_not_e164 for each number, given with its line, that does not say its country."""
    return [
        problems.Problem("vcard_phone_not_e164", limit=_e164(number), found=number, severity="advice", line=line)
        for number, line in numbers
        if not number.lstrip("( ").startswith("+")
    ]


def _e164(number: str) -> str | None:
    """The number with its country, as far as it can be told: without one it is read as North American."""
    parts = _NUMBER.fullmatch(number)
    known = phones.parse(parts.group(1) if parts else number)
    return known.e164 if known.e164 and (known.is_valid or known.kind != "unknown") else None


def _plain_signs(text: str) -> str:
    """Digits of any script in ASCII, dashes as hyphens, no invisible signs: phones paste those around numbers."""
    visible = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in visible)
    return " ".join(plain.translate(_DASHES).split())


def _from_address(address: str) -> str:
    """The number of a `tel:` address, RFC 3966: its extension stays, a local number gets its context."""
    number, *parameters = urllib.parse.unquote(address).split(";")
    settings = dict(parameter.partition("=")[::2] for parameter in parameters)
    context, extension = settings.get("phone-context", ""), settings.get("ext", "")
    if context.startswith("+") and not number.startswith("+"):
        number = f"{context}-{number}"
    return f"{number};ext={extension}" if extension else number


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
