"""File names as people may see them: no paths, nothing invisible, nothing that turns the reading direction."""

import unicodedata
from typing import Final

from campaigns.media import kinds

CHARACTERS: Final = 100
# Control, format (bidirectional marks among them), private use, surrogates, line and paragraph separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# What may have been turned into what is sent: the old ending would only confuse.
_TURNED: Final = frozenset({"heic", "heif", "hif", "webp"})


def visible(name: str) -> str:
    """The last part of `name` without what cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign) not in _HIDDEN)
    return " ".join(seen.split())


def clean(name: str, *, kind: str) -> str:
    """The last part of `name` in at most CHARACTERS characters, with the ending of what the file really is."""
    stem, dot, ending = visible(name).strip(". ").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    extension = kinds.EXTENSION[kind]
    same = {"jpg": {"jpg", "jpeg", "jpe"}, "vcf": {"vcf", "vcard"}}.get(extension, {extension})
    if extension != "vcf":
        same = same | _TURNED
    if ending and ending.lower() not in same:
        stem = f"{stem}.{ending}"
    return f"{(stem.strip('. ') or 'file')[: CHARACTERS - len(extension) - 1].rstrip()}.{extension}"
