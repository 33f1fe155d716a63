"""How alike two pictures look: a cheap perceptual measure, the same for every kind of file."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# A phone in the hand shows no more than this on its long side of a photograph …
SEEN_EDGE: Final = 1_600
# … but a picture of a screen's size is seen pixel by pixel.
SEEN_PIXELS: Final = 4_000_000
GROUNDS: Final = {"white": (255, 255, 255), "black": (0, 0, 0)}

_WINDOW: Final = 4
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2
# What one unit of unlikeness weighs, at each halving of the size: (mean, worst places) of brightness, worst of colour.
# Found by least squares against SSIMULACRA2 over 413 copies of ten pictures; the order of two copies of one picture
# agrees in 97 of 100 pairs (mean SSIM of the luma alone: 89).
_WEIGHTS: Final = ((22.4, 8.5, 0.0), (0.0, 24.8, 16.4), (0.0, 35.8, 0.0), (541.0, 0.0, 43.1))
# The weighted sum at which a copy is worth nothing any more (where SSIMULACRA2 is 0).
_WORTHLESS: Final = 40.0

Plane = NDArray[np.float32]


def similarity(before: Image.Image, after: Image.Image) -> float:
    """How alike two pictures look at the size a phone shows: 1.0 for the very same pixels, 0.0 beyond recognition.

    Losses that SSIMULACRA2 scores 90 give about 0.975, 80 give 0.925, 70 give 0.86, 50 give 0.68. What shines through
    is seen on white and on black, and the worse counts.
    """
    return Original(before).similarity(after)


class Original:
    """A picture that several copies are held against."""

    def __init__(self, image: Image.Image) -> None:
        self.size = seen_size(image.size)
        self._grounds = list(GROUNDS.values()) if _shines_through(image) else [GROUNDS["white"]]
        self._scales = [list(_scales(image, size=self.size, ground=ground)) for ground in self._grounds]

    def similarity(self, copy: Image.Image) -> float:
        """`similarity` of the copy to this picture."""
        return alike(self.distance(copy))

    def distance(self, copy: Image.Image) -> float:
        """How unlike the copy looks, 0.0 for the very same pixels; for telling which of two copies is better."""
        return max(
            self._distance(scales, copy, ground) for scales, ground in zip(self._scales, self._grounds, strict=True)
        )

    def _distance(self, scales: list[list[Plane]], copy: Image.Image, ground: tuple[int, int, int]) -> float:
        whole = 0.0
        others = _scales(copy, size=self.size, ground=ground)
        for (mean, worst, colour), ours, theirs in zip(_WEIGHTS, scales, others, strict=True):
            light = _unlike(ours[0], theirs[0])
            whole += mean * float(light.mean()) + worst * _worst_places(light)
            if colour:
                whole += colour * sum(_worst_places(_unlike(ours[c], theirs[c])) for c in (1, 2)) / 2
        return whole


def alike(distance: float) -> float:
    """The similarity that goes with a distance."""
    return round(min(max(1.0 - distance / _WORTHLESS, 0.0), 1.0), 4)


def luma(image: Image.Image, *, size: tuple[int, int]) -> Plane:
    """The brightness of each pixel at `size`, 0 to 255, on white."""
    flat = on_ground(image, GROUNDS["white"]) if _shines_through(image) else image
    grey = flat.convert("L")
    if grey.size != size:
        grey = grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(grey, dtype=np.float32)


def ssim(one: Plane, other: Plane) -> float:
    """Mean SSIM of two planes of the same shape (Wang et al. 2004), in windows of 4 x 4 pixels side by side."""
    return float(min(max(1.0 - _unlike(one, other).mean(), 0.0), 1.0))


def on_ground(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """`image` as RGB with `colour` behind whatever shines through."""
    picture = image.convert("RGBA")
    ground = Image.new("RGBA", picture.size, (*colour, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def seen_size(size: tuple[int, int]) -> tuple[int, int]:
    """The width and height at which a picture of `size` is judged."""
    longest = max(size)
    if longest <= SEEN_EDGE or size[0] * size[1] <= SEEN_PIXELS:
        return size
    return max(1, round(size[0] * SEEN_EDGE / longest)), max(1, round(size[1] * SEEN_EDGE / longest))


def _shines_through(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _scales(image: Image.Image, *, size: tuple[int, int], ground: tuple[int, int, int]) -> Iterator[list[Plane]]:
    """Brightness and both colour planes at `size`, and then at half the sides of the one before."""
    flat = on_ground(image, ground) if _shines_through(image) else image.convert("RGB")
    if flat.size != size:
        flat = flat.resize(size, Image.Resampling.LANCZOS)
    planes = [np.asarray(plane, dtype=np.float32) for plane in flat.convert("YCbCr").split()]
    yield planes
    for _ in _WEIGHTS[1:]:
        planes = [_mean_of(plane, 2) for plane in planes]
        yield planes


def _unlike(one: Plane, other: Plane) -> Plane:
    """1 - SSIM of each window of 4 x 4 pixels."""
    a, b = _mean_of(one, _WINDOW), _mean_of(other, _WINDOW)
    variances = _mean_of(one * one, _WINDOW) - a * a + _mean_of(other * other, _WINDOW) - b * b
    covariance = _mean_of(one * other, _WINDOW) - a * b
    likeness = (2 * a * b + _C1) / (a * a + b * b + _C1) * (2 * covariance + _C2) / (variances + _C2)
    unlike: Plane = np.maximum(1.0 - likeness, 0.0, dtype=np.float32)
    return unlike


def _worst_places(unlike: Plane) -> float:
    """The fourth norm, in which a few bad places outweigh many good ones."""
    return math.pow(np.mean(np.square(np.square(unlike)), dtype=np.float64), 0.25)


def _mean_of(plane: Plane, side: int) -> Plane:
    """The mean of each square of that many pixels a side; those at the edge may be smaller."""
    return np.asarray(Image.fromarray(plane).reduce(side), dtype=np.float32)
