"""What a row of the bench is, and how it is measured: in turns with its baseline, so that a busy machine slows both."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import connection


@dataclass(frozen=True)
class Row:
    """One figure. Rates: higher is better. Names that begin with `page`, `pause` or `peak` are latencies and
    sizes: lower is better."""

    name: str
    value: float
    unit: str
    baseline: float

    def __str__(self) -> str:
        ratio = self.value / self.baseline if self.baseline else 0.0
        name = self.name if connection.vendor == "sqlite" else f"{self.name}_{connection.vendor}"
        return json.dumps({**asdict(self), "name": name, "ratio": round(ratio, 3)})


def seconds(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def latency(name: str, act: Callable[[], object], bare: Callable[[], object], *, rounds: int = 60) -> Row:
    """The median time of `act` in ms, against that of `bare`."""
    for _ in range(5):
        act()
        bare()
    pairs = [(seconds(act), seconds(bare)) for _ in range(rounds)]
    value, baseline = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    return Row(name, round(value, 3), "ms", round(baseline, 3))


def rate(
    name: str, unit: str, count: int, act: Callable[[], object], bare: Callable[[], object], *, rounds: int
) -> Row:
    """How many of `count` things a second `act` does at its best, against `bare`."""
    pairs = [(seconds(act), seconds(bare)) for _ in range(rounds)]
    value, baseline = (count / min(column) for column in zip(*pairs, strict=True))
    return Row(name, round(value, 1), unit, round(baseline, 1))
