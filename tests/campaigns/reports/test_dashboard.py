from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest

from campaigns import states
from campaigns.models import Campaign, Heartbeat, NumberLease, Run, Tally
from campaigns.reports import dashboard

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def read(**changes: Any) -> dashboard.Dashboard:
    return dashboard.read(**{"now": NOW, "processes": (), **changes})


def started(*, run: str = "running", campaign: str = "running", **columns: Any) -> Run:
    return factories.run(factories.campaign(state=campaign, due_at=NOW, fingerprint="f", **columns), state=run)


def kinds(found: dashboard.Dashboard) -> list[str]:
    return [item.kind for item in found.attention]


def test_an_open_run_is_shown_with_its_sum() -> None:
    run = started()
    Tally.objects.create(run=run, shard=0, state="delivered", count=7)

    line = read().running[0]

    assert (line.campaign, line.sum.delivered) == (run.campaign, 7)


def test_a_finished_run_is_a_result_and_runs_no_more() -> None:
    run = started(run="finished", campaign="finished")

    found = read()

    assert ([line.campaign for line in found.results], found.running) == ([run.campaign], [])


def test_an_archived_result_is_out_of_sight() -> None:
    started(run="finished", campaign="archived")

    assert read().results == []


def test_what_moves_stands_before_what_is_paused() -> None:
    moving = started()
    paused = started(run="paused", campaign="paused")

    assert [line.run for line in read().running] == [moving, paused]


def test_a_held_run_says_held_rather_than_paused() -> None:
    started(run="held", campaign="paused")

    assert read().running[0].state == states.Run.HELD


def test_the_next_due_stand_in_order_of_time() -> None:
    late = factories.campaign(state="scheduled", due_at=NOW + timedelta(days=2), fingerprint="f")
    soon = factories.campaign(state="scheduled", due_at=NOW + timedelta(hours=1), fingerprint="f")

    assert read().due == [soon, late]


def test_a_running_campaign_is_not_due_again() -> None:
    started()

    assert read().due == []


def test_a_process_that_never_gave_a_sign_of_life_needs_attention() -> None:
    assert [str(item.subject) for item in read(processes=("worker",)).attention] == ["worker"]


@pytest.mark.parametrize(("seconds", "is_told"), [(10, False), (11, True)])
def test_a_sign_of_life_counts_for_ten_seconds(seconds: int, is_told: bool) -> None:
    Heartbeat.objects.create(process="drain", at=NOW - timedelta(seconds=seconds))

    assert (kinds(read(processes=("drain",))) == ["process"]) is is_told


@pytest.mark.parametrize(("errors", "is_told"), [(2, False), (3, True)])
def test_a_number_with_three_errors_in_a_row_needs_attention(errors: int, is_told: bool) -> None:
    NumberLease.objects.create(number=factories.number(), errors_in_a_row=errors)

    assert (kinds(read()) == ["number"]) is is_told


def test_a_failing_number_that_was_switched_off_is_settled() -> None:
    number = factories.number(is_active=False, group=factories.number().group)
    NumberLease.objects.create(number=number, errors_in_a_row=9)

    assert kinds(read()) == []


def test_a_group_that_cannot_send_mms_needs_attention() -> None:
    group = factories.group()
    factories.number(group=group, is_mms_enabled=False)

    assert [item.subject for item in read().attention] == [group]


def test_a_group_that_is_switched_off_needs_none() -> None:
    factories.group(is_active=False)

    assert kinds(read()) == []


@pytest.mark.parametrize(
    ("code", "is_told"), [("audience_changed", True), ("account_refused", True), ("by_person", False)]
)
def test_a_campaign_that_stopped_by_itself_asks_for_a_person(code: str, is_told: bool) -> None:
    number = factories.number()
    started(run="paused", campaign="paused", hold_code=code, group=number.group)

    assert (kinds(read()) == ["held"]) is is_told


def test_the_list_leaves_archived_campaigns_out_until_asked() -> None:
    draft, archived = factories.campaign(), factories.campaign(state="archived")

    everything = [list(dashboard.listed(search="", state=state)) for state in ("", "archived")]

    assert everything == [[draft], [archived]]


def test_search_finds_a_part_of_the_name_in_any_case() -> None:
    sale = factories.campaign(name="Summer SALE")
    factories.campaign(name="Winter")

    assert list(dashboard.listed(search="sale", state="")) == [sale]


def test_counts_follow_the_search() -> None:
    factories.campaign(name="Sale one")
    factories.campaign(name="Sale two", state="archived")
    factories.campaign(name="Other")

    assert dashboard.counts(search="sale") == {"draft": 1, "archived": 1}


def test_a_row_carries_the_sum_of_its_latest_run() -> None:
    first = started()
    second = factories.run(first.campaign, due_at=NOW + timedelta(days=1))
    Tally.objects.create(run=first, shard=0, state="delivered", count=1)
    Tally.objects.create(run=second, shard=0, state="delivered", count=2)

    (line,) = dashboard.lines(campaigns=list(dashboard.listed(search="", state="")))

    assert (line.run, line.sum.delivered) == (second, 2)


def test_a_draft_has_no_run_and_an_empty_sum() -> None:
    draft = factories.campaign()

    (line,) = dashboard.lines(campaigns=list(dashboard.listed(search="", state="")))

    assert (line.campaign, line.run, line.sum.planned) == (draft, None, 0)


def test_all_states_of_a_campaign_can_be_listed() -> None:
    for state in states.Campaign:
        factories.campaign(state=state, due_at=NOW, fingerprint="f")

    assert sum(dashboard.counts(search="").values()) == Campaign.objects.count() == len(states.Campaign)
