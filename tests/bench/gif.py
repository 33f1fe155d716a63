"""Animated GIFs brought to 600,000 bytes: how alike they look over time, and how many of them a minute.

Similarity is the mean over all frames of the original, at its size and its times, of the SSIM of the brightness
(scikit-image, windows of 7 x 7) of what a player shows then, scaled up bicubically. Baseline: the best of three
searches with gifsicle: scale with --lossy=80; every second frame with --lossy=100 and scale; 128 colours with
--lossy=200. The time is that of the search which was best.
"""

import dataclasses
import io
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from bench import films, measure
from PIL import Image, ImageSequence
from skimage.metrics import structural_similarity

from campaigns.media import fit

BUDGET: Final = 600_000
SCALES: Final = 7


@dataclasses.dataclass(frozen=True)
class Copy:
    data: bytes | None
    seconds: float


def rows() -> Iterator[measure.Row]:
    for name, make in films.ALL.items():
        upload = make()
        ours = _timed(_fitted, upload)
        assert ours.data is not None
        assert len(ours.data) <= BUDGET
        rivals = [_timed(search, upload) for search in (_scaled, _halved, _fewer)]
        alike, seconds = max((similarity(upload, rival.data), rival.seconds) for rival in rivals if rival.data)
        yield measure.Row(f"gif_{name}", round(similarity(upload, ours.data), 4), "similarity", round(alike, 4))
        yield measure.Row(f"gif_{name}_rate", round(60 / ours.seconds, 2), "films/min", round(60 / seconds, 2))


def similarity(before: bytes, after: bytes) -> float:
    """The measure of the docstring above."""
    original, copy = _shown(before), _shown(after)
    ends = np.cumsum([lasts for _, lasts in copy])
    found, now = [], 0
    for picture, lasts in original:
        then = min(int(np.searchsorted(ends, now, side="right")), len(copy) - 1)
        shown = copy[then][0].resize(picture.size, Image.Resampling.BICUBIC)
        found.append(structural_similarity(np.asarray(picture), np.asarray(shown), data_range=255))
        now += lasts
    return float(np.mean(found))


def _shown(data: bytes) -> list[tuple[Image.Image, int]]:
    frames = ImageSequence.Iterator(Image.open(io.BytesIO(data)))
    return [(frame.convert("RGB").convert("L"), frame.info["duration"]) for frame in frames]


def _timed(act: Callable[[bytes], bytes | None], upload: bytes) -> Copy:
    before = time.perf_counter()
    data = act(upload)
    return Copy(data, time.perf_counter() - before)


def _fitted(upload: bytes) -> bytes:
    return fit.fit(upload, budget_bytes=BUDGET).data


def _scaled(upload: bytes) -> bytes | None:
    return _search(upload, ["--lossy=80"], [])


def _halved(upload: bytes) -> bytes | None:
    times = [frame.info["duration"] // 10 for frame in ImageSequence.Iterator(Image.open(io.BytesIO(upload)))]
    picked = [word for n in range(0, len(times), 2) for word in (f"-d{sum(times[n : n + 2])}", f"#{n}")]
    return _search(upload, ["--unoptimize", "--lossy=100"], picked)


def _fewer(upload: bytes) -> bytes | None:
    data = _gifsicle(upload, ["--lossy=200", "--colors=128"], [])
    return data if len(data) <= BUDGET else None


def _search(upload: bytes, options: list[str], picked: list[str]) -> bytes | None:
    """The largest scale that fits, by halving."""
    whole = _gifsicle(upload, options, picked)
    if len(whole) <= BUDGET:
        return whole
    low, high, best = 0.0, 1.0, None
    for _ in range(SCALES):
        middle = (low + high) / 2
        data = _gifsicle(upload, [*options, f"--scale={middle:.4f}"], picked)
        if len(data) <= BUDGET:
            low, best = middle, data
        else:
            high = middle
    return best


def _gifsicle(upload: bytes, options: list[str], picked: list[str]) -> bytes:
    program = Path(sysconfig.get_path("scripts")) / "gifsicle"
    words = [program, "--no-warnings", "-O2", *options, "-", *picked]
    return subprocess.run(words, input=upload, capture_output=True, check=True).stdout
