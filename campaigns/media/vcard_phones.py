"""Numbers in contact cards: what of a TEL can be dialled. Knows no country's plan: that is in `vcard_dialling`."""

import re
import unicodedata
import urllib.parse
from typing import Final

from campaigns.media import problems

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


def parts(number: str) -> tuple[str, str]:
    """The number itself, and what is dialled after it, of what `read` gave."""
    found = _NUMBER.fullmatch(number)
    return (found.group(1), found.group(2) or "") if found else (number, "")


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
