"""How alike two animations look over time: the mean over the frames of the SSIM of what is on the screen then.

Luma, at the size of the original, windows of 8 x 8 pixels, every fourth one (Wang et al. 2004): 1.0 for the very same
pixels.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WINDOW: Final = 8
_STEP: Final = 4
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2

Plane = NDArray[np.float32]


class Look:
    """One picture of the original that several copies are held against."""

    def __init__(self, luma: Image.Image) -> None:
        self.size = luma.size
        self._plane = _plane(luma)
        self._mean = _means(self._plane)
        self._variance = _means(self._plane * self._plane) - self._mean * self._mean

    def similarity(self, luma: Image.Image) -> float:
        """Mean SSIM with another L image, which is scaled to this one's size."""
        if luma.size != self.size:
            luma = luma.resize(self.size, Image.Resampling.BICUBIC)
        plane = _plane(luma)
        mean = _means(plane)
        variance = _means(plane * plane) - mean * mean
        covariance = _means(plane * self._plane) - mean * self._mean
        numerator = (2 * mean * self._mean + _C1) * (2 * covariance + _C2)
        denominator = (mean * mean + self._mean * self._mean + _C1) * (variance + self._variance + _C2)
        return float(min(max((numerator / denominator).mean(), 0.0), 1.0))


def _plane(luma: Image.Image) -> Plane:
    """The pixels; those of a picture smaller than a window are repeated until it is as large."""
    plane = np.asarray(luma, np.float32)
    for axis, side in enumerate(plane.shape):
        if side < _WINDOW:
            plane = plane.repeat(-(-_WINDOW // side), axis=axis)
    return plane


def _means(plane: Plane) -> Plane:
    """The mean of each window, from those of its four quarters."""
    height, width = (side // _STEP * _STEP for side in plane.shape)
    quarters = np.asarray(Image.fromarray(plane[:height, :width]).reduce(_STEP))
    means: Plane = (quarters[:-1, :-1] + quarters[1:, :-1] + quarters[:-1, 1:] + quarters[1:, 1:]) * np.float32(0.25)
    return means
