"""Whether everybody is accounted for: what the check sees, what it costs, and counting anew."""

from datetime import UTC, datetime, timedelta

import factories
import ledger as counted_by_hand
import pytest
import sending_world
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import states
from campaigns.lifecycle import ledger, messages, runs
from campaigns.models import Event, History, LedgerCheck, Message, Run, Tally

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def run() -> Run:
    return sending_world.expanded(people=3, group=factories.group())


def move(run: Run, to: states.Message, **columns: object) -> None:
    """Move one waiting message through the door."""
    pk = Message.objects.filter(run=run, state="pending").values_list("pk", flat=True)[0]
    messages.move(ids=[pk], from_states={states.Message.PENDING}, to=to, **columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [False, True])
def test_a_run_in_which_everything_went_through_lifecycle_is_right(run: Run, whole: bool) -> None:
    move(run, states.Message.CLAIMED)
    move(run, states.Message.SKIPPED, reason="cancelled")
    sheet = ledger.read(run_id=run.pk, whole=whole)
    assert (sheet.planned, sheet.tallied, sheet.counted) == (3, 3, 3)
    assert sheet.is_right


def test_a_message_that_moved_behind_lifecycles_back_is_seen_by_state(run: Run) -> None:
    Message.objects.filter(pk=Message.objects.filter(run=run)[0].pk).update(state="delivered")
    sheet = ledger.read(run_id=run.pk, whole=False)
    assert {(line.state, line.tallied, line.counted) for line in sheet.differences} == {
        ("pending", 3, 2),
        ("delivered", 0, 1),
    }


def test_a_lost_message_is_seen(run: Run) -> None:
    Message.objects.filter(run=run)[0].delete()
    Tally.objects.filter(run=run, state="pending").update(count=2)
    sheet = ledger.read(run_id=run.pk, whole=False)
    assert not sheet.is_right
    assert sheet.differences == ()


def test_only_the_whole_sheet_sees_a_wrong_sender_number(run: Run) -> None:
    other = factories.number(group=run.campaign.group)
    Message.objects.filter(pk=Message.objects.filter(run=run)[0].pk).update(number=other)
    assert ledger.read(run_id=run.pk, whole=False).is_right
    assert {line.shard for line in ledger.read(run_id=run.pk, whole=True).differences} >= {other.pk}


def test_only_the_whole_sheet_sees_a_wrong_reason(run: Run) -> None:
    move(run, states.Message.SKIPPED, reason="cancelled")
    Message.objects.filter(run=run, state="skipped").update(reason="no_number")
    assert ledger.read(run_id=run.pk, whole=False).is_right
    assert {line.reason for line in ledger.read(run_id=run.pk, whole=True).differences} == {"cancelled", "no_number"}


def test_messages_are_counted_in_an_index_of_theirs(run: Run) -> None:
    sql, parameters = ledger._sheet_sql(run.pk, whole=False)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are quicker read whole
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{sql}", parameters)
        plan = " ".join(str(row) for row in cursor.fetchall())
    if connection.vendor == "postgresql":
        # With hardly any rows one index of runs is as good to it as another; reading them all is what must not be.
        assert "Index" in plan
        assert "Seq Scan on campaigns_message" not in plan
    else:
        assert "message_by_run" in plan


def test_a_check_is_kept_and_wrong_since_is_when_it_was_first_seen(run: Run) -> None:
    assert ledger.check_due(now=NOW) == []
    assert LedgerCheck.objects.get().checked_at == NOW
    Tally.objects.filter(run=run).update(count=7)
    (wrong,) = ledger.check_due(now=NOW + timedelta(minutes=1))
    Tally.objects.filter(run=run).update(count=8)
    (still,) = ledger.check_due(now=NOW + timedelta(minutes=2))
    assert wrong.wrong_since == still.wrong_since == NOW + timedelta(minutes=1)
    Tally.objects.filter(run=run).update(count=3)
    assert ledger.check_due(now=NOW + timedelta(minutes=3)) == []
    assert LedgerCheck.objects.get().wrong_since is None


def test_a_run_that_stands_still_is_not_counted_every_minute(run: Run) -> None:
    ledger.check_due(now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ledger.check_due(now=NOW + timedelta(minutes=1))
    assert not any("campaigns_message" in query["sql"] for query in asked)
    Message.objects.filter(pk=Message.objects.filter(run=run)[0].pk).update(state="delivered")
    assert len(ledger.check_due(now=NOW + ledger.AGAIN_AFTER)) == 1


def test_a_run_that_ended_long_ago_is_left_alone_unless_it_is_wrong(run: Run) -> None:
    Run.objects.update(state=states.Run.FINISHED, finished_at=NOW - ledger.LATELY - timedelta(days=1))
    ledger.check_due(now=NOW)
    assert not LedgerCheck.objects.exists()
    Tally.objects.filter(run=run).update(count=7)
    ledger.keep(sheet=ledger.read(run_id=run.pk, whole=True), now=NOW)
    Tally.objects.filter(run=run).update(count=3)
    ledger.check_due(now=NOW)
    assert LedgerCheck.objects.get().wrong_since is None


def test_a_run_that_ended_is_compared_line_by_line(run: Run) -> None:
    runs.move(run=run, to=states.Run.CANCELLED, now=NOW, finished_at=NOW)
    while messages.skip_waiting(run_id=run.pk, reason="cancelled", now=NOW):
        pass
    Message.objects.filter(run=run).update(reason="no_number")
    assert len(ledger.check_due(now=NOW)) == 1


def test_counting_anew_makes_the_tallies_what_the_messages_are(run: Run) -> None:
    by = factories.user()
    move(run, states.Message.SKIPPED, reason="cancelled")
    Tally.objects.filter(run=run, state="pending").delete()
    Tally.objects.filter(run=run, state="skipped").update(count=40)
    found = ledger.count_anew(run=run, by=by, now=NOW)
    assert found.wrong_since is None
    assert counted_by_hand.is_true(run)
    assert History.objects.filter(thing="campaign", why="counted_anew", by=by).count() == 1
    assert Event.objects.get(name="LedgerCountedAnew").payload["tallied"] == 40


def test_counting_anew_does_not_make_a_lost_message_no_loss(run: Run) -> None:
    Message.objects.filter(run=run)[0].delete()
    found = ledger.count_anew(run=run, by=factories.user(), now=NOW)
    assert found.wrong_since == NOW
    assert (found.planned, found.tallied, found.counted, found.lost) == (3, 2, 2, 1)
