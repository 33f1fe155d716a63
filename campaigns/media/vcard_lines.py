"""The lines of a contact card: unfolded, split into name, parameters and value, decoded, each knowing its place.

What phones and address books really write, beside the standards: base64 that goes on without an indent until a blank
line, quoted-printable that goes on after '=', values in the alphabet of the writer's country, UTF-16, and any line end.
"""

import base64
import binascii
import dataclasses
import quopri
import re
from collections.abc import Iterator
from typing import Final

from campaigns.media import limits, problems

# Some writers end lines with CR CR LF. More than one CR is not looked for: that would cost the square of a long run.
_BREAK: Final = re.compile(rb"\r?\r?\n|\r")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD: Final = r"[A-Za-z0-9_-]{1,64}"
_NAME: Final = re.compile(rf"(?:{_WORD}\.)?({_WORD})\s*(?=[;:])")
_PARAMETER: Final = re.compile(
    rf';\s*(?:({_WORD})\s*(?:=\s*((?:"[^"]*"|[^",;:])*(?:,(?:"[^"]*"|[^",;:])*)*))?)?\s*(?=[;:])'
)
_VALUE: Final = re.compile(r'"([^"]*)"|([^",]+)')
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}[ \t]*")
# vCard 2.1 writes these without a name.
_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_BASE64: Final = frozenset({"BASE64", "B"})
_BINARY: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "X-MS-CARDPICTURE"})
# By IANA name without its signs. What calls itself Latin-1 is Windows-1252 in practice.
_CODECS: Final = {
    "UTF8": "utf-8", "UTF16": "utf-16", "UTF16LE": "utf-16-le", "UTF16BE": "utf-16-be",
    "ISO88591": "cp1252", "LATIN1": "cp1252", "WINDOWS1252": "cp1252", "CP1252": "cp1252", "ANSI": "cp1252",
    "ISO88592": "iso8859-2", "ISO88593": "iso8859-3", "ISO88594": "iso8859-4", "ISO88595": "iso8859-5",
    "ISO88596": "iso8859-6", "ISO88597": "iso8859-7", "ISO88598": "iso8859-8", "ISO88599": "iso8859-9",
    "ISO885913": "iso8859-13", "ISO885915": "iso8859-15", "WINDOWS1250": "cp1250", "WINDOWS1251": "cp1251",
    "WINDOWS1253": "cp1253", "WINDOWS1254": "cp1254", "WINDOWS1255": "cp1255", "WINDOWS1256": "cp1256",
    "WINDOWS1257": "cp1257", "WINDOWS1258": "cp1258", "WINDOWS874": "cp874", "TIS620": "cp874", "KOI8R": "koi8-r",
    "KOI8U": "koi8-u", "MACINTOSH": "mac-roman", "SHIFTJIS": "cp932", "SJIS": "cp932", "WINDOWS31J": "cp932",
    "EUCJP": "euc-jp", "ISO2022JP": "iso2022-jp", "BIG5": "big5", "GB2312": "gb18030", "GBK": "gb18030",
    "GB18030": "gb18030", "EUCKR": "cp949", "KSC56011987": "cp949",
}  # fmt: skip
# ASCII is what is meant where nothing is said, and then the bytes have to tell.
_UNSAID: Final = frozenset({"", "ASCII", "USASCII"})


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One property. `types` are TYPE values and the bare words of vCard 2.1, in capitals; `raw` is the value as it
    stands in the file. `spare` is the codec of what is neither UTF-8 nor says what it is."""

    number: int
    name: str
    raw: bytes
    types: tuple[str, ...] = ()
    encoding: str = ""
    value_kind: str = ""
    charset: str = ""
    spare: str = ""

    @property
    def mark(self) -> str:
        """The value of a line that gives the file its shape: BEGIN, END, VERSION."""
        return self.raw.decode("ascii", "replace").strip()

    @property
    def excerpt(self) -> str:
        """Enough of the line for a person to find it."""
        return f"{self.name}:{self.raw[:60].decode('utf-8', 'replace')}"[:60]

    def content(self) -> bytes:
        """The value with its transfer encoding undone. Raises UnfitError: vcard_bad_encoding."""
        if self.encoding == "QUOTED-PRINTABLE":
            return quopri.decodestring(self.raw)
        if self.encoding not in _BASE64:
            return self.raw
        coded = self.raw.translate(None, b" \t")
        try:
            return base64.b64decode(coded + b"=" * (-len(coded) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise problems.refuse("vcard_bad_encoding", limit="base64", line=self.number) from None

    def text(self) -> str:
        """The value as text. Raises UnfitError: vcard_bad_encoding, vcard_control_character."""
        said = re.sub(r"[^A-Z0-9]", "", self.charset)
        codecs = ["utf-8", self.spare] if said in _UNSAID else [_CODECS.get(said, "")]
        content = self.content()
        for codec in filter(None, codecs):
            try:
                decoded = content.decode(codec)
            except UnicodeError:
                continue
            _no_control(decoded, line=self.number)
            return decoded
        limit = "UTF-8" if said in _UNSAID or said not in _CODECS else self.charset
        raise problems.refuse("vcard_bad_encoding", limit=limit, line=self.number)


def read(data: bytes) -> list[Line]:
    """The properties of a card file, in order. Raises UnfitError with the line."""
    if len(data) > limits.CARD_BYTES:
        raise problems.refuse("vcard_too_large", limit=limits.CARD_BYTES, found=len(data))
    plain = _as_bytes(data)
    lines: list[Line] = []
    for number, line in _unfold(plain):
        lines.append(_parse(number, line))
        if len(lines) > limits.CARD_LINES:
            raise problems.refuse("vcard_too_many_lines", limit=limits.CARD_LINES, found=len(lines))
    if plain is not data and data[:1] != b"\xef":
        # What was UTF-16 is UTF-8 now, whatever its lines say of themselves.
        return [dataclasses.replace(line, charset="") if not line.encoding else line for line in lines]
    version = next((line.mark for line in lines if line.name == "VERSION"), "")
    # In 2.1 Outlook writes Windows-1252 and does not say so; the later versions are UTF-8 by their standards.
    return [dataclasses.replace(line, spare="cp1252") for line in lines] if version == "2.1" else lines


def _as_bytes(data: bytes) -> bytes:
    """The file without its mark at the start, and in UTF-8 where it was UTF-16, with a mark or without."""
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:]
    head = data[:4]
    little, big = head[1:2] == b"\0" and head[3:4] == b"\0", head[0:1] == b"\0" and head[2:3] == b"\0"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or (little != big and len(head) == 4):
        codec = "utf-16" if not (little or big) or head[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
        codec = codec or ("utf-16-le" if little else "utf-16-be")
        try:
            return data.decode(codec).encode("utf-8")
        except UnicodeError:
            raise problems.refuse("vcard_bad_encoding", limit="UTF-16", line=1) from None
    return data


def _physical(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    for number, end in enumerate(_BREAK.finditer(data), start=1):
        if number > limits.CARD_PHYSICAL_LINES:
            raise problems.refuse("vcard_too_many_lines", limit=limits.CARD_PHYSICAL_LINES, found=number)
        yield number, data[start : end.start()]
        start = end.end()
        last = number
    yield (last + 1 if start else 1), data[start:]


class _Open:
    """A property whose lines are still being put together."""

    def __init__(self, number: int, line: bytes) -> None:
        self.number = number
        self.pieces = [line]
        self.length = len(line)
        head = line.partition(b":")[0].upper()
        words = set(re.split(rb"[;=,.\s]", head[:2_000]))
        self.is_quoted = b"QUOTED-PRINTABLE" in words
        self.is_base64 = bool(words & {b"BASE64", b"B"})
        names = {name.encode() for name in _BINARY}
        self.is_binary = self.is_base64 or bool(words & names)
        self.is_soft = False
        self.take_soft_end()

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.length += len(piece)
        self.check_length()
        self.take_soft_end()

    def take_soft_end(self) -> None:
        """Quoted-printable goes on in the next line where one ends in '='."""
        self.is_soft = self.is_quoted and self.pieces[-1].endswith(b"=")
        if self.is_soft:
            self.pieces[-1] = self.pieces[-1][:-1]

    def check_length(self) -> None:
        if self.length > limits.CARD_LINE_BYTES and not self.is_binary:
            most = limits.CARD_LINE_BYTES
            raise problems.refuse("vcard_line_too_long", limit=most, found=self.length, line=self.number)


def _unfold(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each property as one line, with the number of its first; a blank line ends base64 that is not indented."""
    held: _Open | None = None
    is_after_blank = False
    for number, line in _physical(data):
        is_blank = not line.strip()
        if held is not None and held.is_soft:
            held.add(line)
        elif held is not None and line[:1] in {b" ", b"\t"}:
            held.add(line[1:])
        elif held is not None and held.is_base64 and not is_after_blank and _BASE64_LINE.fullmatch(line):
            held.add(line)
        elif not is_blank:
            if held is not None:
                yield held.number, b"".join(held.pieces)
            held = _Open(number, line)
            held.check_length()
        is_after_blank = is_blank
    if held is not None:
        yield held.number, b"".join(held.pieces)


def _parse(number: int, line: bytes) -> Line:
    line = line.lstrip()
    # A byte is a character here, so that places in the one are places in the other.
    head = line[: limits.CARD_HEAD_BYTES].decode("latin-1")
    name = _NAME.match(head)
    if name is None:
        _no_control(head, line=number)
        raise problems.refuse("vcard_bad_line", found=line[:60].decode("utf-8", "replace"), line=number)
    position = name.end()
    types: list[str] = []
    settings = {"ENCODING": "", "VALUE": "", "CHARSET": ""}
    while head[position] == ";":
        parameter = _PARAMETER.match(head, position)
        if parameter is None:
            raise problems.refuse("vcard_bad_line", found=line[:60].decode("utf-8", "replace"), line=number)
        key, values = (parameter.group(1) or "").upper(), parameter.group(2)
        if values is None:
            key, values = ("ENCODING" if key in _ENCODINGS else "TYPE"), key
        parts = [(quoted or bare).strip() for quoted, bare in _VALUE.findall(values)]
        if key == "TYPE":
            types += [kind.strip().upper() for part in parts for kind in part.split(",") if kind.strip()]
        elif key in settings:
            settings[key] = "".join(parts).upper()
        position = parameter.end()
    _no_control(head[:position], line=number)
    kind = name.group(1).upper()
    return Line(
        number=number,
        name=kind,
        raw=line[position + 1 :],
        types=tuple(types),
        encoding=settings["ENCODING"],
        value_kind=settings["VALUE"],
        charset=settings["CHARSET"],
    )


def _no_control(text: str, *, line: int) -> None:
    control = _CONTROL.search(text)
    if control is not None:
        raise problems.refuse("vcard_control_character", found=f"U+{ord(control.group()):04X}", line=line)
