"""The small still that stands for a file in lists, and how it looks in 64 bits."""

import dataclasses
from typing import Final

from PIL import Image

from campaigns.media import looks, rebuild, still

# Twice the widest thumbnail that a page shows, for screens with two dots a point.
LONG_EDGE: Final = 480
_QUALITY: Final = 82
# A PNG that would be heavier, since it is a photograph, gets a palette: there may be fifty on a page.
_PLAIN_PNG_BYTES: Final = 120_000
# Above this many pixels a picture with a palette is thinned out before its colours are looked up.
_WHOLE_PIXELS: Final = 4_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Poster:
    """`data` is a JPEG, or a PNG where something shines through; `look` is what `looks.look` says of it."""

    data: bytes
    kind: str
    look: int | None


def of_image(image: Image.Image) -> Poster:
    """The poster of canonical pixels (`still.canonical`)."""
    small = _small(image)
    look = looks.look(small)
    if not still.has_alpha(small):
        flat = small if small.mode in {"L", "RGB"} else small.convert("RGB")
        return Poster(rebuild.jpeg(flat, quality=_QUALITY, optimize=True), "jpeg", look)
    data = rebuild.plain_png(small)
    if len(data) > _PLAIN_PNG_BYTES:
        data = rebuild.plain_png(small.quantize(256, method=Image.Quantize.FASTOCTREE))
    return Poster(data, "png", look)


def _small(image: Image.Image) -> Image.Image:
    width, height = image.size
    share = min(1.0, LONG_EDGE / max(width, height))
    size = max(1, round(width * share)), max(1, round(height * share))
    if image.mode in {"1", "P"}:
        if width * height > _WHOLE_PIXELS:
            image = _thinned(image, (4 * size[0], 4 * size[1]))
        image = image.convert("L" if image.mode == "1" else "RGBA" if "transparency" in image.info else "RGB")
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.3)


def _thinned(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    thin = image.resize(size, Image.Resampling.NEAREST)
    thin.info = dict(image.info)
    return thin
