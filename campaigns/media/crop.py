"""Cut a part out of a picture. What is chosen on a page (static/js/crop.js) comes as shares of the picture's sides."""

import dataclasses
import math
from typing import Final

from PIL import Image

_TURNS: Final = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A part of a picture: turned by `turn` degrees (0, 90, 180, 270, clockwise), then cut. The rest are shares, 0 to
    1, of the sides as they are once it is turned."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0
    turn: int = 0

    def __post_init__(self) -> None:
        shares = (self.x, self.y, self.width, self.height)
        if not all(math.isfinite(share) and 0 <= share <= 1 for share in shares) or self.turn not in {0, *_TURNS}:
            raise ValueError(self)


WHOLE: Final = Place()


def centred(sides: tuple[int, int], *, ratio: float, turn: int = 0) -> Place:
    """The largest part of that shape in the middle of a picture with these sides once it is turned."""
    width, height = sides
    side = min(width, height * ratio)
    share_x, share_y = min(side / width, 1.0), min(side / ratio / height, 1.0)
    return Place((1 - share_x) / 2, (1 - share_y) / 2, share_x, share_y, turn)


def cut(image: Image.Image, place: Place, *, ratio: float | None = None) -> Image.Image:
    """The part of an upright picture, at least one pixel. With `ratio` (width by height) what is too long is cut off at
    both ends alike: shares are rounded, and nothing may be squeezed."""
    if place.turn:
        image = image.transpose(_TURNS[place.turn])
    left, top = (round(share * side) for share, side in zip((place.x, place.y), image.size, strict=True))
    left, top = min(left, image.width - 1), min(top, image.height - 1)
    width = min(max(round(place.width * image.width), 1), image.width - left)
    height = min(max(round(place.height * image.height), 1), image.height - top)
    if ratio is not None:
        whole_width, whole_height = width, height
        width, height = min(width, max(round(height * ratio), 1)), min(height, max(round(width / ratio), 1))
        left, top = left + (whole_width - width) // 2, top + (whole_height - height) // 2
    if (width, height) == image.size:
        return image
    return image.crop((left, top, left + width, top + height))
