"""Contact cards: read strictly (vCard 2.1, 3.0 and 4.0), kept as plain facts, written again as canonical 3.0."""

import base64
import dataclasses
import re
from typing import Any, Final, Self

from campaigns.media import problems, vcard_lines, vcard_phones, vcard_photo

_VERSIONS: Final = frozenset({"2.1", "3.0", "4.0"})
_EMAIL: Final = re.compile(r"[^\s@<>\",;:\\]{1,64}@[^\s@<>\"',;:\\]{1,255}")
# With or without its scheme: people type "www.example.com" into their phones.
_SITE: Final = re.compile(
    r"(?:https?://)?[^\s<>\"@:/]{1,255}\.[^\s<>\"@:/.]{2,63}(?::\d{1,5})?(?:[/?#][^\s<>\"]{0,1000})?", re.IGNORECASE
)
_PHONE_TYPES: Final = ("CELL", "WORK", "HOME", "FAX", "PAGER", "VOICE", "PREF")
_PLACE_TYPES: Final = ("WORK", "HOME", "PREF")
_STRUCTURE: Final = frozenset({"BEGIN", "END", "VERSION"})
_KEPT: Final = frozenset({"FN", "N", "TEL", "EMAIL", "ADR", "ORG", "TITLE", "URL", "NOTE", "PHOTO"})
_UNESCAPE: Final = re.compile(r"\\([\\,;:nN])")
_PIECE: Final = re.compile(r"\\.|[^\\;]+|[\\;]", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class Labelled:
    """A number, mail address or postal address with its types, such as ('CELL', 'WORK'), and the line it stood in."""

    value: str
    types: tuple[str, ...] = ()
    line: int | None = dataclasses.field(default=None, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What a phone shows of a card. `names` are family, given, further names, prefixes, suffixes; `addresses` hold
    their seven parts joined by line breaks; `photo` is a rebuilt picture of `photo_kind`; `left_out` names what was
    dropped, `notes` what else was done: name_derived (`full_name` was put together), pixels_halved (of the photo)."""

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
    notes: tuple[str, ...] = ()

    def as_shown(self) -> "Card":
        """The card as a phone shows it: of the photo only the small square. Decodes the photo."""
        if self.photo is None:
            return self
        return dataclasses.replace(self, photo=vcard_photo.face(self.photo), photo_kind="jpeg")

    def store(self) -> dict[str, Any]:
        """The card as JSON can hold it, without the photo's bytes."""
        return dataclasses.asdict(dataclasses.replace(self, photo=None))

    def facts(self) -> dict[str, Any]:
        """What is kept with a copy for pages to show: as `store` gives it, the photo (let it be small) in base64."""
        return self.store() | ({"photo": base64.b64encode(self.photo).decode()} if self.photo else {})

    @classmethod
    def from_facts(cls, values: dict[str, Any]) -> Self:
        """The card from what `facts` gave."""
        photo = values.get("photo")
        return cls.restore(values, photo=base64.b64decode(photo) if photo else None)

    @classmethod
    def restore(cls, values: dict[str, Any], *, photo: bytes | None = None) -> Self:
        """The card from what `store` gave, now or once, and its photo."""
        labelled = {
            name: tuple(Labelled(entry["value"], tuple(entry["types"]), entry.get("line")) for entry in values[name])
            for name in ("phones", "emails", "addresses")
        }
        plain = {name: tuple(values.get(name, ())) for name in ("names", "left_out", "notes")}
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, **labelled, **plain, "photo": photo})


def read(data: bytes) -> Card:
    """Read the one card of a file. Raises UnfitError with all problems found, each with its line."""
    body = _one_card(vcard_lines.read(data))
    found: list[problems.Problem] = []
    versions = [line for line in body if line.name == "VERSION"]
    version = versions[0].mark if versions else ""
    if version not in _VERSIONS:
        place = versions[0].number if versions else 1
        found.append(problems.Problem("vcard_bad_version", limit="2.1, 3.0, 4.0", found=version, line=place))
    facts = _Facts(found)
    for line in body:
        if line.name not in _STRUCTURE:
            facts.take(line)
    if version == "2.1":
        facts.derive_name()
    if not facts.texts.get("FN") and "FN" not in facts.broken:
        found.append(problems.Problem("vcard_no_name", limit=1, found=0, line=1))
    if not facts.phones and "TEL" not in facts.broken:
        found.append(problems.Problem("vcard_no_phone", limit=1, found=0, line=1))
    if found:
        raise problems.UnfitError(*sorted(found, key=lambda problem: problem.line or 0))
    return facts.card()


def is_site(text: str) -> bool:
    """Whether this is kept as the address of a website."""
    return _SITE.fullmatch(text) is not None


def _one_card(lines: list[vcard_lines.Line]) -> list[vcard_lines.Line]:
    """The lines between BEGIN:VCARD and END:VCARD of a file that holds exactly that."""

    def is_mark(line: vcard_lines.Line, name: str) -> bool:
        return line.name == name and line.mark.upper() == "VCARD"

    if not lines or not is_mark(lines[0], "BEGIN"):
        first = lines[0].excerpt if lines else ""
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
        raise problems.refuse("vcard_after_end", found=after.excerpt, line=after.number)
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
        self.photo: bytes | None = None
        self.left_out: list[str] = []
        self.broken: set[str] = set()
        self.notes: list[str] = []

    def take(self, line: vcard_lines.Line) -> None:
        try:
            if not self._taken(line):
                self.left_out.append(line.name)
        except problems.UnfitError as unfit:
            self.broken.add(line.name)
            self.found += [dataclasses.replace(problem, line=line.number) for problem in unfit.problems]

    def _taken(self, line: vcard_lines.Line) -> bool:
        """Whether the property is kept. An empty one, which many address books write, says nothing."""
        if line.name == "AGENT" and b"BEGIN:VCARD" in line.raw.upper():
            raise problems.refuse("vcard_nested", limit=1)
        if line.name not in _KEPT:
            return False
        if line.name == "PHOTO":
            if self.photo is None and line.raw.strip():
                self.photo = vcard_photo.read(line, notes=self.notes)
            return self.photo is not None
        text = line.text().strip()
        if not text:
            return True
        if line.name in {"N", "TEL", "EMAIL", "ADR"}:
            return self._listed(line, text)
        if line.name == "URL":
            return is_site(_plain(text)) and bool(self.texts.setdefault("URL", _plain(text)))
        if line.name == "ORG":
            return bool(self.texts.setdefault("ORG", ", ".join(part for part in _parts(text) if part)))
        told = _plain(text) if line.name == "NOTE" else " ".join(_plain(text).split())
        return bool(self.texts.setdefault(line.name, told))

    def _listed(self, line: vcard_lines.Line, text: str) -> bool:
        if line.name == "N":
            self.names = tuple((*_parts(text), "", "", "", "", "")[:5])
        if line.name == "TEL":
            # An address of a number holds its own semicolons and commas; in any other value they are escaped.
            number = text if text.lower().startswith("tel:") else _plain(text)
            self.phones.append(Labelled(vcard_phones.read(number), _types(line, _PHONE_TYPES), line.number))
        if line.name == "EMAIL":
            address = _plain(text).removeprefix("mailto:")
            if not _EMAIL.fullmatch(address):
                return False
            self.emails.append(Labelled(address, _types(line, _PLACE_TYPES)))
        if line.name == "ADR":
            parts = (*_parts(text), *[""] * 7)[:7]
            if any(parts):
                self.addresses.append(Labelled("\n".join(parts), _types(line, _PLACE_TYPES)))
        return True

    def derive_name(self) -> None:
        """vCard 2.1 asks for N only: what phones show is put together from it, or is the organisation."""
        if self.texts.get("FN"):
            return
        family, given, further, prefix, suffix = self.names or ("",) * 5
        name = " ".join(part for part in (prefix, given, further, family, suffix) if part)
        if name or self.texts.get("ORG"):
            self.texts["FN"] = name or self.texts["ORG"]
            self.notes.append("name_derived")

    def card(self) -> Card:
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
            photo=self.photo,
            photo_kind="jpeg" if self.photo else "",
            left_out=tuple(sorted(set(self.left_out))),
            notes=tuple(self.notes),
        )


def _types(line: vcard_lines.Line, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in known if kind in line.types)


def _plain(text: str) -> str:
    text = _UNESCAPE.sub(lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _parts(text: str) -> list[str]:
    """The components of a structured value; a line break inside one would shift those that follow."""
    parts = [""]
    for piece in _PIECE.findall(text):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return [" ".join(_plain(part).split()) for part in parts]
