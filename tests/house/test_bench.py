"""The bench at toy size: what it prints is one JSON object a line, with all that is promised. Nothing is timed."""

import json

import pytest
from bench import broker, claim, dispatch, expand, measure, pace, pages

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
    monkeypatch.setattr(pages, "ROUNDS", 1)
    monkeypatch.setattr(pages, "FEW", 3)
    monkeypatch.setattr(pages, "MANY", 6)
    found = [(row["name"], row["unit"]) for row in map(_printed, pages.rows())]
    names = ("composer", "live", "live_crowded", "recipients_crowded", "campaigns_crowded")
    assert found == [(f"page_{name}", "ms") for name in names]


def test_claims_are_rates_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PEOPLE", "FEW", "SAMPLE"):
        monkeypatch.setattr(claim, name, 20)
    found = [(row["name"], row["unit"]) for row in map(_printed, claim.rows())]
    assert found == [("claim", "messages/s"), ("claim_beside_finished", "messages/s")]


@pytest.mark.django_db(transaction=True)
def test_a_drain_is_held_against_a_bare_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "PEOPLE", 100)
    monkeypatch.setattr(dispatch, "LATENCY_MS", 1)
    found = [(row["name"], row["unit"]) for row in map(_printed, dispatch.rows())]
    assert found == [("dispatch", "messages/s"), ("dispatch_cpu", "messages/CPU s")]


@pytest.mark.django_db(transaction=True)
def test_the_pace_is_told_by_means_and_least_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SECONDS", 2)
    monkeypatch.setattr(pace, "NUMBERS", 2)
    found = [row["name"] for row in map(_printed, pace.rows())]
    assert found == ["pace", "pace_least_gap", "pace_of_many", "pace_of_many_least_gap", "pace_of_many_idle"]


@pytest.mark.django_db(transaction=True)
def test_bells_are_counted_for_a_million_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "PEOPLE", 40)
    (row,) = map(_printed, broker.rows())
    assert (row["name"], row["unit"]) == ("broker", "messages per 1,000,000 people")


def test_a_row_without_a_baseline_has_no_ratio() -> None:
    assert json.loads(str(measure.Row("x", 3.0, "MB/s", 0.0)))["ratio"] == 0.0
