"""Facts about JPEG and PNG files, read from their own structure before any decoder sees them."""

import dataclasses
import re
import struct
from typing import Final

from campaigns.media import exif, limits, problems

# In entropy-coded data a marker is FF followed by neither a stuffed zero, a restart marker nor another FF.
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAME_MARKERS: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_JPEG_MODES: Final = {1: "L", 3: "RGB", 4: "CMYK"}
# What the segments of a JPEG are, by marker and first bytes; JFIF's and Adobe's describe the coding.
_SEGMENTS: Final = (
    (0xE0, b"JFIF\0", ""),
    (0xE0, b"JFXX\0", "thumbnail"),
    (0xE1, b"Exif\0", "exif"),
    (0xE1, b"http://ns.adobe.com/", "xmp"),
    (0xE2, b"ICC_PROFILE\0", "icc"),
    (0xE2, b"MPF\0", "pictures"),
    (0xED, b"Photoshop ", "photoshop"),
    (0xEE, b"Adobe", ""),
)
_PNG_MODES: Final = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_PNG_CHUNKS: Final = {
    b"tEXt": "text", b"zTXt": "text", b"iTXt": "text", b"iCCP": "icc", b"tIME": "time", b"eXIf": "exif",
    b"sPLT": "palette", b"hIST": "palette",
}  # fmt: skip
# Chunks that describe the coding or the pixels themselves.
_PNG_CODING: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs", b"acTL",
     b"fcTL", b"fdAT", b"cICP"}
)  # fmt: skip
# More of a chunk is not looked at, to name it.
_CHUNK_BYTES: Final = 65_536


@dataclasses.dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself.

    `mode` is Pillow's name of the colours as coded (1, L, LA, P, RGB, RGBA, CMYK), `bit_depth` bits a channel.
    `buffered_bytes` is what a decoder must hold beside the pixels; `end` is where the picture ends. `loop` is None for
    'plays once', 0 for 'for ever'. `metadata` names what is not picture. `orientation` is set, in EXIF's numbers, where
    the decoder applies it by itself. `full_colour` says that a WebP or HEIC codes colour as finely as brightness.
    """

    width: int
    height: int
    end: int
    mode: str = "RGB"
    bit_depth: int = 8
    buffered_bytes: int = 0
    progressive: bool = False
    frames: int = 1
    duration_ms: int = 0
    loop: int | None = None
    metadata: tuple[str, ...] = ()
    orientation: int | None = None
    full_colour: bool = False


def read(data: bytes, *, kind: str) -> Header:
    """The header of a JPEG or PNG. Raises UnfitError: truncated, corrupt, zero_size, too_many_scans."""
    try:
        header = _jpeg(data) if kind == "jpeg" else _png(data)
    except (struct.error, IndexError):
        raise problems.refuse("truncated", found=kind) from None
    if not header.width or not header.height:
        raise problems.refuse("zero_size", limit=1, found=f"{header.width} x {header.height}")
    return header


@dataclasses.dataclass(slots=True)
class _Chunks:
    """What the chunks of a PNG add up to."""

    names: set[str] = dataclasses.field(default_factory=set)
    frames: int = 1
    loop: int | None = None
    duration_ms: float = 0.0

    def take(self, name: bytes, body: bytes) -> None:
        if body.startswith(b"XML:com.adobe.xmp\0"):
            self.names.add("xmp")
        elif name == b"eXIf":
            self.names |= exif.names(body)
        elif name == b"acTL":
            self.frames, plays = struct.unpack_from(">II", body)
            self.loop = None if plays == 1 else max(plays - 1, 0)
        elif name == b"fcTL":
            delay, unit = struct.unpack_from(">HH", body, 20)
            self.duration_ms += 1_000 * delay / (unit or 100)
        elif name not in _PNG_CODING:
            self.names.add(_PNG_CHUNKS.get(name, "other"))


def _png(data: bytes) -> Header:
    length, name, width, height, depth, colour = struct.unpack_from(">I4sIIBB", data, 8)
    if name != b"IHDR" or length != 13 or colour not in _PNG_MODES:
        raise problems.refuse("corrupt", found="png")
    position = 8
    chunks = _Chunks()
    while True:
        length, name = struct.unpack_from(">I4s", data, position)
        chunks.take(name, data[position + 8 : position + 8 + min(length, _CHUNK_BYTES)])
        position += length + 12
        if name == b"IEND" or position >= len(data):
            break
    animated = chunks.frames > 1
    return Header(
        width=width,
        height=height,
        end=min(position, len(data)),
        mode="1" if (colour, depth) == (0, 1) else _PNG_MODES[colour],
        bit_depth=depth,
        frames=chunks.frames if animated else 1,
        loop=chunks.loop if animated else None,
        duration_ms=round(chunks.duration_ms) if animated else 0,
        metadata=tuple(sorted(chunks.names)),
    )


@dataclasses.dataclass(slots=True)
class _Segments:
    """What the segments of a JPEG add up to."""

    code: int = 0
    depth: int = 8
    width: int = 0
    height: int = 0
    components: bytes = b""
    scans: int = 0
    scanned_first: int = 0
    names: set[str] = dataclasses.field(default_factory=set)

    def take(self, code: int, body: bytes) -> None:
        if code in _FRAME_MARKERS and not self.code:
            self.depth, self.height, self.width, components = struct.unpack_from(">BHHB", body)
            self.code, self.components = code, body[6 : 6 + 3 * components]
        elif code == 0xDA:
            self.scans += 1
            self.scanned_first = self.scanned_first or body[0]
        elif code == 0xFE:
            self.names.add("comment")
        elif 0xE0 <= code <= 0xEF:
            name = next(
                (name for marker, start, name in _SEGMENTS if code == marker and body.startswith(start)), "other"
            )
            self.names |= exif.names(body) if name == "exif" else {name} - {""}

    def header(self, *, end: int) -> Header:
        sampling = [(byte >> 4 or 1, byte & 15 or 1) for byte in self.components[1::3]] or [(1, 1)]
        widest, tallest = max(h for h, _ in sampling), max(v for _, v in sampling)
        share = sum(h * v for h, v in sampling) / (widest * tallest)
        # libjpeg keeps the coefficients of the whole picture when they come in more than one scan.
        whole = self.code in _PROGRESSIVE or self.scanned_first < len(sampling)
        return Header(
            width=self.width,
            height=self.height,
            end=end,
            mode=_JPEG_MODES.get(len(sampling), "RGB"),
            bit_depth=self.depth,
            buffered_bytes=int(2 * self.width * self.height * share) if whole else 0,
            progressive=self.code in _PROGRESSIVE,
            metadata=tuple(sorted(self.names)),
        )


def _jpeg(data: bytes) -> Header:
    position = 2
    found = _Segments()
    while True:
        marker = _NEXT_MARKER.search(data, position)
        if marker is None:
            if not found.code:
                raise problems.refuse("truncated", found="jpeg")
            return found.header(end=len(data))
        code = data[marker.start() + 1]
        position = marker.end()
        if code == 0xD9:
            if not found.code:
                raise problems.refuse("corrupt", found="jpeg")
            return found.header(end=position)
        if code in {0x01, 0xD8}:
            continue
        (length,) = struct.unpack_from(">H", data, position)
        found.take(code, data[position + 2 : position + max(length, 2)])
        if found.scans > limits.SCANS:
            raise problems.refuse("too_many_scans", limit=limits.SCANS, found=_scans(data))
        position += max(length, 2)


def _scans(data: bytes) -> int:
    """About how many there are; what stands in other segments is so rare that it changes nothing."""
    return data.count(b"\xff\xda")
