"""The structure of a WebP, read before any decoder sees it: sides, frames, times, and what is not picture."""

import dataclasses
import struct
from typing import Final

from campaigns.media import exif, headers, problems

_RIFF_BYTES: Final = 12
_CHUNK_HEAD_BYTES: Final = 8
_CODING: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})
_NAMES: Final = {b"ICCP": "icc", b"XMP ": "xmp"}
_ALPHA_FLAG: Final = 0x10
_ANIMATION_FLAG: Final = 0x02


def read(data: bytes) -> headers.Header:
    """The header of a WebP. Raises UnfitError: truncated, corrupt, zero_size."""
    found = _Chunks()
    try:
        (length,) = struct.unpack_from("<I", data, 4)
        end = _CHUNK_HEAD_BYTES + length + (length & 1)
        if end - (length & 1) > len(data):
            raise problems.refuse("truncated", found="webp")
        position = _RIFF_BYTES
        while position + _CHUNK_HEAD_BYTES <= min(end, len(data)):
            name, size = struct.unpack_from("<4sI", data, position)
            position += _CHUNK_HEAD_BYTES
            if position + size > end:
                raise problems.refuse("truncated", found="webp")
            found.take(name, data[position : position + size])
            position += size + (size & 1)
    except (struct.error, IndexError):
        raise problems.refuse("truncated", found="webp") from None
    if not found.width or not found.height:
        raise problems.refuse("zero_size", limit=1, found=f"{found.width} x {found.height}")
    if found.is_animated and not found.frames:
        raise problems.refuse("corrupt", found="webp")
    return found.header(end=min(end, len(data)))


@dataclasses.dataclass(slots=True)
class _Chunks:
    """What the chunks add up to."""

    width: int = 0
    height: int = 0
    has_alpha: bool = False
    is_animated: bool = False
    is_lossless: bool = False
    frames: int = 0
    duration_ms: int = 0
    plays: int = 0
    names: set[str] = dataclasses.field(default_factory=set)

    def take(self, name: bytes, body: bytes) -> None:
        self.is_lossless |= name == b"VP8L"
        if name == b"VP8X" and not self.width:
            self.has_alpha, self.is_animated = bool(body[0] & _ALPHA_FLAG), bool(body[0] & _ANIMATION_FLAG)
            self.width, self.height = _number(body, 4) + 1, _number(body, 7) + 1
        elif name == b"VP8 " and not self.width:
            if body[3:6] != b"\x9d\x01\x2a":
                raise problems.refuse("corrupt", found="webp")
            self.width, self.height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
        elif name == b"VP8L" and not self.width:
            (bits,) = struct.unpack_from("<I", body, 1)
            self.width, self.height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            self.has_alpha = bool(bits >> 28 & 1)
        elif name == b"ANIM":
            (self.plays,) = struct.unpack_from("<H", body, 4)
        elif name == b"ANMF":
            self.frames += 1
            self.duration_ms += _number(body, 12)
        elif name == b"EXIF":
            self.names |= exif.names(body)
        elif name not in _CODING:
            self.names.add(_NAMES.get(name, "other"))

    def header(self, *, end: int) -> headers.Header:
        return headers.Header(
            width=self.width,
            height=self.height,
            end=end,
            mode="RGBA" if self.has_alpha else "RGB",
            frames=self.frames if self.is_animated else 1,
            duration_ms=self.duration_ms if self.is_animated else 0,
            # WebP counts how often it plays, GIF how often it plays again.
            loop=None if not self.is_animated or self.plays == 1 else max(self.plays - 1, 0),
            metadata=tuple(sorted(self.names)),
            full_colour=self.is_lossless,
        )


def _number(body: bytes, place: int) -> int:
    """A number of three bytes."""
    low, high = struct.unpack_from("<HB", body, place)
    return int(low | high << 16)
