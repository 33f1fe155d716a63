"""The text format of Prometheus."""

import math

import pytest

from campaigns.forms import exposition
from campaigns.reports import figures


def written(value: float, **labels: str) -> str:
    return exposition.written([figures.Family("m", "what it is", ((labels, value),))]).splitlines()[-1]


def test_a_metric_is_told_before_its_samples_and_the_last_line_ends() -> None:
    family = figures.Family("m", 'a\\b\n"c"', (({"state": "x"}, 1.0), ({"state": "y"}, 0.0)))
    assert exposition.written([family]) == ('# HELP m a\\\\b\\n"c"\n# TYPE m gauge\nm{state="x"} 1\nm{state="y"} 0\n')


@pytest.mark.parametrize(("value", "said"), [('a"b', 'a\\"b'), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("é", "é")])
def test_labels_are_escaped(value: str, said: str) -> None:
    assert written(1, name=value) == f'm{{name="{said}"}} 1'


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3.0, "3"),
        (0.125, "0.125"),
        (10**15, "1000000000000000"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_numbers_are_as_go_reads_them(value: float, said: str) -> None:
    assert written(value) == f"m {said}"
