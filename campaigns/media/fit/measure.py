"""How alike two pictures look: a cheap perceptual measure, the same for every kind of file."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# A phone in the hand shows no more than this on its long side.
SEEN_EDGE: Final = 1_600
_WINDOW: Final = 8
_STEP: Final = 4
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2

Plane = NDArray[np.float32]


def similarity(before: Image.Image, after: Image.Image) -> float:
    """Mean SSIM of the luma at the size of `before` but at most SEEN_EDGE, from 0.0 to 1.0 for the very same pixels.

    Windows of 8 x 8 pixels, every fourth one (Wang et al. 2004). Transparency is seen on white.
    """
    size = _seen_size(before.size)
    return ssim(luma(before, size=size), luma(after, size=size))


def luma(image: Image.Image, *, size: tuple[int, int]) -> Plane:
    """The brightness of each pixel at `size`, 0 to 255, on white."""
    flat = on_ground(image, (255, 255, 255)) if image.mode in {"LA", "PA", "P", "RGBA"} else image
    grey = flat.convert("L")
    if grey.size != size:
        grey = grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(grey, dtype=np.float32)


def ssim(one: Plane, other: Plane) -> float:
    """Mean SSIM of two planes of the same shape."""
    a, b = _means(one), _means(other)
    variance_a = _means(one * one) - a * a
    variance_b = _means(other * other) - b * b
    covariance = _means(one * other) - a * b
    numerator = (2 * a * b + _C1) * (2 * covariance + _C2)
    denominator = (a * a + b * b + _C1) * (variance_a + variance_b + _C2)
    return float(min(max((numerator / denominator).mean(), 0.0), 1.0))


def on_ground(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """`image` as RGB with `colour` behind whatever shines through."""
    picture = image.convert("RGBA")
    ground = Image.new("RGBA", picture.size, (*colour, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def _seen_size(size: tuple[int, int]) -> tuple[int, int]:
    longest = max(size)
    if longest <= SEEN_EDGE:
        return size
    return max(1, round(size[0] * SEEN_EDGE / longest)), max(1, round(size[1] * SEEN_EDGE / longest))


def _means(plane: Plane) -> NDArray[np.float64]:
    """The mean of each window, by sums over the whole plane: 64-bit, since they grow large."""
    height, width = min(_WINDOW, plane.shape[0]), min(_WINDOW, plane.shape[1])
    sums = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    np.cumsum(np.cumsum(plane, axis=0, dtype=np.float64), axis=1, out=sums[1:, 1:])
    whole = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    means: NDArray[np.float64] = whole[::_STEP, ::_STEP] / (height * width)
    return means
