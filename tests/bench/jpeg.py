"""Photos of twelve megapixels to 600,000 bytes, against ImageMagick, sharp, and sharp with mozjpeg.

`jpeg_quality_…`, one for each photo: SSIMULACRA2 at 1600 pixels long side, against the original reduced by Lanczos, of
ours and of the best of the others. `jpeg_speed`: photos a second, ours with its child process against sharp with
mozjpeg in its own. Higher is better in both.
"""

import io
from collections.abc import Iterator

from bench import judge, measure, pictures, rivals
from PIL import Image

from campaigns.media import fence, problems

BUDGET = 600_000


def ours(photo: bytes) -> bytes:
    fitted = fence.fit(photo, budget_bytes=BUDGET, name="photo.jpg")
    assert not isinstance(fitted, problems.Problem), fitted
    assert len(fitted.data) <= BUDGET
    return fitted.data


def rows() -> Iterator[measure.Row]:
    others = rivals.jpeg()
    photos = pictures.photos()
    for name, photo in photos.items():
        before = Image.open(io.BytesIO(photo))
        before = before.resize((rivals.EDGE, rivals.EDGE * before.height // before.width), Image.Resampling.LANCZOS)
        copies = {rival: make(photo, BUDGET) for rival, make in others.items()}
        assert all(len(copy) <= BUDGET for copy in copies.values())
        best = max((judge.score(before, copy) for copy in copies.values()), default=0.0)
        yield measure.Row(f"jpeg_quality_{name}", round(judge.score(before, ours(photo)), 2), "score", round(best, 2))
    rival = others.get("sharp_mozjpeg")
    if rival is not None:
        some = list(photos.values())[:3]
        yield measure.rate(
            "jpeg_speed", "photos/s", len(some),
            lambda: [ours(photo) for photo in some],
            lambda: [rival(photo, BUDGET) for photo in some],
            rounds=3,
        )  # fmt: skip
