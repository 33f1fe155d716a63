"""`manage.py audit`: a line for each run, and 1 where a ledger is wrong."""

import factories
import pytest
import sending_world
from django.core.management import CommandError, call_command

from campaigns.models import Run, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    return sending_world.expanded(people=2, group=factories.group())


def test_all_runs_are_said_to_be_right(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit")
    said = capsys.readouterr().out
    assert f"run {run.pk}: planned 2, tallied 2, counted 2: right" in said
    assert "1 runs checked, 0 wrong." in said


def test_what_is_wrong_is_said_by_number_and_state(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Tally.objects.filter(run=run).update(count=5)
    shard = Tally.objects.get(run=run).shard
    with pytest.raises(SystemExit) as ended:
        call_command("audit", run.pk)
    assert ended.value.code == 1
    assert f"number {shard}, pending: tallied 5, counted 2, difference +3" in capsys.readouterr().out


def test_a_run_that_was_not_named_is_not_read(run: Run) -> None:
    wrong = sending_world.expanded(people=1, group=factories.group())
    Tally.objects.filter(run=wrong).update(count=5)
    call_command("audit", run.pk)


def test_a_run_that_is_not_there_is_an_error() -> None:
    with pytest.raises(CommandError, match="There is no run 7"):
        call_command("audit", 7)
