"""How alike two pictures look, by SSIMULACRA2: 90 is without visible loss, 70 is good. Not our own measure."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from ssimulacra2 import compute_ssimulacra2

# What shines through is seen on dark and on light, as the authors of the measure do it; the worse counts.
_GROUNDS = ((26, 26, 26), (230, 230, 230))


def score(before: Image.Image, after: bytes) -> float:
    """The worst score of the copy at the size of `before`."""
    copy = Image.open(io.BytesIO(after))
    copy.load()
    clear = "A" in before.getbands()
    return min(_score(_on(before, ground), _on(copy, ground)) for ground in (_GROUNDS if clear else _GROUNDS[:1]))


def _score(before: Image.Image, after: Image.Image) -> float:
    if after.size != before.size:
        after = after.resize(before.size, Image.Resampling.LANCZOS)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "before.png", Path(folder) / "after.png"]
        before.save(paths[0], compress_level=1)
        after.save(paths[1], compress_level=1)
        return float(compute_ssimulacra2(*map(str, paths)))


def _on(image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    if image.mode == "RGB":
        return image
    whole = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", whole.size, (*ground, 255)), whole).convert("RGB")
