"""Sizes and ends of JPEG and PNG files, read from their own structure before any decoder sees them."""

import dataclasses
import re
import struct

from campaigns.media import limits, problems

# In entropy-coded data a marker is FF followed by neither a stuffed zero, a restart marker nor another FF.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})


@dataclasses.dataclass(frozen=True, slots=True)
class Header:
    """`buffered_bytes` is what a decoder must hold beside the pixels; `end` is where the picture ends."""

    width: int
    height: int
    end: int
    buffered_bytes: int = 0
    progressive: bool = False


def read(data: bytes, *, kind: str) -> Header:
    """The header of a JPEG or PNG. Raises UnfitError: truncated, corrupt, zero_size, too_many_scans."""
    try:
        header = _jpeg(data) if kind == "jpeg" else _png(data)
    except (struct.error, IndexError):
        raise problems.refuse("truncated", found=kind) from None
    if not header.width or not header.height:
        raise problems.refuse("zero_size", limit=1, found=f"{header.width} x {header.height}")
    return header


def _png(data: bytes) -> Header:
    length, name, width, height = struct.unpack_from(">I4sII", data, 8)
    if name != b"IHDR" or length != 13:
        raise problems.refuse("corrupt", found="png")
    position = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, position)
        position += length + 12
        if name == b"IEND" or position >= len(data):
            return Header(width=width, height=height, end=min(position, len(data)))


def _jpeg(data: bytes) -> Header:
    position = 2
    frame: tuple[int, int, int, bytes] | None = None
    scanned_first = scans = 0
    while True:
        marker = _NEXT_MARKER.search(data, position)
        if marker is None:
            if frame is None:
                raise problems.refuse("truncated", found="jpeg")
            return _header(frame, scanned_first, end=len(data))
        code = data[marker.start() + 1]
        position = marker.end()
        if code == 0xD9:
            if frame is None:
                raise problems.refuse("corrupt", found="jpeg")
            return _header(frame, scanned_first, end=position)
        if code in {0x01, 0xD8}:
            continue
        (length,) = struct.unpack_from(">H", data, position)
        if code in _FRAME_MARKERS and frame is None:
            height, width, components = struct.unpack_from(">HHB", data, position + 3)
            frame = code, width, height, data[position + 8 : position + 8 + 3 * components]
        elif code == 0xDA:
            scans += 1
            if scans > limits.SCANS:
                raise problems.refuse("too_many_scans", limit=limits.SCANS, found=_scans(data))
            scanned_first = scanned_first or data[position + 2]
        position += length


def _scans(data: bytes) -> int:
    """About how many there are; what stands in other segments is so rare that it changes nothing."""
    return data.count(b"\xff\xda")


def _header(frame: tuple[int, int, int, bytes], scanned_first: int, *, end: int) -> Header:
    code, width, height, components = frame
    sampling = [(byte >> 4 or 1, byte & 15 or 1) for byte in components[1::3]] or [(1, 1)]
    widest, tallest = max(h for h, _ in sampling), max(v for _, v in sampling)
    share = sum(h * v for h, v in sampling) / (widest * tallest)
    # libjpeg keeps the coefficients of the whole picture when they come in more than one scan.
    whole = code in _PROGRESSIVE or scanned_first < len(sampling)
    return Header(
        width=width,
        height=height,
        end=end,
        buffered_bytes=int(2 * width * height * share) if whole else 0,
        progressive=code in _PROGRESSIVE,
    )
