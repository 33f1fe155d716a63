"""Links in a text, as a phone would make them out."""

import re
from dataclasses import dataclass
from typing import Final

# Public shorteners hide where they lead and are shared with senders of spam: carriers filter texts that have one
# (Bandwidth names it in code 4771).
SHORTENERS: Final = frozenset(
    {
        *("bit.ly", "bitly.com", "bl.ink", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy"),
        *("rebrand.ly", "s.id", "short.gy", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd"),
    }
)
_LINK: Final = re.compile(
    r"(?:https?://|(?<![\w@./-])(?=[\w-]+(?:\.[\w-]+)+/))(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:[/?#][^\s<>\"]*)?",
    re.IGNORECASE,
)
_AFTER_A_LINK: Final = ".,;:!?'\")]}»”’"


@dataclass(frozen=True, slots=True)
class Link:
    """A link at text[start:end]; `host` in lower case, `public_shortener` where carriers may filter it."""

    url: str
    start: int
    end: int
    host: str
    public_shortener: bool


def find(text: str) -> tuple[Link, ...]:
    """Return the links of `text` in order: with http or https, or a host name followed by a path."""
    found = []
    for match in _LINK.finditer(text):
        url, host = match[0].rstrip(_AFTER_A_LINK), match["host"].lower()
        shortener = host.removeprefix("www.") in SHORTENERS
        found.append(Link(url, match.start(), match.start() + len(url), host, shortener))
    return tuple(found)
