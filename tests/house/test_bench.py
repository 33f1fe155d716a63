"""The bench at toy size: what it prints is one JSON object a line, with all that is promised. Nothing is timed."""

import json

import pytest
from bench import expand, measure, pages

pytestmark = pytest.mark.django_db


def _printed(row: measure.Row) -> dict[str, object]:
    (line,) = str(row).splitlines()
    said = json.loads(line)
    assert list(said) == ["name", "value", "unit", "baseline", "ratio"]
    assert said["value"] > 0
    assert said["baseline"] > 0
    assert said["ratio"] == round(said["value"] / said["baseline"], 3)
    assert isinstance(said, dict)
    return said


def test_expansion_is_a_rate_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expand, "PEOPLE", 20)
    assert [(row["name"], row["unit"]) for row in map(_printed, expand.rows())] == [("expand", "people/s")]


def test_pages_are_latencies_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(measure.latency.__kwdefaults__, "rounds", 1)
    found = [(row["name"], row["unit"]) for row in map(_printed, pages.rows())]
    assert found == [("page_composer", "ms"), ("page_live", "ms")]


def test_a_row_without_a_baseline_has_no_ratio() -> None:
    assert json.loads(str(measure.Row("x", 3.0, "MB/s", 0.0)))["ratio"] == 0.0
