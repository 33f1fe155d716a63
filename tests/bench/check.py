"""The review of a photo of 10 MB behind its fence, against a bare decode by Pillow in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator

import media_samples
from bench import measure

from campaigns.media import fence

BARE = "import io, sys; from PIL import Image; Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=['JPEG']).load()"
# Twelve million pixels with a phone's grain.
QUALITY, MEGAPIXELS = 90, 12


def rows() -> Iterator[measure.Row]:
    photo = media_samples.photo_jpeg(MEGAPIXELS, quality=QUALITY, subsampling=0)
    assert 9_500_000 < len(photo) < 11_000_000, len(photo)

    def act() -> None:
        assert fence.review(photo, name="photo.jpg").data

    def bare() -> None:
        subprocess.run([sys.executable, "-s", "-c", BARE], input=photo, check=True)

    yield measure.rate("check", "MB/s", round(len(photo) / 1e6), act, bare, rounds=15)
