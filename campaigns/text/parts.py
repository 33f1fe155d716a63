"""How a text travels as SMS: its alphabet, its units, its parts.

Two alphabets: GSM-7 (3GPP TS 23.038, 7-bit units, called septets) and UCS-2 (UTF-16 code units). One character
outside GSM-7 moves the whole text to UCS-2. A text longer than one part gives some of each part to the header
that joins them (TS 23.040). A pair is never split: neither escape + extension character, nor a surrogate pair.
"""

import itertools
import re
import unicodedata
from typing import Final, Literal, NamedTuple

Encoding = Literal["gsm7", "ucs2"]

# The default alphabet in the order of its code table, without 0x1B, the escape to the extension table.
GSM_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# Each costs two septets: the escape, then the character.
GSM_EXTENSION: Final = "\f^{}\\[~]|€"

# Units in a text of one part, and in each part of a longer one.
ALONE: Final[dict[Encoding, int]] = {"gsm7": 160, "ucs2": 70}
JOINED: Final[dict[Encoding, int]] = {"gsm7": 153, "ucs2": 67}

_FOREIGN: Final = re.compile(f"[^{re.escape(GSM_BASIC + GSM_EXTENSION)}]")
_WIDE: Final[dict[Encoding, re.Pattern[str]]] = {
    "gsm7": re.compile(f"[{re.escape(GSM_EXTENSION)}]"),
    "ucs2": re.compile("[\U00010000-\U0010ffff]"),
}


class Foreign(NamedTuple):
    """A character outside GSM-7 and the place where it first stands, counted in characters from 0."""

    character: str
    position: int
    name: str


# A tuple rather than a dataclass: one is made for every message sent, and it is four times as quick.
class Measure(NamedTuple):
    """What a text costs as SMS. `characters` are code points; `units` septets or UTF-16 code units."""

    encoding: Encoding
    characters: int
    units: int
    parts: int
    forced_by: Foreign | None


def measure(text: str) -> Measure:
    """Return alphabet, characters, units and parts of `text`; an empty text has no part.

    `forced_by` is the first character that GSM-7 lacks, or None. Source: 3GPP TS 23.038 and 23.040.
    """
    match = _FOREIGN.search(text)
    encoding: Encoding
    if match is None:
        encoding, forced_by = "gsm7", None
    else:
        encoding, forced_by = "ucs2", _foreign(match)
    characters = len(text)
    units = characters + len(_WIDE[encoding].findall(text))
    if units <= ALONE[encoding]:
        parts = 1 if text else 0
    elif units == characters:
        parts = -(-units // JOINED[encoding])
    else:
        parts = len(_cuts(text, encoding))
    return Measure(encoding, characters, units, parts, forced_by)


def split(text: str) -> list[str]:
    """Return the parts of `text` in order; joined they are `text` again, and no pair is split."""
    measured = measure(text)
    if measured.parts <= 1:
        return [text] if text else []
    starts = [0, *_cuts(text, measured.encoding)]
    return [text[start:end] for start, end in itertools.pairwise(starts)]


def foreign(text: str) -> tuple[Foreign, ...]:
    """Return every distinct character that GSM-7 lacks, each at its first place, in the order of the text."""
    first: dict[str, Foreign] = {}
    for match in _FOREIGN.finditer(text):
        if match[0] not in first:
            first[match[0]] = _foreign(match)
    return tuple(first.values())


def _foreign(match: re.Match[str]) -> Foreign:
    character = match[0]
    return Foreign(character, match.start(), unicodedata.name(character, f"U+{ord(character):04X}"))


def _cuts(text: str, encoding: Encoding) -> list[int]:
    """Return where each part of a text of several parts ends, filling every part as far as pairs allow."""
    room, wide = JOINED[encoding], _WIDE[encoding]
    ends: list[int] = []
    start = 0
    while start < len(text):
        end = min(start + room, len(text))
        units = end - start + len(wide.findall(text, start, end))
        while units > room:
            end -= 1
            units -= 2 if wide.match(text, end) else 1
        ends.append(end)
        start = end
    return ends
