from typing import Any

import factories
import pytest

from campaigns import states
from campaigns.models import Run, Tally
from campaigns.reports import sums

pytestmark = pytest.mark.django_db


def tallied(**counts: int) -> Run:
    run = factories.run()
    for state, count in counts.items():
        Tally.objects.create(run=run, shard=0, state=state, count=count)
    return run


def test_every_message_state_has_its_part_so_that_nobody_is_lost() -> None:
    assert set(sums.PART_OF_STATE) == set(states.Message)


def test_the_parts_add_up_to_the_planned() -> None:
    run = tallied(**{str(state): 10**place for place, state in enumerate(states.Message)})

    found = sums.by_run(run_ids=[run.pk])[run.pk]

    assert found.planned == sum(part.count for part in found.parts) == 1_111_111_111


@pytest.mark.parametrize(
    ("part", "state", "other"),
    [
        ("delivered", "delivered", "sent"),
        ("on_the_way", "unconfirmed", "delivered"),
        ("waiting", "claimed", "accepted"),
        ("failed", "failed", "skipped"),
        ("unclear", "unknown", "unconfirmed"),
        ("left_out", "expired", "failed"),
    ],
)
def test_each_part_counts_its_own_states(part: str, state: str, other: str) -> None:
    run = tallied(**{state: 3, other: 50})

    assert getattr(sums.by_run(run_ids=[run.pk])[run.pk], part) == 3


def test_shards_and_reasons_of_a_state_are_added() -> None:
    run = factories.run()
    for shard, reason, count in ((1, "", 2), (2, "", 3), (2, "opted_out", 4)):
        Tally.objects.create(run=run, shard=shard, state="skipped", reason=reason, count=count)

    assert sums.by_run(run_ids=[run.pk])[run.pk].left_out == 9


def test_runs_are_kept_apart() -> None:
    one, other = tallied(delivered=1), tallied(delivered=5)

    assert {pk: found.delivered for pk, found in sums.by_run(run_ids=[one.pk, other.pk]).items()} == {
        one.pk: 1,
        other.pk: 5,
    }


def test_a_run_without_messages_yet_is_an_empty_sum() -> None:
    run = factories.run()

    assert sums.by_run(run_ids=[run.pk]) == {run.pk: sums.Sum()}


def test_many_runs_cost_one_query(django_assert_num_queries: Any) -> None:
    runs = [tallied(delivered=1, failed=1) for _ in range(5)]

    with django_assert_num_queries(1):
        sums.by_run(run_ids=[run.pk for run in runs])


def test_the_bar_is_filled_side_by_side_to_its_end() -> None:
    parts = [part for part in sums.Sum(delivered=1, waiting=2, left_out=1).parts if part.count]

    assert [(part.from_thousandth, part.thousandths) for part in parts] == [
        (0.0, 250.0),
        (250.0, 500.0),
        (750.0, 250.0),
    ]


def test_people_left_out_do_not_count_against_progress() -> None:
    found = sums.Sum(delivered=5, on_the_way=1, failed=1, unclear=1, waiting=2, left_out=90)

    assert (found.handed_over, found.to_send) == (8, 10)
