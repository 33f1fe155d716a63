"""Figures as Prometheus reads them."""

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from campaigns.reports import figures

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class _Read(Collector):
    """What was read just now: nothing is kept in the process. Each is a gauge, since whatever we count can go down."""

    def __init__(self, families: Iterable[figures.Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for family in self._families:
            labels = list(family.samples[0][0]) if family.samples else []
            told = GaugeMetricFamily(family.name, family.help, labels=labels)
            for values, value in family.samples:
                told.add_metric([values[name] for name in labels], value)
            yield told


def written(families: Iterable[figures.Family]) -> bytes:
    """All figures in the text format that CONTENT_TYPE names."""
    registry = CollectorRegistry()
    registry.register(_Read(families))
    return generate_latest(registry)
