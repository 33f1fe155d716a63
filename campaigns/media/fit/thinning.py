"""Which pictures of a film stay when there shall be fewer: what would hardly be missed goes, and what costs most."""

import dataclasses
import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from campaigns.media.fit.film import SHORTEST_CS, Film

_THUMB: Final = 48
# One picture stands for at most this many: longer stills are no longer an animation.
MOST_FOR_ONE: Final = 6
# A pixel that changed by less (of 255) is mostly held.
_SEEN_CHANGE: Final = 5.0
_SHARES: Final = (0.7, 0.5, 0.33, 0.25)
_BISECTIONS: Final = 16
_PRICES: Final = (1e-3, 1e6)

Kept = tuple[int, ...]
Table = NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True)
class Steps:
    """From picture i to i + j, in row i and column j: how different they look (times the time shown, added up until
    then), and which share of the pixels is drawn anew."""

    loss: Table
    change: Table


def steps(film: Film) -> Steps:
    """Told from small copies."""
    size = min(_THUMB, film.size[0]), min(_THUMB, film.size[1])
    thumbs = [
        np.asarray(picture.resize(size, Image.Resampling.BOX).convert("L"), np.float32) for picture in film.pictures
    ]
    loss = np.zeros((len(thumbs), MOST_FOR_ONE + 1), np.float32)
    change = np.zeros_like(loss)
    times = np.maximum(np.asarray(film.delays_cs, np.float32), 1)
    for first, thumb in enumerate(thumbs):
        for step, later in enumerate(thumbs[first + 1 : first + MOST_FOR_ONE + 1], start=1):
            apart = np.abs(thumb - later)
            loss[first, step] = loss[first, step - 1] + apart.mean() * times[first + step]
            change[first, step] = (apart > _SEEN_CHANGE).mean() + 0.01
    return Steps(loss, change)


def choices(film: Film, between: Steps) -> list[Kept]:
    """Rows of pictures to keep, from all of them to ever fewer; the first one always stays."""
    count = len(film.pictures)
    rows: list[Kept] = [tuple(range(count))]
    if count < 3 or min(film.delays_cs) < SHORTEST_CS:
        return rows
    everything = _drawn(between, rows[0])
    for share in _SHARES:
        kept = _within(between, count, share * everything)
        if 1 < len(kept) < len(rows[-1]):
            rows.append(kept)
    return rows


def _within(between: Steps, count: int, limit: float) -> Kept:
    """The best row that draws at most `limit` pictures anew, by the price of drawing that just leads there."""
    low, high = _PRICES
    kept = _cheapest(between, count, high)
    for _ in range(_BISECTIONS):
        price = (low * high) ** 0.5
        tried = _cheapest(between, count, price)
        if _drawn(between, tried) > limit:
            low = price
        else:
            high, kept = price, tried
    return kept


def merged(film: Film, kept: Kept) -> list[int]:
    """The times of the kept pictures, in hundredths of a second, with those of the left-out ones that follow each."""
    ends = [*kept[1:], len(film.delays_cs)]
    return [sum(film.delays_cs[start:end]) for start, end in zip(kept, ends, strict=True)]


def _drawn(between: Steps, kept: Kept) -> float:
    return float(sum(between.change[one, other - one] for one, other in itertools.pairwise(kept)))


def _cheapest(between: Steps, count: int, price: float) -> Kept:
    """The row with the least loss plus `price` times the pixels drawn; exact, by the least sum from each one on."""
    rest = np.zeros(count + 1)
    follows = np.zeros(count + 1, np.int32)
    prices = price * between.change
    for index in range(count - 1, -1, -1):
        furthest = min(MOST_FOR_ONE, count - index)
        totals = between.loss[index, :furthest] + rest[index + 1 : index + furthest + 1]
        totals[: count - 1 - index] += prices[index, 1 : furthest + 1][: count - 1 - index]
        step = int(totals.argmin())
        rest[index], follows[index] = totals[step], index + step + 1
    kept = [0]
    while follows[kept[-1]] < count:
        kept.append(int(follows[kept[-1]]))
    return tuple(kept)
