"""A send played through: it ends when the arithmetic says so, whatever limits it."""

import pytest

from campaigns.sending import simulate

QUICK = simulate.Costs(in_flight=1_000, answer_s=0.01, message_cpu_s=0.000_001)


def _run(people: int, rates: list[float], **changes: object) -> simulate.Outcome:
    return simulate.run(**{"people": people, "rates": rates, "drainers": 1, "costs": QUICK, "slice_s": 20.0, **changes})


@pytest.mark.parametrize(("people", "rate"), [(100, 1.0), (10_000, 50.0), (7, 0.5)])
def test_one_number_takes_its_time(people: int, rate: float) -> None:
    assert _run(people, [rate]).ends_s == pytest.approx((people - 1) / rate, rel=0.01, abs=0.1)


def test_numbers_end_together_since_they_share_by_rate() -> None:
    ends = _run(100_000, [100.0, 10.0, 10.0, 1.0]).ends_by_rate
    assert ends[10.0] == pytest.approx(ends[100.0], rel=0.01)
    assert ends[1.0] == pytest.approx(ends[100.0], rel=0.01)


def test_each_part_takes_a_turn() -> None:
    assert _run(1_000, [10.0], parts=3).ends_s == pytest.approx(3 * _run(1_000, [10.0]).ends_s, rel=0.01)


def test_processes_that_can_do_no_more_are_what_it_waits_for() -> None:
    slow = simulate.Costs(in_flight=10, answer_s=0.1, message_cpu_s=0.001)
    alone, both = (_run(50_000, [200.0] * 10, costs=slow, drainers=count) for count in (1, 2))
    assert alone.ends_s == pytest.approx(500, rel=0.02)
    assert both.ends_s == pytest.approx(250, rel=0.02)
    assert alone.busy == pytest.approx(1, rel=0.02)


def test_the_queue_empties_to_nothing_and_nobody_is_lost() -> None:
    samples = _run(10_003, [7.0, 3.0]).samples
    waiting = [10_003, *(sample.waiting for sample in samples)]
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[-1] == 0


@pytest.mark.parametrize("change", [{"people": 0}, {"rates": []}, {"rates": [0.0]}, {"drainers": 0}])
def test_nothing_to_do_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needed"):
        _run(**{"people": 10, "rates": [1.0], **change})
