"""The best-looking PNG of a picture within a budget: without loss, else with a palette, else with smaller sides."""

import dataclasses
import io
from collections.abc import Iterator
from typing import Final

import oxipng
from PIL import Image

from campaigns.media import rebuild
from campaigns.media.fit import measure, png_palette

SMALLEST_EDGE: Final = 160
_SHRINK: Final = 0.75
# Smaller sides must look better by this share than what was found, before still smaller ones are tried.
_WORTH_SHRINKING: Final = 0.95
_GOOD_ENOUGH: Final = 0.99
# How much packing saves on Pillow's files at most, without loss and with a palette.
_PACKING: Final = 1.6
_PACKING_PALETTE: Final = 1.15
# A palette of 256 colours saves no more than this share of what there is without loss.
_PALETTE_SAVES: Final = 12
_COLOURS: Final = (256, 128, 64, 32, 16)
# Passing errors on looks better and takes more bytes; what fits first is held against doing without.
_DIFFUSIONS: Final = (0.6, 0.3)
# How hard oxipng tries, by pixels: a second or two for each.
_LEVELS: Final = ((100_000, 6), (4_000_000, 4))
_LARGE_LEVEL: Final = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Copy:
    """One PNG and how it was made: with `colours` in its palette, or without loss."""

    data: bytes
    size: tuple[int, int]
    colours: int | None
    distance: float


def packed(data: bytes, *, pixels: int) -> bytes:
    """The same PNG without loss, as small as can be made in a second or two."""
    level = next((level for most, level in _LEVELS if pixels <= most), _LARGE_LEVEL)
    tight = oxipng.optimize_from_memory(data, level=level, strip=oxipng.StripChunks.all, optimize_alpha=True)
    return min(data, tight, key=len)


def lossless(image: Image.Image, *, budget: int, plain: bytes | None = None) -> bytes | None:
    """`image` without loss, if that can be packed into the budget. `plain` is the same, written already."""
    data = plain or rebuild.plain_png(image)
    if len(data) > _PACKING * budget:
        return None
    data = packed(data, pixels=image.width * image.height)
    return data if len(data) <= budget else None


def best(image: Image.Image, *, original: measure.Original, budget: int) -> tuple[Copy | None, int]:
    """The copy of at most `budget` bytes that looks most like `original`, and the bytes of the smallest copy made.

    Sides get smaller until something fits, and further as long as that looks better.
    """
    found: Copy | None = None
    smallest = 0
    for edge in _edges(max(original.size)):
        tried, least = _at(_scaled(image, edge), original=original, budget=budget)
        smallest = min(smallest or least, least)
        if tried is not None and (found is None or tried.distance < _WORTH_SHRINKING * found.distance):
            found = tried
        elif found is not None:
            break
        if found is not None and measure.alike(found.distance) >= _GOOD_ENOUGH:
            break
    return found, smallest


def with_palette(image: Image.Image, *, original: measure.Original, budget: int) -> tuple[Copy | None, int]:
    """The best copy with a palette and the sides of `image`, and the bytes of the smallest one made."""
    colours = png_palette.Colours(image)
    smallest = 0
    for count in _COLOURS:
        drafts, least = _drafts(colours, count=count, budget=budget)
        smallest = min(smallest or least, least)
        for distance, draft in sorted((_distance(draft, original), draft) for draft in drafts):
            tight = packed(draft, pixels=image.width * image.height)
            smallest = min(smallest, len(tight))
            if len(tight) <= budget:
                return Copy(tight, image.size, count, distance), smallest
    return None, smallest


def _edges(edge: int) -> Iterator[int]:
    while edge > SMALLEST_EDGE:
        yield edge
        edge = max(int(edge * _SHRINK), SMALLEST_EDGE)
    yield edge


def _scaled(image: Image.Image, edge: int) -> Image.Image:
    longest = max(image.size)
    if edge >= longest:
        return image
    whole = image if image.mode in {"L", "LA", "RGB", "RGBA"} else image.convert("RGBA")
    width, height = (max(1, round(side * edge / longest)) for side in image.size)
    return whole.resize((width, height), Image.Resampling.LANCZOS)


def _at(image: Image.Image, *, original: measure.Original, budget: int) -> tuple[Copy | None, int]:
    """The best copy with the sides of `image`, and the bytes of the smallest one made."""
    plain = rebuild.plain_png(image)
    whole = lossless(image, budget=budget, plain=plain)
    if whole is not None:
        return Copy(whole, image.size, None, _distance(whole, original)), len(whole)
    if len(plain) > _PALETTE_SAVES * budget:
        return None, len(plain)
    found, smallest = with_palette(image, original=original, budget=budget)
    return found, min(smallest, len(plain))


def _drafts(colours: png_palette.Colours, *, count: int, budget: int) -> tuple[list[bytes], int]:
    """Up to two copies with a palette that may fit once they are packed, and the bytes of the smallest one made."""
    flat = rebuild.plain_png(colours.reduced(count, diffusion=0.0))
    if len(flat) > _PACKING_PALETTE * budget:
        return [], len(flat)
    for diffusion in _DIFFUSIONS:
        softer = rebuild.plain_png(colours.reduced(count, diffusion=diffusion))
        if len(softer) <= _PACKING_PALETTE * budget:
            return [flat, softer], len(flat)
    return [flat], len(flat)


def _distance(data: bytes, original: measure.Original) -> float:
    with Image.open(io.BytesIO(data)) as after:
        return original.distance(after)
