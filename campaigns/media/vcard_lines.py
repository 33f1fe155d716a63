"""The lines of a contact card: decoded, unfolded, split into name, parameters and value, each knowing its place."""

import dataclasses
import quopri
import re
from typing import Final

from campaigns.media import limits, problems

_BREAK: Final = re.compile(r"\r\n|\n|\r")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAME: Final = re.compile(r"(?:[A-Za-z0-9-]{1,64}\.)?([A-Za-z0-9-]{1,64})\s*(?=[;:])")
_PARAMETER: Final = re.compile(
    r';\s*([A-Za-z0-9-]{1,64})\s*(?:=\s*((?:"[^"]*"|[^",;:])*(?:,(?:"[^"]*"|[^",;:])*)*))?(?=[;:])'
)
_VALUE: Final = re.compile(r'"([^"]*)"|([^",]+)')
# vCard 2.1 writes these without a name.
_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_CHARSETS: Final = {"UTF-8": "utf-8", "UTF8": "utf-8", "US-ASCII": "ascii", "ASCII": "ascii", "UTF-16": "utf-16",
                    "ISO-8859-1": "cp1252", "WINDOWS-1252": "cp1252", "ISO-8859-15": "iso8859-15"}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One property. `types` are TYPE values and the bare words of vCard 2.1, in capitals."""

    number: int
    name: str
    value: str
    types: tuple[str, ...] = ()
    encoding: str = ""
    value_kind: str = ""
    charset: str = "UTF-8"

    def text(self) -> str:
        """The value as text, quoted-printable decoded; raises UnfitError: vcard_bad_encoding."""
        if self.encoding != "QUOTED-PRINTABLE":
            return self.value
        try:
            decoded = quopri.decodestring(self.value.encode("ascii")).decode(_CHARSETS[self.charset])
        except (KeyError, UnicodeError):
            raise problems.refuse("vcard_bad_encoding", limit="UTF-8", line=self.number) from None
        _no_control(decoded, first_line=self.number, counting=False)
        return decoded


def read(data: bytes) -> list[Line]:
    """The properties of a card file, in order. Raises UnfitError with the line."""
    if len(data) > limits.CARD_BYTES:
        raise problems.refuse("vcard_too_large", limit=limits.CARD_BYTES, found=len(data))
    text = _decode(data)
    _no_control(text, first_line=1, counting=True)
    physical = _BREAK.split(text)
    if len(physical) > limits.CARD_LINES:
        raise problems.refuse("vcard_too_many_lines", limit=limits.CARD_LINES, found=len(physical))
    return [_parse(number, line) for number, line in _unfold(physical) if line.strip()]


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = len(_BREAK.split(data[: error.start].decode("latin-1")))
        raise problems.refuse("vcard_bad_encoding", limit="UTF-8", line=line) from None


def _no_control(text: str, *, first_line: int, counting: bool) -> None:
    control = _CONTROL.search(text)
    if control is not None:
        line = first_line + len(_BREAK.findall(text[: control.start()])) * counting
        raise problems.refuse("vcard_control_character", found=f"U+{ord(control.group()):04X}", line=line)


def _unfold(physical: list[str]) -> list[tuple[int, str]]:
    """Join folded lines, and quoted-printable ones that end in '='; each keeps the number of its first line."""
    pieces: list[tuple[int, list[str]]] = []
    soft = False
    for number, line in enumerate(physical, start=1):
        if soft and pieces:
            pieces[-1][1].append(line)
        elif line[:1] in {" ", "\t"} and pieces:
            pieces[-1][1].append(line[1:])
        else:
            pieces.append((number, [line]))
        first = pieces[-1][1][0]
        soft = line.endswith("=") and "QUOTED-PRINTABLE" in first.partition(":")[0].upper()
        if soft:
            pieces[-1][1][-1] = pieces[-1][1][-1][:-1]
    return [(number, "".join(parts)) for number, parts in pieces]


def _parse(number: int, line: str) -> Line:
    name = _NAME.match(line.lstrip())
    if name is None:
        raise problems.refuse("vcard_bad_line", found=line[:60], line=number)
    rest = line.lstrip()
    position = name.end()
    types: list[str] = []
    settings = {"ENCODING": "", "VALUE": "", "CHARSET": "UTF-8"}
    while rest[position] == ";":
        parameter = _PARAMETER.match(rest, position)
        if parameter is None:
            raise problems.refuse("vcard_bad_line", found=line[:60], line=number)
        key, values = parameter.group(1).upper(), parameter.group(2)
        if values is None:
            key, values = ("ENCODING" if key in _ENCODINGS else "TYPE"), key
        parts = [(quoted or bare).strip() for quoted, bare in _VALUE.findall(values)]
        if key == "TYPE":
            types += [kind.strip().upper() for part in parts for kind in part.split(",")]
        elif key in settings:
            settings[key] = "".join(parts).upper()
        position = parameter.end()
    value = rest[position + 1 :]
    kind = name.group(1).upper()
    if len(value) > limits.CARD_LINE_CHARACTERS and kind not in {"PHOTO", "LOGO", "SOUND", "KEY"}:
        raise problems.refuse("vcard_line_too_long", limit=limits.CARD_LINE_CHARACTERS, found=len(value), line=number)
    return Line(
        number=number,
        name=kind,
        value=value,
        types=tuple(types),
        encoding=settings["ENCODING"],
        value_kind=settings["VALUE"],
        charset=settings["CHARSET"],
    )
