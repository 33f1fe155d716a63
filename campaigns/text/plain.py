"""Make a text plain: typographic characters that force UCS-2, replaced by what GSM-7 has.

Only what changes no meaning: quotes, dashes, dots, spaces, invisible characters, letters typed in two pieces.
Accents, letters of other scripts and emoji are the writer's own and stay.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from campaigns.text import parts

_REPLACEMENTS: Final = {
    **dict.fromkeys("‘’‚‛‹›′´`ʹʼ", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(
        "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
    ),
    **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", ""),
    **dict.fromkeys("\u2028\u2029", "\n"),
    "\u00ad": "",
    "…": "...",
    "•": "-",
    "×": "x",
}
# Emoji and several scripts need their joiners: they go only where both neighbours are plain.
_JOINERS: Final = "\u200c\u200d\ufe0e\ufe0f"
_NEIGHBOUR: Final = re.escape(parts.GSM_BASIC + parts.GSM_EXTENSION + "".join(_REPLACEMENTS))
_CULPRIT: Final = re.compile(
    f"[{re.escape(''.join(_REPLACEMENTS))}]"
    f"|(?<![^{_NEIGHBOUR}])[{_JOINERS}]+(?![^{_NEIGHBOUR}{_JOINERS}])"
    "|[A-Za-z][\u0300-\u036f]+"
)
_BRACES: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


class Change(NamedTuple):
    """What was replaced, its Unicode name, by what, and how often."""

    found: str
    name: str
    replacement: str
    times: int


def make_plain(text: str) -> tuple[str, tuple[Change, ...]]:
    """Return `text` with typographic characters made plain, and the changes in the order of the text.

    `text` may be a source with merge fields: words quoted inside braces never gain the quote that encloses them.
    """
    counts: dict[tuple[str, str], int] = {}

    def mend(match: re.Match[str]) -> str:
        replacement = _replacement(match[0])
        if replacement != match[0] and not _ends_quotes(match, replacement, quoted):
            counts[match[0], replacement] = counts.get((match[0], replacement), 0) + 1
            return replacement
        return match[0]

    quoted = _quoted(text)
    plain = _CULPRIT.sub(mend, text)
    changes = (Change(found, _name(found), new, times) for (found, new), times in counts.items())
    return plain, tuple(changes)


def _replacement(found: str) -> str:
    if found[0] in _JOINERS:
        return ""
    if found in _REPLACEMENTS:
        return _REPLACEMENTS[found]
    composed = unicodedata.normalize("NFC", found)
    return composed if len(composed) == 1 else found


def _quoted(text: str) -> list[tuple[int, int, str]]:
    """Return start, end and mark of each quoted piece inside braces."""
    return [
        (braces.start() + match.start(), braces.start() + match.end(), match[0][0])
        for braces in _BRACES.finditer(text)
        for match in _QUOTED.finditer(braces[0])
    ]


def _ends_quotes(match: re.Match[str], replacement: str, quoted: list[tuple[int, int, str]]) -> bool:
    return any(start < match.start() < end and mark == replacement for start, end, mark in quoted)


def _name(found: str) -> str:
    return " + ".join(unicodedata.name(character, f"U+{ord(character):04X}") for character in found)
