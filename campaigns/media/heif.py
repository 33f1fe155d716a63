"""The structure of a HEIF or HEIC file, read before any decoder sees it: boxes inside boxes (ISO 23008-12)."""

import dataclasses
import struct
from collections.abc import Iterator
from typing import Final

from campaigns.media import headers, problems

_TOP: Final = frozenset(
    {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"uuid", b"moov", b"moof", b"wide", b"udta", b"idat", b"mfra",
     b"mpvd", b"jumb", b"styp", b"sidx"}
)  # fmt: skip
_BOXES: Final = 20_000
_ALPHA: Final = (b"urn:mpeg:hevc:2015:auxid:1\0", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
_DEPTH: Final = (b"urn:mpeg:hevc:2015:auxid:2\0", b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0")
# Where the corners a, b, c, d (from top left, clockwise) end up, by EXIF's numbers.
_ORIENTATIONS: Final = {
    "abcd": 1, "badc": 2, "cdab": 3, "dcba": 4, "adcb": 5, "dabc": 6, "cbad": 7, "bcda": 8,
}  # fmt: skip
# Samples of colour a pixel, by the number that HEVC has for its subsampling.
_SAMPLES: Final = {0: 1.0, 1: 1.5, 2: 2.0, 3: 3.0}


@dataclasses.dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    end: int


@dataclasses.dataclass(slots=True)
class _Items:
    """What the 'meta' box says about items; properties are numbered from 1."""

    primary: int | None = None
    properties: list[tuple[bytes, bytes]] = dataclasses.field(default_factory=list)
    of_item: dict[int, list[int]] = dataclasses.field(default_factory=dict)
    references: list[tuple[bytes, int, tuple[int, ...]]] = dataclasses.field(default_factory=list)

    def properties_of(self, item: int | None) -> list[tuple[bytes, bytes]]:
        """In the order in which they are applied."""
        places = self.of_item.get(item, []) if item is not None else []
        return [self.properties[place - 1] for place in places if 0 < place <= len(self.properties)]


def read(data: bytes) -> headers.Header:
    """The header of the primary picture. Raises UnfitError: truncated, corrupt, zero_size."""
    try:
        items, end = _walk(data)
        return _header(items, end=end)
    except (struct.error, IndexError):
        raise problems.refuse("truncated", found="heic") from None


def _walk(data: bytes) -> tuple[_Items, int]:
    items: _Items | None = None
    end = 0
    budget = iter(range(_BOXES))
    for box in _boxes(data, 0, len(data), budget):
        if box.name not in _TOP:
            break
        if box.end > len(data):
            raise problems.refuse("truncated", found="heic")
        end = box.end
        if box.name == b"meta" and items is None:
            items = _meta(data, box, budget)
    if items is None:
        raise problems.refuse("corrupt", found="heic")
    return items, end


def _boxes(data: bytes, start: int, end: int, budget: Iterator[int]) -> Iterator[_Box]:
    """The boxes between two places; the last one may claim to go further. `budget` bounds them over the whole file."""
    while start + 8 <= end and next(budget, None) is not None:
        size, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if size == 0 else start + size
        if stop < start + head:
            return
        yield _Box(name, start + head, stop)
        start = stop


def _meta(data: bytes, meta: _Box, budget: Iterator[int]) -> _Items:
    items = _Items()
    for box in _boxes(data, meta.start + 4, meta.end, budget):
        version = data[box.start]
        if box.name == b"pitm":
            (items.primary,) = struct.unpack_from(">I" if version else ">H", data, box.start + 4)
        elif box.name == b"iprp":
            for inner in _boxes(data, box.start, min(box.end, meta.end), budget):
                if inner.name == b"ipco":
                    inside = _boxes(data, inner.start, min(inner.end, meta.end), budget)
                    items.properties += [(one.name, data[one.start : min(one.end, meta.end)]) for one in inside]
                elif inner.name == b"ipma":
                    _associate(data, inner, items)
        elif box.name == b"iref":
            number = ">I" if version else ">H"
            for one in _boxes(data, box.start + 4, min(box.end, meta.end), budget):
                width = struct.calcsize(number)
                (source,) = struct.unpack_from(number, data, one.start)
                (count,) = struct.unpack_from(">H", data, one.start + width)
                targets = struct.unpack_from(f">{count}{number[1]}", data, one.start + width + 2)
                items.references.append((one.name, source, targets))
    return items


def _associate(data: bytes, box: _Box, items: _Items) -> None:
    version, flags = data[box.start], data[box.start + 3]
    (count,) = struct.unpack_from(">I", data, box.start + 4)
    position = box.start + 8
    identity, wide = (">I", 4) if version else (">H", 2)
    for _ in range(min(count, _BOXES)):
        (item,) = struct.unpack_from(identity, data, position)
        number = data[position + wide]
        position += wide + 1
        if flags & 1:
            places = [place & 0x7FFF for place in struct.unpack_from(f">{number}H", data, position)]
        else:
            places = [place & 0x7F for place in struct.unpack_from(f">{number}B", data, position)]
        position += number * (2 if flags & 1 else 1)
        items.of_item.setdefault(item, []).extend(places)


def _header(items: _Items, *, end: int) -> headers.Header:
    width = height = 0
    corners = "abcd"
    names: set[str] = set()
    depth, samples, largest = 8, 1.0, 0
    for name, body in items.properties_of(items.primary):
        if name == b"ispe":
            width, height = struct.unpack_from(">II", body, 4)
        elif name == b"irot":
            turns = body[0] & 3
            corners = corners[turns:] + corners[:turns]
        elif name == b"imir":
            corners = corners[::-1] if body[0] & 1 == 0 else corners[1] + corners[0] + corners[3] + corners[2]
        elif name == b"colr" and body[:4] in {b"prof", b"rICC"}:
            names.add("icc")
    for name, body in items.properties:
        if name == b"hvcC":
            depth = max(depth, 8 + (body[17] & 7))
            samples = max(samples, _SAMPLES[body[16] & 3])
        elif name == b"ispe":
            across, down = struct.unpack_from(">II", body, 4)
            largest = max(largest, across * down)
    if not width or not height:
        raise problems.refuse("zero_size", limit=1, found=f"{width} x {height}")
    alpha = _auxiliary(items, names)
    # libheif holds the picture as it was coded while it makes eight bits of red, green and blue of it.
    coded = (samples + alpha) * (2 if depth > 8 else 1)
    return headers.Header(
        width=width,
        height=height,
        end=end,
        mode="RGBA" if alpha else "RGB",
        bit_depth=depth,
        buffered_bytes=int(max(width * height, largest) * (coded + 3 + alpha)),
        metadata=tuple(sorted(names)),
        orientation=_ORIENTATIONS[corners],
        full_colour=samples == _SAMPLES[3],
    )


def _auxiliary(items: _Items, names: set[str]) -> bool:
    """Whether the primary picture has an alpha of its own; other pictures that belong to it are named."""
    alpha = False
    for kind, source, targets in items.references:
        if items.primary not in targets:
            continue
        if kind == b"thmb":
            names.add("thumbnail")
        elif kind == b"auxl":
            told = [body[4:] for name, body in items.properties_of(source) if name == b"auxC"]
            if any(urn.startswith(_ALPHA) for urn in told):
                alpha = True
            else:
                names.add("depth" if any(urn.startswith(_DEPTH) for urn in told) else "gain map")
    return alpha
