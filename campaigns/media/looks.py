"""A picture's looks in 64 bits: two pictures that look alike differ in few of them, whatever their size and quality."""

import functools
import math
from typing import Final

from PIL import Image

# The picture is looked at in this many points a side, and this many low frequencies a side tell its looks.
_POINTS: Final = 32
_FREQUENCIES: Final = 8
_BITS: Final = 64
# A frequency weaker than a fourth of a step of brightness is no feature; with so few features any two would look alike.
_FEATURE: Final = 0.25 * _POINTS**2 / 4
_FEATURES: Final = 16
# Up to this many bits apart two pictures look alike: rescaling to a tenth and recompressing cost 0 to 8, a few words on
# it 0 to 2, a twentieth cut off each side 6 to 14; different pictures are 26 and more apart.
ALIKE: Final = 8


def look(image: Image.Image) -> int | None:
    """The perceptual hash (pHash: signs of the lowest cosine frequencies against their median) of `image`, which may
    have any mode, as a signed 64-bit number; None for one too plain to be told from others. What shines through is
    seen on white."""
    rows = _luma(image)
    across = [_cosines(row) for row in rows]
    columns = [_cosines([row[index] for row in across]) for index in range(_FREQUENCIES + 1)]
    strengths = [columns[x][y] for x, y in _lowest()]
    if sum(abs(strength) >= _FEATURE for strength in strengths) < _FEATURES:
        return None
    middle = sorted(strengths)[_BITS // 2]
    bits = sum(1 << place for place, strength in enumerate(strengths) if strength > middle)
    return bits - (1 << _BITS) if bits >> (_BITS - 1) else bits


def distance(one: int, other: int) -> int:
    """In how many of 64 bits two looks differ: 0 for the same picture, about 32 for any two."""
    return ((one ^ other) & ((1 << _BITS) - 1)).bit_count()


def _luma(image: Image.Image) -> list[list[float]]:
    if image.mode not in {"1", "L", "RGB"}:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    small = image.convert("L").resize((_POINTS, _POINTS), Image.Resampling.BOX, reducing_gap=3.0)
    values = small.tobytes()
    return [[float(value) for value in values[start : start + _POINTS]] for start in range(0, len(values), _POINTS)]


@functools.cache
def _waves() -> list[list[float]]:
    return [
        [math.cos(math.pi * frequency * (2 * point + 1) / (2 * _POINTS)) for point in range(_POINTS)]
        for frequency in range(_FREQUENCIES + 1)
    ]


def _cosines(values: list[float]) -> list[float]:
    """The lowest frequencies of a row, rounded: noise of the arithmetic must not decide a bit of a flat picture."""
    return [round(sum(map(float.__mul__, wave, values)), 3) for wave in _waves()]


@functools.cache
def _lowest() -> list[tuple[int, int]]:
    """The 64 lowest frequencies, without the mean brightness."""
    places = [(x, y) for x in range(_FREQUENCIES + 1) for y in range(_FREQUENCIES + 1) if x or y]
    return sorted(places, key=lambda place: (place[0] + place[1], place))[:_BITS]
