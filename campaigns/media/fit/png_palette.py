"""Few colours that stand for many, transparency included: median cut, refined by k-means; errors diffused if wanted.

Colours are compared as they look on white and on black alike. For a colour premultiplied with its alpha, p, and alpha
a, the mean of both squared differences is that of (p - a / 2) in each channel plus 3/4 of that of a, so that four
coordinates say it all, and what cannot be seen at all is one colour.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# How much the eye makes of red, green and blue.
_WEIGHTS: Final = np.array([0.7, 1.0, 0.45], dtype=np.float32)
# The step between neighbours, in levels, from which on a pixel counts for half of what it does in a calm place.
_CALM: Final = 40.0
_ROUNDS: Final = 6
# Colours are counted in cells, the finest (bits a channel) that are no more than so many.
_FINEST_CELLS: Final = 8
_COUNTED_EACH: Final = 24_000
# An error larger than this, in levels, is an edge and not a gradient: it would only make specks.
_LARGEST_ERROR: Final = 20.0
# What fits a processor's cache beside 256 colours.
_CHUNK: Final = 4_096

Points = NDArray[np.float32]
Levels = NDArray[np.uint8]
Weights = NDArray[np.float64]
Indices = NDArray[np.intp]


class Colours:
    """The colours of one picture, counted once, for as many reduced copies as are wanted."""

    def __init__(self, image: Image.Image) -> None:
        self._rgba = np.asarray(image.convert("RGBA"))
        distinct, where = np.unique(_packed(self._rgba), return_inverse=True)
        self._where: Indices = where.reshape(-1)
        self._points = _points(_unpacked(distinct))
        self._importance = _importance(image, self._where, len(distinct))
        self._palettes: dict[int, Levels] = {}

    def reduced(self, count: int, *, diffusion: float) -> Image.Image:
        """The picture in mode P with at most `count` colours; `diffusion` is the share of each error passed on."""
        if count not in self._palettes:
            self._palettes[count] = _levels(_palette(self._points, self._importance, count))
        straight = self._palettes[count]
        palette = _points(straight)
        if diffusion:
            indices = _diffused(self._rgba, palette, share=diffusion)
        else:
            indices = _nearest(self._points, palette).astype(np.uint8)[self._where].reshape(self._rgba.shape[:2])
        return _image(indices, straight)


def _packed(rgba: Levels) -> NDArray[np.uint32]:
    """Each pixel as one number; all that cannot be seen is the same."""
    packed = np.ascontiguousarray(rgba).view(np.uint32).reshape(-1).copy()
    packed[rgba[..., 3].reshape(-1) == 0] = 0
    return packed


def _unpacked(packed: NDArray[np.uint32]) -> Levels:
    return packed.view(np.uint8).reshape(-1, 4)


def _points(levels: Levels) -> Points:
    """The four coordinates of each colour."""
    alpha = levels[:, 3:].astype(np.float32)
    seen = (levels[:, :3] * (alpha / 255) - alpha / 2) * _WEIGHTS
    depth = alpha * np.float32(np.sqrt(np.square(_WEIGHTS).sum()) / 2)
    return np.concatenate([seen, depth], axis=1, dtype=np.float32)


def _levels(points: Points) -> Levels:
    """The colours at those coordinates, rounded to what a file can hold, each once."""
    alpha = points[:, 3:] / np.float32(np.sqrt(np.square(_WEIGHTS).sum()) / 2)
    alpha = np.clip(np.rint(alpha), 0, 255)
    seen = points[:, :3] / _WEIGHTS + alpha / 2
    straight = np.where(alpha > 0, seen * 255 / np.maximum(alpha, 1), 0)
    levels = np.concatenate([np.clip(np.rint(straight), 0, 255), alpha], axis=1).astype(np.uint8)
    return _unpacked(np.unique(_packed(levels)))


def _importance(image: Image.Image, where: Indices, count: int) -> Weights:
    """How much each distinct colour matters: by its pixels, and more in calm places than in busy ones."""
    grey = image.convert("RGBA").convert("LA").getchannel("L")
    light = np.asarray(grey, dtype=np.float32)
    busy = np.zeros_like(light)
    busy[:, 1:] += np.abs(np.diff(light, axis=1))
    busy[1:] += np.abs(np.diff(light, axis=0))
    return _sums(where, (1 / (_CALM + busy)).reshape(-1), count=count)


def _sums(owners: Indices, weights: Weights | Points, *, count: int) -> Weights:
    """What falls to each owner."""
    return np.bincount(owners, weights=weights, minlength=count).astype(np.float64)


def _palette(points: Points, weights: Weights, colours: int) -> Points:
    if len(points) <= colours:
        return points
    points, weights = _fewer(points, weights)
    if len(points) <= colours:
        return points
    centres = _median_cut(points, weights, colours)
    for _ in range(_ROUNDS):
        owners = _nearest(points, centres)
        mass = _sums(owners, weights, count=len(centres))
        sums = np.stack([_sums(owners, weights * points[:, c], count=len(centres)) for c in range(4)], axis=1)
        full = mass > 0
        centres[full] = (sums[full] / mass[full, None]).astype(np.float32)
    return centres


def _fewer(points: Points, weights: Weights) -> tuple[Points, Weights]:
    """The same colours in cells, each at its weighted mean, where there are very many."""
    bits = _FINEST_CELLS
    low = points.min(axis=0)
    while True:
        cells = ((points - low) * np.float32((1 << bits) / 256)).astype(np.int64)
        keys = (cells[:, 0] << 3 * bits) | (cells[:, 1] << 2 * bits) | (cells[:, 2] << bits) | cells[:, 3]
        distinct, owners = np.unique(keys, return_inverse=True)
        if len(distinct) <= _COUNTED_EACH or bits == 1:
            break
        bits -= 1
    count = len(distinct)
    mass = _sums(owners, weights, count=count)
    means = np.stack([_sums(owners, weights * points[:, c], count=count) / mass for c in range(4)], axis=1)
    return means.astype(np.float32), mass


def _median_cut(points: Points, weights: Weights, colours: int) -> Points:
    """Centres of boxes: the one with the largest error is cut at its mean, across its widest spread, and so on."""
    boxes = [np.arange(len(points))]
    spreads = [_spread(points, weights, boxes[0])]
    while len(boxes) < colours:
        worst = max(range(len(boxes)), key=lambda index: spreads[index][0])
        error, axis, middle = spreads[worst]
        if error <= 0:
            break
        box = boxes[worst]
        low = points[box, axis] <= middle
        boxes[worst], high = box[low], box[~low]
        boxes.append(high)
        spreads[worst] = _spread(points, weights, boxes[worst])
        spreads.append(_spread(points, weights, high))
    return np.stack([np.average(points[box], axis=0, weights=weights[box]) for box in boxes]).astype(np.float32)


def _spread(points: Points, weights: Weights, box: Indices) -> tuple[float, int, float]:
    """The squared error of a box on its worst axis, that axis, and the mean there."""
    if len(box) < 2:
        return 0.0, 0, 0.0
    inside, mass = points[box], weights[box]
    mean = np.average(inside, axis=0, weights=mass)
    errors = (np.square(inside - mean) * mass[:, None]).sum(axis=0)
    axis = int(errors.argmax())
    if inside[:, axis].max() <= mean[axis]:  # rounding: nothing lies beyond the mean
        return 0.0, axis, float(mean[axis])
    return float(errors[axis]), axis, float(mean[axis])


def _nearest(points: Points, palette: Points) -> Indices:
    """The index of the palette's colour that is nearest to each point."""
    towards, reach = (-2 * palette.T).astype(np.float32), np.square(palette).sum(axis=1, dtype=np.float32)
    return np.concatenate(
        [np.argmin(points[start : start + _CHUNK] @ towards + reach, axis=1) for start in range(0, len(points), _CHUNK)]
    )


def _diffused(rgba: Levels, palette: Points, *, share: float) -> Levels:
    """Floyd and Steinberg's error diffusion, a slanted line at a time.

    Pixels with the same x + 2 y need nothing of each other, so that one step does them all.
    """
    height, width = rgba.shape[:2]
    pixels = _points(rgba.reshape(-1, 4))
    towards, reach = (-2 * palette.T).astype(np.float32), np.square(palette).sum(axis=1, dtype=np.float32)
    indices = np.zeros(height * width, dtype=np.uint8)
    # Errors for the next three lines, by row; one row more than there is, for what falls off below.
    errors = [np.zeros((height + 1, 4), dtype=np.float32) for _ in range(4)]
    for line in range(width + 2 * (height - 1)):
        first = max(0, (line - width + 2) // 2)
        last = min(height - 1, line // 2)
        rows = np.arange(first, last + 1)
        places = rows * width + line - 2 * rows
        wanted = pixels[places]
        error = errors[0][first : last + 1]
        shifted = wanted + np.clip(error, -_LARGEST_ERROR, _LARGEST_ERROR)
        chosen = np.argmin(shifted @ towards + reach, axis=1)
        indices[places] = chosen
        error = (shifted - palette[chosen]) * np.float32(share)
        # What the palette holds exactly stays clean.
        error[np.abs(wanted - palette[chosen]).max(axis=1) < 0.5] = 0
        errors[1][first : last + 1] += error * np.float32(7 / 16)
        errors[1][first + 1 : last + 2] += error * np.float32(3 / 16)
        errors[2][first + 1 : last + 2] += error * np.float32(5 / 16)
        errors[3][first + 1 : last + 2] += error * np.float32(1 / 16)
        done = errors.pop(0)
        done[:] = 0
        errors.append(done)
    return indices.reshape(height, width)


def _image(indices: Levels, straight: Levels) -> Image.Image:
    image = Image.fromarray(indices, "P")
    image.putpalette(straight[:, :3].tobytes(), "RGB")
    if straight[:, 3].min() < 255:
        image.info["transparency"] = straight[:, 3].tobytes()
    return image
