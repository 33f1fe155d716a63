"""A few colours for many pixels: chosen by k-means, and the nearest one found for each pixel.

Distances are taken in brightness and two colour differences, which count less, as they do to the eye.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Packed = NDArray[np.uint32]

# One of 256 is left for 'transparent'.
MOST_COLOURS: Final = 255
COLOUR_WEIGHT: Final = 0.5
_TO_SEEN: Final = np.array(
    [
        [0.299, -0.1687 * COLOUR_WEIGHT, 0.5 * COLOUR_WEIGHT],
        [0.587, -0.3313 * COLOUR_WEIGHT, -0.4187 * COLOUR_WEIGHT],
        [0.114, 0.5 * COLOUR_WEIGHT, -0.0813 * COLOUR_WEIGHT],
    ],
    dtype=np.float32,
)
_FROM_SEEN: Final = np.linalg.inv(_TO_SEEN.astype(np.float64)).astype(np.float32)
_ROUNDS: Final = 10
_GATHER_BITS: Final = 5
_RARE: Final = 0.5
# Entries are remembered for colours of so many bits a part: two colours that close share the nearest entry.
_BITS: Final = 6
_EXACT_BITS: Final = 8
_UNKNOWN: Final = 65_535


def seen(rgb: NDArray[Any]) -> Floats:
    """Colours as brightness and weighted colour differences; distances there are what the eye sees."""
    return rgb.astype(np.float32) @ _TO_SEEN


def unpacked(packed: Packed) -> Bytes:
    """The red, green and blue (n x 3) of some packed colours: the pixels of an RGBA image as it lies in memory."""
    return packed.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]


class Palette:
    """At most 255 colours (n x 3 bytes), and where they lie for the eye."""

    def __init__(self, rgb: Bytes, *, bits: int = _BITS) -> None:
        """Colours that agree in the first `bits` of each part are taken for one when the nearest entry is asked for."""
        self.rgb, self.places, self._bits = rgb, seen(rgb), bits
        self._known = np.full(1 << 3 * bits, _UNKNOWN, np.uint16)

    def nearest(self, packed: Packed) -> Bytes:
        """The entry for each of some packed colours."""
        cells = self._cells(packed)
        entries = self._known[cells]
        new = entries == _UNKNOWN
        if new.any():
            asked, example = np.unique(cells[new], return_index=True)
            self._known[asked] = _nearest(seen(unpacked(packed[new][example])), self.places)
            entries = self._known[cells]
        return entries.astype(np.uint8)

    def _cells(self, packed: Packed) -> Packed:
        if self._bits == _EXACT_BITS:
            return packed & np.uint32(0xFFFFFF)
        high, low = (1 << self._bits) - 1, 8 - self._bits
        cells = packed >> low & high
        for part in (1, 2):
            cells |= (packed >> 8 * part + low & high) << part * self._bits
        return cells.astype(np.uint32, copy=False)

    def table(self, entries: int) -> bytes:
        """The colours as a GIF lists them, with room for at least `entries`."""
        return self.rgb.tobytes().ljust(3 << max(1, (entries - 1).bit_length()), b"\0")


def exact(pictures: Iterable[Image.Image]) -> Palette | None:
    """All colours of some RGB pictures, where there are few enough for one palette with room for transparency."""
    found: set[tuple[int, ...]] = set()
    for picture in pictures:
        colours = picture.getcolors(MOST_COLOURS)
        if colours is None:
            return None
        found.update(colour for _, colour in colours if isinstance(colour, tuple))
        if len(found) > MOST_COLOURS:
            return None
    return Palette(np.array(sorted(found), np.uint8), bits=_EXACT_BITS)


def choose(pixels: Bytes, *, colours: int) -> Palette:
    """At most `colours` colours that serve `pixels` (n x 3) best. Exact where there are no more than that."""
    wide = pixels.astype(np.uint32)
    distinct = np.unique((wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2])
    if len(distinct) <= colours:
        return Palette(np.stack([distinct >> 16, distinct >> 8 & 255, distinct & 255], axis=-1).astype(np.uint8))
    places, counts = _gathered(wide)
    centres = _scattered(places, counts, colours)
    for _ in range(_ROUNDS):
        nearest = _nearest(places, centres)
        count = np.bincount(nearest, weights=counts, minlength=len(centres))
        held = count > 0
        for axis in range(3):
            total = np.bincount(nearest, weights=counts * places[:, axis], minlength=len(centres))
            centres[held, axis] = total[held] / count[held]
    rgb = np.clip(np.rint(centres[held] @ _FROM_SEEN), 0, 255).astype(np.uint8)
    return Palette(np.unique(rgb, axis=0))


def _gathered(wide: NDArray[np.uint32]) -> tuple[Floats, NDArray[np.float64]]:
    """Pixels (n x 3) by cells of five bits a part: the mean of each cell as `seen`, and how many it has."""
    low = 8 - _GATHER_BITS
    cells = (wide[:, 0] >> low << 2 * _GATHER_BITS) | (wide[:, 1] >> low << _GATHER_BITS) | wide[:, 2] >> low
    counts = np.bincount(cells).astype(np.float64)
    filled = np.flatnonzero(counts)
    sums = [np.bincount(cells, weights=wide[:, part])[filled] for part in range(3)]
    return seen(np.stack(sums, axis=-1) / counts[filled, None]), counts[filled]


def _scattered(places: Floats, counts: NDArray[np.float64], colours: int) -> Floats:
    """Where to start from: each next one where most is served worst by those before."""
    chosen = [int(counts.argmax())]
    apart = np.square(places - places[chosen[0]]).sum(axis=1)
    while len(chosen) < min(colours, len(places)):
        chosen.append(int((apart * counts**_RARE).argmax()))
        apart = np.minimum(apart, np.square(places - places[chosen[-1]]).sum(axis=1))
    return places[chosen]


def _nearest(places: Floats, centres: Floats) -> Bytes:
    """The index of the nearest of at most 256 centres, a slice at a time, since all distances are held at once."""
    lengths = (centres * centres).sum(axis=1)
    found = np.empty(len(places), np.uint8)
    for start in range(0, len(places), 8_192):
        part = places[start : start + 8_192]
        found[start : start + 8_192] = (lengths - 2 * (part @ centres.T)).argmin(axis=1)
    return found
