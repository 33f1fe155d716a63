"""Drawings, screenshots and cut-outs, against pngquant and then oxipng.

`png_bytes_…`, one for each picture: copies in a megabyte, higher is better. The baseline is pngquant's copy of 256
colours, packed by oxipng. Ours is the smallest of a ladder of budgets at which the copy looks at least as good, by
SSIMULACRA2 at the original's size, seen on dark and on light where something shines through.
"""

import io
from collections.abc import Iterator

from bench import judge, measure, pictures, rivals
from PIL import Image

from campaigns.media import fence, problems

# Shares of the rival's bytes, smallest first.
LADDER = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 2.0)
# Scores closer than this are the same to any eye.
SAME = 0.1


def smallest(picture: bytes, *, budget: int, wanted: float) -> int | None:
    """The bytes of the smallest copy that looks as good as wanted. Looks get better with bytes, so halving finds it."""
    before = Image.open(io.BytesIO(picture))
    before.load()
    low, high, found = 0, len(LADDER) - 1, None
    while low <= high:
        middle = (low + high) // 2
        fitted = fence.fit(picture, budget_bytes=int(budget * LADDER[middle]), name="picture.png")
        assert not isinstance(fitted, problems.Problem), fitted
        if judge.score(before, fitted.data) >= wanted - SAME:
            found, high = len(fitted.data), middle - 1
        else:
            low = middle + 1
    return found


def rows() -> Iterator[measure.Row]:
    rival = rivals.png()
    if rival is None:
        return
    for name, picture in pictures.graphics().items():
        before = Image.open(io.BytesIO(picture))
        before.load()
        other = rival(picture, 0)
        found = smallest(picture, budget=len(other), wanted=judge.score(before, other))
        value = 1e6 / found if found else 0.0
        yield measure.Row(f"png_bytes_{name}", round(value, 3), "copies/MB", round(1e6 / len(other), 3))
