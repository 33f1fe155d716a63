"""Contact cards: read strictly (vCard 2.1, 3.0 and 4.0), kept as plain facts, written again as canonical 3.0."""

import base64
import binascii
import dataclasses
import re
from typing import Any, Final, Self

from campaigns.media import gif, gif_write, kinds, limits, problems, rebuild, still, vcard_lines

_VERSIONS: Final = frozenset({"2.1", "3.0", "4.0"})
_PHONE: Final = re.compile(
    r"\+?[0-9 ()./\-\u00a0\u2010-\u2014]*(?:(?:;ext=|x|ext\.?|[,;#*pw])[0-9#*,;pw ]*)?", re.IGNORECASE
)
_EMAIL: Final = re.compile(r"[^\s@<>\"',;:\\]{1,64}@[^\s@<>\"',;:\\]{1,255}")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]{1,1000}", re.IGNORECASE)
_PHONE_TYPES: Final = ("CELL", "WORK", "HOME", "FAX", "PAGER", "VOICE", "PREF")
_PLACE_TYPES: Final = ("WORK", "HOME", "PREF")
_STRUCTURE: Final = frozenset({"BEGIN", "END", "VERSION"})
_UNESCAPE: Final = re.compile(r"\\([\\,;:nN])")


@dataclasses.dataclass(frozen=True, slots=True)
class Labelled:
    """A number, mail address or postal address with its types, such as ('CELL', 'WORK')."""

    value: str
    types: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What a phone shows of a card. `names` are family, given, further names, prefixes, suffixes; `addresses` hold
    their seven parts joined by line breaks; `photo` is rebuilt and of `photo_kind`; `left_out` names the properties
    that were dropped."""

    full_name: str
    phones: tuple[Labelled, ...]
    names: tuple[str, ...] = ()
    emails: tuple[Labelled, ...] = ()
    addresses: tuple[Labelled, ...] = ()
    organisation: str = ""
    title: str = ""
    url: str = ""
    note: str = ""
    photo: bytes | None = None
    photo_kind: str = ""
    left_out: tuple[str, ...] = ()

    def store(self) -> dict[str, Any]:
        """The card as JSON can hold it, without the photo's bytes."""
        return dataclasses.asdict(dataclasses.replace(self, photo=None))

    @classmethod
    def restore(cls, values: dict[str, Any], *, photo: bytes | None = None) -> Self:
        """The card from what `store` gave, and its photo."""
        labelled = {
            name: tuple(Labelled(entry["value"], tuple(entry["types"])) for entry in values[name])
            for name in ("phones", "emails", "addresses")
        }
        plain = {name: tuple(values[name]) for name in ("names", "left_out")}
        return cls(**{**values, **labelled, **plain, "photo": photo})


def read(data: bytes) -> Card:
    """Read the one card of a file. Raises UnfitError with all problems found, each with its line."""
    body = _one_card(vcard_lines.read(data))
    found: list[problems.Problem] = []
    versions = [line for line in body if line.name == "VERSION"]
    version = versions[0].value.strip() if versions else ""
    if version not in _VERSIONS:
        place = versions[0].number if versions else 1
        found.append(problems.Problem("vcard_bad_version", limit="2.1, 3.0, 4.0", found=version, line=place))
    facts = _Facts(found)
    for line in body:
        if line.name not in _STRUCTURE:
            facts.take(line)
    if not facts.texts.get("FN"):
        found.append(problems.Problem("vcard_no_name", limit=1, found=0, line=1))
    if not facts.phones and not any(problem.code == "vcard_bad_phone" for problem in found):
        found.append(problems.Problem("vcard_no_phone", limit=1, found=0, line=1))
    if found:
        raise problems.UnfitError(*sorted(found, key=lambda problem: problem.line or 0))
    return facts.card()


def _one_card(lines: list[vcard_lines.Line]) -> list[vcard_lines.Line]:
    """The lines between BEGIN:VCARD and END:VCARD of a file that holds exactly that."""

    def is_mark(line: vcard_lines.Line, name: str) -> bool:
        return line.name == name and line.value.strip().upper() == "VCARD"

    if not lines or not is_mark(lines[0], "BEGIN"):
        first = f"{lines[0].name}:{lines[0].value}"[:60] if lines else ""
        raise problems.refuse("vcard_no_begin", found=first, line=lines[0].number if lines else 1)
    begins = [line for line in lines if is_mark(line, "BEGIN")]
    ends = [index for index, line in enumerate(lines) if is_mark(line, "END")]
    if len(begins) > 1:
        nested = not ends or lines[ends[0]].number > begins[1].number
        if nested:
            raise problems.refuse("vcard_nested", limit=1, line=begins[1].number)
        raise problems.refuse("vcard_second_card", limit=1, found=len(begins), line=begins[1].number)
    if not ends:
        raise problems.refuse("vcard_no_end", line=lines[-1].number)
    for line in lines[1 : ends[0]]:
        if line.name in {"BEGIN", "END"}:
            raise problems.refuse("vcard_nested", limit=1, line=line.number)
    if ends[0] != len(lines) - 1:
        after = lines[ends[0] + 1]
        raise problems.refuse("vcard_after_end", found=f"{after.name}:{after.value}"[:60], line=after.number)
    return lines[1 : ends[0]]


class _Facts:
    """Collects the allowed properties of one card, and the problems with them."""

    def __init__(self, found: list[problems.Problem]) -> None:
        self.found = found
        self.texts: dict[str, str] = {}
        self.names: tuple[str, ...] = ()
        self.phones: list[Labelled] = []
        self.emails: list[Labelled] = []
        self.addresses: list[Labelled] = []
        self.photo: tuple[bytes, str] | None = None
        self.left_out: list[str] = []

    def take(self, line: vcard_lines.Line) -> None:
        try:
            if not self._taken(line):
                self.left_out.append(line.name)
        except problems.UnfitError as unfit:
            self.found += [dataclasses.replace(problem, line=line.number) for problem in unfit.problems]

    def _taken(self, line: vcard_lines.Line) -> bool:
        if line.name == "PHOTO":
            self.photo = _photo(line) if self.photo is None else self.photo
            return True
        text = line.text().strip()
        if line.name in {"FN", "TITLE", "NOTE"}:
            return bool(self.texts.setdefault(line.name, _plain(text)))
        if line.name == "ORG":
            return bool(self.texts.setdefault("ORG", ", ".join(part for part in _parts(text) if part)))
        if line.name == "N":
            self.names = tuple((*_parts(text), "", "", "", "", "")[:5])
            return True
        if line.name == "TEL":
            self.phones.append(Labelled(_phone(text), _types(line, _PHONE_TYPES)))
            return True
        if line.name == "EMAIL" and _EMAIL.fullmatch(_plain(text)):
            self.emails.append(Labelled(_plain(text), _types(line, _PLACE_TYPES)))
            return True
        if line.name == "ADR":
            parts = (*_parts(text), *[""] * 7)[:7]
            self.addresses.append(Labelled("\n".join(parts), _types(line, _PLACE_TYPES)))
            return True
        if line.name == "URL" and _ADDRESS.fullmatch(_plain(text)):
            return bool(self.texts.setdefault("URL", _plain(text)))
        return False

    def card(self) -> Card:
        photo, photo_kind = self.photo or (None, "")
        return Card(
            full_name=self.texts["FN"],
            phones=tuple(self.phones),
            names=self.names,
            emails=tuple(self.emails),
            addresses=tuple(self.addresses),
            organisation=self.texts.get("ORG", ""),
            title=self.texts.get("TITLE", ""),
            url=self.texts.get("URL", ""),
            note=self.texts.get("NOTE", ""),
            photo=photo,
            photo_kind=photo_kind,
            left_out=tuple(sorted(set(self.left_out))),
        )


def _types(line: vcard_lines.Line, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in known if kind in line.types)


def _plain(text: str) -> str:
    return _UNESCAPE.sub(lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], text).strip()


def _parts(text: str) -> list[str]:
    """The components of a structured value; a line break inside one would shift those that follow."""
    return [" ".join(_plain(part).split()) for part in re.split(r"(?<!\\);", text)]


def _phone(text: str) -> str:
    number = _plain(text)
    if number.lower().startswith("tel:"):
        number = number[4:]
    if not _PHONE.fullmatch(number) or sum(character.isdigit() for character in number) < 3 or len(number) > 40:
        raise problems.refuse("vcard_bad_phone", found=number[:60])
    return number


def _photo(line: vcard_lines.Line) -> tuple[bytes, str]:
    """The rebuilt photo and its kind. Raises UnfitError: vcard_photo_by_address, vcard_photo_unreadable."""
    value = line.value.strip()
    inline = re.match(r"data:[a-z/+.-]*;base64,", value, re.IGNORECASE)
    if inline is None and (line.value_kind in {"URI", "URL"} or re.match(r"[a-z][a-z0-9+.-]*:", value, re.IGNORECASE)):
        raise problems.refuse("vcard_photo_by_address", found=value[:60])
    coded = "".join((value[inline.end() :] if inline else value).split())
    try:
        data = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
        return _rebuilt(data)
    except problems.UnfitError as unfit:
        raise problems.refuse("vcard_photo_unreadable", found=unfit.problems[0].code) from None
    except (binascii.Error, ValueError):
        raise problems.refuse("vcard_photo_unreadable", found="corrupt") from None


def _rebuilt(data: bytes) -> tuple[bytes, str]:
    kind = kinds.sniff(data)
    if kind == "gif":
        return gif_write.rebuild(gif.parse(data)), kind
    if kind not in {"jpeg", "png"}:
        raise problems.refuse("unsupported_kind" if data else "empty", found=kind)
    header_side = limits.CARD_PHOTO_SIDE
    picture = still.decode(data, kind=kind)
    if max(picture.image.size) > header_side:
        raise problems.refuse("side_too_long", limit=header_side, found=max(picture.image.size))
    return rebuild.rebuild(picture, size=len(data), notes=[])[0], kind
