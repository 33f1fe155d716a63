"""The words by which people steer what they get: STOP, START, HELP, in every language we support.

The list follows the CTIA messaging principles and the FCC's revocation rule (47 CFR 64.1200(a)(10), in force since
11 April 2025), with STOPP, ARRÊT, ALTO and PARAR for German, French, Spanish and Portuguese.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["stop", "start", "help"]

_WORDS: Final[dict[str, tuple[Kind, str]]] = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPT OUT", "OPTOUT"),
        ("stop", "en"),
    ),
    "STOPP": ("stop", "de"),
    "ARRET": ("stop", "fr"),
    "ALTO": ("stop", "es"),
    "PARAR": ("stop", "pt"),
    **dict.fromkeys(("START", "UNSTOP", "YES"), ("start", "en")),
    "OUI": ("start", "fr"),
    **dict.fromkeys(("HELP", "INFO"), ("help", "en")),
    "AIDE": ("help", "fr"),
}


@dataclass(frozen=True, slots=True)
class Keyword:
    """What a text asks for. `kind` is None for anything else; `word` is the keyword in capitals."""

    kind: Kind | None
    word: str = ""
    language: str = ""


NONE: Final = Keyword(None)


def understand(text: str) -> Keyword:
    """Recognise a text that is one keyword and nothing more.

    Case, accents, punctuation, quotes and emoji do not matter, and a word may be repeated ("stop stop"); a keyword
    inside a sentence is no keyword ("weekend", "please stop by"). A question ("Yes?") never starts anything.
    """
    folded = _fold(text)
    found = _WORDS.get(folded) or _WORDS.get(_once(folded))
    if found is None:
        return NONE
    kind, language = found
    if kind == "start" and any(sign in text for sign in "?？¿"):
        return NONE
    return Keyword(kind, folded if folded in _WORDS else _once(folded), language)


def _fold(text: str) -> str:
    """Capitals without accents, punctuation, symbols and invisible signs; single spaces. A hyphen joins."""
    kept = []
    for sign in unicodedata.normalize("NFKD", text):
        category = unicodedata.category(sign)
        if category.startswith("Z") or sign in "\t\r\n":
            kept.append(" ")
        elif category[0] in "LN":
            kept.append(sign)
    return " ".join("".join(kept).upper().split())


def _once(folded: str) -> str:
    words = set(folded.split())
    return words.pop() if len(words) == 1 else ""
