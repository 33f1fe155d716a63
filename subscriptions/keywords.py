"""The words by which people steer what they get: STOP, START, HELP, in every language we support.

The list follows the CTIA messaging principles and the FCC's revocation rule (47 CFR 64.1200(a)(10), in force since
11 April 2025), with STOPP, ARRÊT, ALTO and PARAR for German, French, Spanish and Portuguese.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["stop", "start", "help"]

_WORDS: Final[dict[str, tuple[Kind, str]]] = {
    **dict.fromkeys(
        (
            "STOP",
            "STOPALL",
            "STOP ALL",
            "UNSUBSCRIBE",
            "CANCEL",
            "END",
            "QUIT",
            "REVOKE",
            "OPT OUT",
            "OPTOUT",
            "REMOVE",
        ),
        ("stop", "en"),
    ),
    "STOPP": ("stop", "de"),
    **dict.fromkeys(("ARRET", "DESABONNER", "DESINSCRIRE"), ("stop", "fr")),
    "ALTO": ("stop", "es"),
    "PARAR": ("stop", "pt"),
    **dict.fromkeys(("START", "UNSTOP", "YES"), ("start", "en")),
    "OUI": ("start", "fr"),
    **dict.fromkeys(("HELP", "INFO"), ("help", "en")),
    "AIDE": ("help", "fr"),
}


# What may stand around a STOP without making it a sentence about something else: "please stop texting me".
_AROUND_STOP: Final = frozenset({
    "PLEASE", "PLS", "PLZ", "THANK", "THANKS", "YOU", "NOW", "ME", "THESE", "TEXT", "TEXTS", "TEXTING", "MESSAGE",
    "MESSAGES", "MESSAGING", "SENDING", "SVP", "MERCI", "POR", "FAVOR", "GRACIAS", "BITTE", "DANKE", "OBRIGADO",
})  # fmt: skip
_WORDS_AT_MOST: Final = 5
# A text that holds one of these may be meant as an opt-out: a person has to read it.
_SOUNDS_LIKE_STOP: Final = re.compile(
    r"\b(STOP|STOPPING|UNSUBSCRIBE|QUIT|REMOVE|REVOKE|OPT ?(ME )?OUT|TAKE ME OFF|LEAVE ME ALONE|NO MORE|(DO NOT|DONT) "
    r"(TEXT|MESSAGE|CONTACT|SEND)|LOSE MY NUMBER|WRONG NUMBER|SPAM|ARRETE[RZ]?|DESABONNE[RZ]?|DESINSCRI\w+)\b"
)
# Cyrillic and Greek capitals that look like letters of STOP.
_LOOKALIKES: Final = str.maketrans("ЅТОРΤΟΡ", "STOPTOP")


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
    inside a sentence is no keyword ("weekend", "please stop by"). A question ("Yes?") never starts anything. An opt-out
    in any reasonable wording counts: a STOP among words of courtesy, after a "Re:", or above a signature.
    """
    found = _exactly(_fold(text))
    if found.kind is None:
        found = _politely(text)
    return NONE if found.kind == "start" and any(sign in text for sign in "?？¿") else found


def may_mean_stop(text: str) -> bool:
    """Whether a text that is no keyword sounds like an opt-out, so that a person should read it."""
    return understand(text).kind is None and bool(_SOUNDS_LIKE_STOP.search(_fold(text)))


def _exactly(folded: str) -> Keyword:
    for word in (folded, _once(folded)):
        if word in _WORDS:
            kind, language = _WORDS[word]
            return Keyword(kind, word, language)
    return NONE


def _politely(text: str) -> Keyword:
    """STOP and nothing else but courtesy, in the first line that says anything."""
    lines = [folded for folded in map(_fold, text.splitlines()) if folded]
    words = (lines[0] if lines else "").split()
    if words[:1] == ["RE"]:
        words = words[1:]
    if len(words) > 1 and all(len(word) == 1 for word in words):
        words = ["".join(words)]
    if not 0 < len(words) <= _WORDS_AT_MOST:
        return NONE
    kept = [word for word in words if word not in _AROUND_STOP]
    found = _exactly(" ".join(kept))
    return found if found.kind == "stop" else NONE


def _fold(text: str) -> str:
    """Capitals without accents, punctuation, symbols and invisible signs; single spaces. A hyphen joins."""
    kept = []
    for sign in unicodedata.normalize("NFKD", text):
        category = unicodedata.category(sign)
        if category.startswith("Z") or sign in "\t\r\n":
            kept.append(" ")
        elif category[0] in "LN":
            kept.append(sign)
    return " ".join("".join(kept).upper().translate(_LOOKALIKES).split())


def _once(folded: str) -> str:
    words = set(folded.split())
    return words.pop() if len(words) == 1 else ""
