"""The best-looking JPEG of a picture within a budget: sides, quality and colour detail chosen together, by measure.

The tables are our own: brightness grows coarser in step with frequency, colour starts coarser and grows as fast. With
full colour they look better at the same size than those of the JPEG standard (see docs/decisions/0007).
"""

import dataclasses
import io
import math
from collections.abc import Callable, Iterator
from typing import Final

import mozjpeg_lossless_optimization as lossless
import numpy as np
from PIL import Image

from campaigns.media import problems, rebuild
from campaigns.media.fit import measure

SMALLEST_EDGE: Final = 160
_FREQUENCY: Final = np.hypot(*np.meshgrid(np.arange(8), np.arange(8))) / math.hypot(7, 7)
_BRIGHTNESS: Final = 1.0 + 11.0 * _FREQUENCY**1.1
_COLOUR: Final = 1.9 * (1.0 + 7.0 * _FREQUENCY**0.6)
# The mean step of the standard's table for brightness at quality 50, by which everybody's "quality" is counted.
_STANDARD_STEP: Final = 57.6

FULL_COLOUR: Final = 0
HALF_COLOUR: Final = 2
# What the tables are multiplied with: below the first nothing is gained, above the second nothing is left to see.
_FINEST: Final = 0.4
_COARSEST: Final = 20.0
# From here on other sides and halved colour are held against what was found.
_LOSSY: Final = 5.0
_SHRINK: Final = 0.75
_WORTH_SHRINKING: Final = 0.95
_ENLARGE: Final = 1.25
# Where the eye sees no loss any more, more pixels are worth more than finer ones.
_LOSSLESS_TO_THE_EYE: Final = 0.975

_START: Final = 3.0
_ROUGH_ENCODES: Final = 5
_ENCODES: Final = 4
_CLOSE: Final = 0.985
_SAME: Final = 1e-3
_LAST_RESORT: Final = 1.5
# Rearranging the scans saves one byte in ten where there are few a pixel, and next to nothing where there are many.
_WORTH_REARRANGING: Final = 0.25


@dataclasses.dataclass(frozen=True, slots=True)
class Copy:
    """One JPEG and how it was made: `scale` multiplies the tables, `colour` is Pillow's subsampling."""

    data: bytes
    size: tuple[int, int]
    scale: float
    colour: int
    similarity: float

    @property
    def quality(self) -> int:
        """About what libjpeg would call it: 1 to 95."""
        ratio = float(np.mean(_steps(_BRIGHTNESS, self.scale))) / _STANDARD_STEP
        return min(max(round(100 - 50 * ratio if ratio < 1 else 50 / ratio), 1), 95)


@dataclasses.dataclass(frozen=True, slots=True)
class _Draft:
    """Sides and colour detail with the scale that about fits, by the quick encoder; without `data` nothing fits."""

    image: Image.Image
    colour: int
    scale: float = _COARSEST
    data: bytes | None = None

    def distance(self, original: measure.Original) -> float:
        """How unlike the original it looks."""
        if self.data is None:
            return math.inf
        with Image.open(io.BytesIO(self.data)) as after:
            return original.distance(after)


class Sizes:
    """The same picture at several sizes; what is smaller than a phone shows is made from what it shows."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self.longest = max(image.size)
        self.seen = _scaled(image, measure.seen_size(image.size))

    def at(self, edge: int) -> Image.Image:
        """With a long side of `edge` pixels, or as it is where that is no less."""
        source = self.seen if edge <= max(self.seen.size) else self._image
        if edge >= max(source.size):
            return source
        width, height = (max(1, round(side * edge / max(source.size))) for side in source.size)
        return _scaled(source, (width, height))


def packed(data: bytes) -> bytes:
    """The same JPEG without loss, its scans rearranged, if that is smaller."""
    rearranged: bytes = lossless.optimize(data)
    return min(data, rearranged, key=len)


def best(
    sizes: Sizes, *, original: measure.Original, budget: int, tell: Callable[[float], None] = lambda _share: None
) -> Copy:
    """The copy of at most `budget` bytes that looks most like `original`, of a picture in mode L or RGB.

    Raises UnfitError: cannot_fit. `tell` hears the share that is done.
    """
    drafts = [draft for draft in _drafts(sizes, original=original, budget=budget) if draft.data is not None]
    drafts.append(_Draft(sizes.at(SMALLEST_EDGE), HALF_COLOUR))
    tell(0.6)
    smallest = 0
    for draft in drafts:
        found, least = _finished(draft, budget=budget)
        if found is not None:
            with Image.open(io.BytesIO(found.data)) as after:
                return dataclasses.replace(found, similarity=original.similarity(after))
        smallest = min(smallest or least, least)
    raise problems.refuse("cannot_fit", limit=budget, found=smallest)


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _edges(edge: int) -> Iterator[int]:
    """Long edges to try, largest first."""
    while edge > SMALLEST_EDGE:
        yield edge
        edge = max(int(edge * _SHRINK), SMALLEST_EDGE)
    yield edge


def _drafts(sizes: Sizes, *, original: measure.Original, budget: int) -> list[_Draft]:
    """The best way first; behind it what is left to try where not even that fits."""
    first = _draft(sizes.seen, budget=budget, colour=FULL_COLOUR)
    if first.scale < _LOSSY:
        return _enlarged(first, sizes, original=original, budget=budget)
    ways: list[tuple[float, _Draft]] = []
    for edge in _edges(max(sizes.seen.size)):
        image = sizes.at(edge)
        colours = (FULL_COLOUR,) if image.mode == "L" else (FULL_COLOUR, HALF_COLOUR)
        drafts = [_draft(image, budget=budget, colour=colour) for colour in colours]
        here = sorted(((draft.distance(original), draft) for draft in drafts), key=_first)
        if ways and here[0][0] >= _WORTH_SHRINKING * ways[0][0] < math.inf:
            break
        ways = here + ways
    return [draft for _, draft in ways]


def _first(way: tuple[float, _Draft]) -> float:
    return way[0]


def _draft(image: Image.Image, *, budget: int, colour: int) -> _Draft:
    # The quick encoder's files are larger, most so where there are few bytes a pixel.
    growth = min(1.03 + 0.008 * image.width * image.height / max(budget, 1), 1.3)
    search = _Search(lambda scale: _encode(image, scale=scale, colour=colour), budget=round(budget * growth))
    search.run(_START, encodes=_ROUGH_ENCODES)
    return _Draft(image, colour, search.scale or _COARSEST, search.data)


def _enlarged(draft: _Draft, sizes: Sizes, *, original: measure.Original, budget: int) -> list[_Draft]:
    """With bytes to spare once the eye sees no loss: as many more pixels as they buy, if there are any."""
    found = [draft]
    while draft.data is not None and len(draft.data) * _ENLARGE <= budget:
        longest = max(draft.image.size)
        if longest >= sizes.longest:
            break
        image = sizes.at(min(int(longest * _ENLARGE), sizes.longest))
        draft = _draft(image, budget=budget, colour=FULL_COLOUR)
        if measure.alike(draft.distance(original)) >= _LOSSLESS_TO_THE_EYE:
            found.insert(0, draft)
    return found


def _finished(draft: _Draft, *, budget: int) -> tuple[Copy | None, int]:
    """The draft as the good encoder makes it, and the bytes of the smallest copy made."""
    image, colour = draft.image, draft.colour
    area = image.width * image.height

    def encode(scale: float) -> bytes:
        data = _encode(image, scale=scale, colour=colour, optimize=True, progressive=True)
        if len(data) < _WORTH_REARRANGING * area:
            data = packed(data)
        return data

    search = _Search(encode, budget=budget)
    search.run(draft.scale, encodes=_ENCODES)
    # A last resort of few steps, where no line through two points told the truth.
    scale = max(search.too_fine, _FINEST)
    while search.data is None and scale < _COARSEST:
        scale = min(scale * _LAST_RESORT, _COARSEST)
        search.run(scale, encodes=1)
    if search.data is None or search.scale is None:
        return None, search.smallest
    return Copy(search.data, image.size, search.scale, colour, 0.0), search.smallest


class _Search:
    """For the finest scale whose bytes are within the budget.

    Bytes fall with the scale, about as a power of it, so a line through two points in logarithms says where the budget
    lies; it is held between what is known not to fit and what is known to fit.
    """

    def __init__(self, encode: Callable[[float], bytes], *, budget: int) -> None:
        self._encode = encode
        self._budget = max(budget, 1)
        self.data: bytes | None = None
        self.scale: float | None = None
        self.too_fine = 0.0
        self.smallest = 0

    def run(self, scale: float, *, encodes: int) -> None:
        """At most that many encodes, the first at `scale`."""
        # The typical steepness, until there are two points.
        slope, last = -0.7, (0.0, 0.0)
        for count in range(encodes):
            size = self._try(scale)
            here = (math.log(scale), math.log(size))
            if self._budget * _CLOSE <= size <= self._budget or (size <= self._budget and scale <= _FINEST):
                return
            if size > self._budget and scale >= _COARSEST:
                return
            if count and abs(here[0] - last[0]) > _SAME:
                slope = min((here[1] - last[1]) / (here[0] - last[0]), -0.2)
            last = here
            target = math.log(self._budget * (1 + _CLOSE) / 2)
            scale = self._held(math.exp(here[0] + (target - here[1]) / slope))

    def _try(self, scale: float) -> int:
        data = self._encode(scale)
        self.smallest = min(self.smallest or len(data), len(data))
        if len(data) > self._budget:
            self.too_fine = max(self.too_fine, scale)
        elif self.scale is None or scale < self.scale:
            self.data, self.scale = data, scale
        return len(data)

    def _held(self, scale: float) -> float:
        fine, coarse = self.too_fine or _FINEST, self.scale or _COARSEST
        if self.too_fine and self.scale:
            margin = (coarse / fine) ** 0.1
            fine, coarse = fine * margin, coarse / margin
        return min(max(scale, fine), coarse)


def _encode(image: Image.Image, *, scale: float, colour: int, **options: object) -> bytes:
    tables = [_steps(_BRIGHTNESS, scale), _steps(_COLOUR, scale)]
    return rebuild.jpeg(image, qtables=tables[:1] if image.mode == "L" else tables, subsampling=colour, **options)


def _steps(table: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", scale: float) -> list[int]:
    return [int(step) for step in np.clip(np.rint(table * scale), 1, 255).ravel()]
