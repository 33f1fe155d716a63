"""Write a film as a GIF: few colours, and of each picture only what the screen does not show already.

A pixel is held (left transparent, so that what stands there stays) where what is on the screen serves it nearly as
well as its own best colour would. Noise and dither then cost nothing where nothing moves.
"""

import dataclasses
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from campaigns.media import gif_write
from campaigns.media.fit import film, palettes
from campaigns.media.fit.film import Size

# The longest time a frame can have, in hundredths of a second.
LONGEST_CS: Final = 65_535
_SHORT: Final = 4
# Every so-manieth pixel tells enough about colour.
_SOME: Final = 7
Mask = NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """One picture as it was drawn: its piece of the file but for its time, ."""

    box: tuple[int, int, int, int]
    table: bytes
    coded: bytes
    transparent: int | None
    disposal: int
    empty: bool


class Painter:
    """Draws pictures one after another, remembering what is on the screen.

    The screen is remembered by number: 0 for nothing, else one of the colours of the palettes met so far.
    """

    def __init__(self, size: Size, *, tolerance: float) -> None:
        """`tolerance` is how much worse (as a squared distance in `palettes.seen`) a held pixel may be."""
        self.tolerance = tolerance
        width, height = size
        self._shape = height, width
        self._screen = np.zeros(height * width, np.uint16)
        self._entries = np.zeros(height * width, np.uint8)
        self._before: NDArray[np.uint32] | None = None
        self._palette: palettes.Palette | None = None
        self._places = np.full((1, 3), np.inf, np.float32)
        self._palettes: list[tuple[palettes.Palette, int]] = []
        self._shown = self._screen

    def draw(
        self, picture: Image.Image, palette: palettes.Palette, *, solid: Mask | None = None, wiped: Mask | None = None
    ) -> Drawn:
        """Draw an RGB picture on top of what is there.

        Where `solid` is given and false nothing is drawn; where `wiped` is, nothing may stay after this picture.
        """
        first = self._first_number(palette)
        packed = np.asarray(picture.convert("RGBA")).view(np.uint32).ravel()
        places = self._to_look_at(packed, palette, solid)
        colours = packed[places]
        entries = palette.nearest(colours)
        self._entries[places] = entries
        numbers = entries + np.uint16(first)
        differ = numbers != self._screen[places]
        places, numbers = places[differ], numbers[differ]
        wanted = palettes.seen(palettes.unpacked(colours[differ]))
        gap = _squared(wanted, self._places[self._screen[places]]) - _squared(wanted, self._places[numbers])
        written = np.zeros(packed.shape, np.bool_)
        written[places[gap > self.tolerance]] = True
        return self._cut(written.reshape(self._shape), palette, solid, wiped)

    def brightness(self) -> Image.Image:
        """What the last picture shows, as an L image, on white."""
        levels = self._places[:, 0].copy()
        levels[0] = 255
        shown = np.clip(np.rint(levels), 0, 255).astype(np.uint8)[self._shown]
        return Image.fromarray(shown.reshape(self._shape))

    def colour_off(self, picture: Image.Image) -> float:
        """How far the colours on the screen are from those of an RGB picture, brightness aside: a mean of 0 to 255."""
        packed = np.asarray(picture.convert("RGBA")).view(np.uint32).ravel()[::_SOME]
        shown = self._shown[::_SOME]
        seen = shown != 0
        wanted = palettes.seen(palettes.unpacked(packed[seen]))
        apart = np.abs(wanted[:, 1:] - self._places[shown[seen], 1:])
        return float(apart.mean()) / palettes.COLOUR_WEIGHT if len(apart) else 0.0

    def _first_number(self, palette: palettes.Palette) -> int:
        for known, number in self._palettes:
            if known is palette:
                return number
        number = len(self._places)
        self._palettes.append((palette, number))
        self._places = np.concatenate([self._places, palette.places])
        return number

    def _to_look_at(
        self, packed: NDArray[np.uint32], palette: palettes.Palette, solid: Mask | None
    ) -> NDArray[np.int64]:
        """Where this picture can differ from what is shown: a held pixel that stays the same stays held."""
        before, same = self._before, self._palette is palette
        changed = packed != before if before is not None and same else np.ones(packed.shape, np.bool_)
        self._before, self._palette = packed, palette
        if solid is not None:
            changed = (changed | (self._screen == 0)) & solid.ravel()
        return np.flatnonzero(changed)

    def _cut(self, written: Mask, palette: palettes.Palette, solid: Mask | None, wiped: Mask | None) -> Drawn:
        if wiped is not None and not wiped.any():
            wiped = None
        left, top, right, bottom = _box(written if wiped is None else written | wiped)
        box = np.s_[top:bottom, left:right]
        index = self._entries.reshape(self._shape)[box]
        held = _held(index, ~written[box])
        if solid is not None:
            held |= ~solid[box]
        screen = self._screen.reshape(self._shape)[box]
        np.copyto(screen, index + np.uint16(self._first_number(palette)), where=~held)
        self._shown = self._screen if wiped is None else self._screen.copy()
        transparent = len(palette.rgb) if held.any() or wiped is not None else None
        piece = index if transparent is None else np.where(held, np.uint8(transparent), index)
        coded = gif_write.lzw(Image.fromarray(np.ascontiguousarray(piece)), transparent)
        if wiped is not None:
            screen[...] = 0
        return Drawn(
            box=(left, top, right - left, bottom - top),
            table=palette.table(len(palette.rgb) + (transparent is not None)),
            coded=coded,
            transparent=transparent,
            disposal=0 if wiped is None else 2,
            empty=wiped is None and not written.any(),
        )


def _held(index: palettes.Bytes, may_hold: Mask) -> Mask:
    """Which of the pixels that need not be drawn are better left out.

    LZW thrives on runs. A stretch of one colour is a run anyway, often the rest of one, so that only stretches of
    several colours gain from being all transparent; very short ones only break what goes on beside them.
    """
    colours, hold = index.ravel(), may_hold.ravel()
    starts = np.ones(len(hold), np.bool_)
    starts[1:] = hold[1:] != hold[:-1]
    first = np.flatnonzero(starts)
    turns = np.zeros(len(hold), np.int32)
    turns[1:] = colours[1:] != colours[:-1]
    turns[first] = 0
    worth = (np.add.reduceat(turns, first) > 0) & (np.diff(first, append=len(hold)) > _SHORT) & hold[first]
    held: Mask = np.repeat(worth, np.diff(first, append=len(hold))).reshape(index.shape)
    return held


def assemble(size: Size, drawn: list[Drawn], delays_cs: list[int], *, loop: int | None) -> tuple[bytes, int]:
    """The GIF of some drawn pictures, and how many frames it has."""
    tables = Counter(each.table for each in drawn)
    shared = max(tables, key=lambda table: (tables[table], len(table)))
    frames: list[tuple[Drawn, int]] = []
    for each, delay in zip(drawn, delays_cs, strict=True):
        before, lasts = frames[-1] if frames else (each, 0)
        if frames and each.empty and before.disposal == 0 and min(lasts, delay) >= film.SHORTEST_CS:
            frames[-1] = (before, lasts + delay)
        else:
            frames.append((each, delay))
    pieces = [piece for each, delay in frames for piece in _frame(each, delay, shared)]
    head = [b"GIF89a", struct.pack("<HHBBB", *size, 0xF0 | _bits(shared) - 1, 0, 0), shared]
    if loop is not None and len(pieces) > 1:
        head.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", loop, 0))
    return b"".join([*head, *pieces, b"\x3b"]), len(pieces)


def _frame(drawn: Drawn, delay_cs: int, shared: bytes) -> Iterator[bytes]:
    """The frame, drawn again as often as its time is too long for one."""
    local = b"" if drawn.table == shared else drawn.table
    place = struct.pack("<BHHHHB", 0x2C, *drawn.box, 0x80 | _bits(local) - 1 if local else 0)
    while True:
        lasts = min(delay_cs, LONGEST_CS)
        delay_cs -= lasts
        flags = (0 if delay_cs else drawn.disposal) << 2 | (drawn.transparent is not None)
        control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, lasts, drawn.transparent or 0, 0)
        yield b"".join((control, place, local, drawn.coded))
        if not delay_cs:
            break


def _bits(table: bytes) -> int:
    return (len(table) // 3).bit_length() - 1


def _squared(one: palettes.Floats, other: palettes.Floats) -> palettes.Floats:
    apart = one - other
    squared: palettes.Floats = np.einsum("ij,ij->i", apart, apart)
    return squared


def _box(mask: Mask) -> tuple[int, int, int, int]:
    """The box around what is set; one pixel where nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
