"""The body of a message from its pieces: preview, meter, parts and sending all take it from here."""

import re
from typing import Final

# The longest body that carriers' APIs take as one text (ten parts of GSM-7 are 1,530 characters).
BODY_LIMIT: Final = 1_600


def assemble(rendered: str, *, brand: str = "", opt_out_line: str = "", link: str | None = None) -> str:
    """Return the body for a rendered text, its lines ended by line feeds and without white space around it.

    - `brand` goes before the text as 'Brand: ', unless the text names it, in any letter case, as a word of its own.
    - `opt_out_line` is a line of its own after the text, unless the text says it already.
    - `link`, for a phone that takes no MMS, is the last line of all, after the opt-out line.
    - Without a text the brand stands only above a link; a picture alone carries just the opt-out line.

    Empty strings leave a piece out: whether the group wants one is the caller's to decide.
    """
    text = rendered.replace("\r\n", "\n").replace("\r", "\n").strip()
    brand, opt_out_line = brand.strip(), opt_out_line.strip()
    lines: list[str] = []
    if text:
        lines.append(f"{brand}: {text}" if brand and not _names(text, brand) else text)
    elif brand and link:
        lines.append(brand)
    if opt_out_line and _folded(opt_out_line) not in _folded(text):
        lines.append(opt_out_line)
    if link:
        lines.append(link)
    return "\n".join(lines)


def _names(text: str, brand: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(_folded(brand))}(?!\w)", _folded(text)) is not None


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())
