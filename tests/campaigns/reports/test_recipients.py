"""The people of a run, page by page."""

import factories
import pytest

from campaigns.lifecycle import tallies
from campaigns.models import Run
from campaigns.reports import recipients

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    return factories.run()


def test_pages_follow_each_other_without_gap_or_overlap(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipients, "PER_PAGE", 2)
    made = [factories.message(run=run).pk for _ in range(5)]
    seen, after = [], 0
    while True:
        page = recipients.page(run=run, after=after)
        seen += [row.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == made


def test_a_part_of_the_sum_shows_all_its_states(run: Run) -> None:
    for state in ("accepted", "sent", "unconfirmed", "delivered"):
        factories.message(run=run, state=state)
    states = {row.state for row in recipients.page(run=run, part="on_the_way").rows}
    assert states == {"accepted", "sent", "unconfirmed"}


def test_other_runs_stay_out(run: Run) -> None:
    factories.message()
    assert recipients.page(run=run).rows == []


def test_search_by_name_wants_every_word(run: Run) -> None:
    wanted = factories.message(run=run, contact=factories.contact(first_name="Ana", last_name="Reed"))
    factories.message(run=run, contact=factories.contact(first_name="Ana", last_name="Frost"))
    assert [row.pk for row in recipients.page(run=run, search="ana reed").rows] == [wanted.pk]


def test_reasons_come_from_the_tallies_most_first(run: Run) -> None:
    tallies.apply(
        [
            tallies.Shift(run.pk, None, "skipped", "suppressed", count=2),
            tallies.Shift(run.pk, 7, "failed", "bad_number", count=5),
            tallies.Shift(run.pk, 8, "failed", "bad_number", count=1),
        ]
    )
    assert recipients.by_reason(run=run) == [("failed", "bad_number", 6), ("left_out", "suppressed", 2)]


@pytest.mark.parametrize(("sees_numbers", "digits", "found"), [(True, 7, 1), (False, 7, 0), (False, 12, 1)])
def test_who_may_not_see_numbers_learns_none_digit_by_digit(
    run: Run, sees_numbers: bool, digits: int, found: int
) -> None:
    search = factories.message(run=run).to_phone[-digits:]
    assert len(recipients.page(run=run, search=search, sees_numbers=sees_numbers).rows) == found
