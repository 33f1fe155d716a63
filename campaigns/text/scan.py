"""Cut a text into plain words, outputs and tags, and turn `${…}` into names that python-liquid can read.

Every replacement is as long as what it replaces, so each offset that python-liquid names is an offset into the
text as it was typed. The names begin with a letter no text may use inside braces, so they can neither be
assigned to nor be guessed.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal

from campaigns.text import fields as field_names
from campaigns.text import problems

# More than anyone reads at once: what is beyond them shows when these are mended.
MISTAKES_LIMIT: Final = 30
# A letter of phonetic script: a word character for python-liquid, and of no use inside a merge field.
MARK: Final = "ʘ"

_REFERENCE: Final = r"(?:\b(?P<family>[a-z_]+)\.)?\$\{(?P<name>[^{}$\n]*)\}"
_FIELD: Final = re.compile(_REFERENCE)
# Quoted words come first: what stands between quotes is no field.
_QUOTED_OR_FIELD: Final = re.compile(rf"(?P<quoted>'[^']*'|\"[^\"]*\")|{_REFERENCE}")
_OPENS: Final = re.compile(r"\{[{%]-?")
_OPENS_IN_COMMENT: Final = re.compile(r"\{%-?(?=\s*(?:end)?comment\b)")
# The braces of a field are stepped over, so that `{{${first_name}}}` ends where a reader sees its end.
_ENDS: Final = {
    "{{": re.compile(r"\$\{[^{}$\n]*\}|(?P<end>-?\}\})|(?P<again>\{[{%])"),
    "{%": re.compile(r"\$\{[^{}$\n]*\}|(?P<end>-?%\})|(?P<again>\{[{%])"),
}
_TAG: Final = re.compile(r"\s*(#|\w*)\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a text. `words` is plain text, or an expression with its fields replaced, from `start` on.

    `opens` and `closes` enclose the whole piece, braces included; `name` is that of a tag.
    """

    kind: Literal["plain", "output", "tag"]
    words: str
    start: int
    opens: int
    closes: int
    name: str = ""


@dataclass(slots=True)
class Scan:
    """The pieces of a text, the fields behind the names in them, and the problems met."""

    source: str
    fields: Collection[str]
    pieces: list[Piece] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    mistakes: list[problems.MergeProblem] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether so many problems are known that looking for more is wasted."""
        return len(self.mistakes) >= MISTAKES_LIMIT

    def report(
        self, start: int, end: int, code: problems.Code, limit: int | str | None = None, found: int | str = ""
    ) -> None:
        """Add the problem `code` at source[start:end]; what was found is that piece, unless given."""
        if not self.full:
            self.mistakes.append(problems.at(self.source, start, end, code, found or self.source[start:end], limit))


def scan(source: str, *, fields: Collection[str]) -> Scan:
    """Return the pieces of `source`, without its comments; `fields` are the full names of all fields there are."""
    result = Scan(source, fields)
    comments: list[Piece] = []
    position, strip = 0, False
    while position < len(source):
        opening = (_OPENS_IN_COMMENT if comments else _OPENS).search(source, position)
        if not comments:
            _add_plain(result, position, opening, strip=strip)
        if opening is None:
            break
        piece, position, strip = _cut(result, opening)
        if piece is None:
            continue
        if piece.name == "comment":
            comments.append(piece)
        elif piece.name == "endcomment" and comments:
            comments.pop()
        elif not comments and piece.name != "#":
            result.pieces.append(piece)
    for piece in comments:
        result.report(piece.opens, piece.closes, "unclosed_tag")
    return result


def _add_plain(result: Scan, start: int, opening: re.Match[str] | None, *, strip: bool) -> None:
    end = opening.start() if opening else len(result.source)
    words = result.source[start:end]
    for match in _FIELD.finditer(words):
        if match["name"].strip():
            result.report(start + match.start(), start + match.end(), "field_without_braces")
    if strip:
        words = words.lstrip()
    if opening and opening[0].endswith("-"):
        words = words.rstrip()
    if words:
        result.pieces.append(Piece("plain", words, start, start, end))


def _cut(result: Scan, opening: re.Match[str]) -> tuple[Piece | None, int, bool]:
    """Return the piece that `opening` begins, where to go on, and whether white space is to be dropped there."""
    source, opens = result.source, opening.start()
    closing = next((m for m in _ENDS[opening[0][:2]].finditer(source, opening.end()) if m.lastgroup), None)
    if closing is None or closing["again"]:
        end = closing.start() if closing else len(source)
        result.report(opens, min(end, opens + 40), "unclosed_braces")
        return None, end, False
    start, name = opening.end(), ""
    if opening[0].startswith("{%"):
        tag = _TAG.match(source, start, closing.start())
        assert tag is not None  # every part of the pattern may be empty
        start, name = tag.end(), tag[1]
    words = source[start : closing.start()].rstrip()
    kind: Literal["output", "tag"] = "tag" if opening[0].startswith("{%") else "output"
    if name not in ("#", "comment", "endcomment"):
        words = _with_names(result, words, start)
    return Piece(kind, words, start, opens, closing.end(), name), closing.end(), closing[0].startswith("-")


def _with_names(result: Scan, words: str, start: int) -> str:
    """Return `words` with a name of the same length in place of each field, and note the names."""

    def name(match: re.Match[str]) -> str:
        begin, end = start + match.start(), start + match.end()
        if match["quoted"]:
            if _FIELD.search(match["quoted"]):
                result.report(begin, end, "field_in_quotes")
            return match[0]
        full = match["name"].strip()
        if match["family"]:
            full = f"{match['family']}.{full}"
        if full not in result.fields and not result.full:
            result.report(begin, end, "unknown_field", field_names.meant(full, result.fields))
        replacement = MARK + str(len(result.names)).zfill(len(match[0]) - 1)
        result.names[replacement] = full
        return replacement

    if MARK in words:
        result.report(start, start + len(words), "liquid_syntax")
    return _QUOTED_OR_FIELD.sub(name, words)
