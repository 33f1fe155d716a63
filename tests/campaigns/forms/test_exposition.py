"""What Prometheus's own reader makes of our figures."""

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from campaigns.forms import exposition
from campaigns.reports import figures


def read(*families: figures.Family) -> list[tuple[str, str, list[tuple[dict[str, str], float]]]]:
    told = text_string_to_metric_families(exposition.written(families).decode())
    return [(one.name, one.type, [(sample.labels, sample.value) for sample in one.samples]) for one in told]


def test_each_figure_is_a_gauge_with_its_samples() -> None:
    states = figures.Family("m", "what it is", (({"state": "x"}, 1.0), ({"state": "y"}, 0.0)))
    alone = figures.Family("n", "another", (({}, 0.5),))
    assert read(states, alone) == [
        ("m", "gauge", [({"state": "x"}, 1.0), ({"state": "y"}, 0.0)]),
        ("n", "gauge", [({}, 0.5)]),
    ]


def test_a_figure_without_samples_breaks_nothing() -> None:
    assert read(figures.Family("m", "nobody gave a sign of life", ())) == [("m", "gauge", [])]


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a\nb", "é"])
def test_labels_come_through_whole(value: str) -> None:
    assert read(figures.Family("m", "what it is", (({"name": value}, 1.0),)))[0][2] == [({"name": value}, 1.0)]


@pytest.mark.parametrize("value", [3.0, 0.125, 1e15, math.inf, -math.inf])
def test_numbers_come_through(value: float) -> None:
    assert read(figures.Family("m", "what it is", (({}, value),)))[0][2] == [({}, value)]
