"""Due campaigns start once, with the people and the content that were approved, or are held and ask."""

import threading
from datetime import timedelta

import factories
import ledger
import pytest
from django.db import connection
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.lifecycle import campaigns, messages, runs
from campaigns.models import Campaign, Message, Revision, Run
from campaigns.sending import schedule, start

pytestmark = pytest.mark.django_db


def _booked(*, people: int = 5, confirmed: int | None = None, late: timedelta = timedelta(0)) -> Campaign:
    """A launched campaign that is due."""
    campaign = factories.campaign()
    factories.number(group=campaign.group)
    for _ in range(people):
        factories.subscribed(to=campaign.group)
    by = factories.user()
    schedule.launch(campaign=campaign, version=1, confirmed_people=people, by=by, now=timezone.now())
    due_at = timezone.now() - late
    Campaign.objects.filter(pk=campaign.pk).update(due_at=due_at, confirmed_people=confirmed or people)
    campaign.refresh_from_db()
    return campaign


def _begin(campaign: Campaign) -> Run | None:
    return start.begin(campaign_id=campaign.pk, now=timezone.now())


def _now(campaign: Campaign) -> tuple[str, str, str]:
    campaign.refresh_from_db()
    run = Run.objects.get(campaign=campaign)
    return campaign.state, run.state, campaign.hold_code


def test_what_is_due_is_found_and_what_is_not_is_not() -> None:
    campaign = _booked()
    assert start.due(now=timezone.now()) == [campaign.pk]
    assert start.due(now=campaign.due_at - timedelta(seconds=1)) == []


def test_a_due_campaign_starts_with_its_people() -> None:
    campaign = _booked(people=3)
    run = _begin(campaign)
    assert _now(campaign) == ("running", "running", "")
    assert run is not None
    assert Message.objects.filter(run=run, state="pending").count() == run.planned == 3
    assert ledger.is_true(run)


def test_a_second_begin_finds_nothing_to_do() -> None:
    campaign = _booked()
    _begin(campaign)
    assert _begin(campaign) is None
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_begin_at_once_make_one_run() -> None:
    campaign = _booked(people=4)
    gate = threading.Barrier(4)
    begun: list[Run | None] = []

    def work() -> None:
        gate.wait()
        begun.append(_begin(campaign))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run = Run.objects.get()
    assert len(begun) == 4
    assert (run.state, Message.objects.count()) == ("running", 4)
    assert ledger.is_true(run)


def test_an_expansion_that_was_cut_off_is_carried_on(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = _booked(people=4)
    monkeypatch.setattr(expand, "CHUNK", 2)
    real, done = expand._chunk, []

    def once(*given: object) -> bool:
        if done:
            raise RuntimeError("the power is gone")
        done.append(True)
        return real(*given)

    monkeypatch.setattr(expand, "_chunk", once)
    with pytest.raises(RuntimeError):
        _begin(campaign)
    monkeypatch.setattr(expand, "_chunk", real)
    assert start.due(now=timezone.now()) == [campaign.pk]
    run = _begin(campaign)
    assert run is not None
    assert (run.state, run.planned) == ("running", 4)
    assert ledger.is_true(run)


def test_a_late_start_is_held_and_sent_on_a_persons_word() -> None:
    campaign = _booked(late=timedelta(hours=2))
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "late")
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    assert _now(campaign) == ("running", "running", "")


def test_an_hour_late_is_not_late_yet() -> None:
    campaign = _booked(late=timedelta(minutes=59))
    _begin(campaign)
    assert _now(campaign)[1] == "running"


@pytest.mark.parametrize("confirmed, state", [(9, "running"), (12, "running"), (8, "held"), (13, "held")])
def test_more_than_a_fifth_of_difference_is_held(confirmed: int, state: str) -> None:
    campaign = _booked(people=10, confirmed=confirmed)
    _begin(campaign)
    assert Run.objects.get().state == state


def test_a_held_audience_is_released_by_resume() -> None:
    campaign = _booked(people=10, confirmed=5)
    run = _begin(campaign)
    assert _now(campaign) == ("paused", "held", "audience_changed")
    assert campaign.hold_detail == {"confirmed": 5, "found": 10}
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    assert _now(campaign) == ("running", "running", "")
    assert run is not None
    assert ledger.is_true(run)


def test_without_a_number_it_is_held_and_nobody_is_left_out_for_good() -> None:
    campaign = _booked(people=2)
    number = campaign.group.numbers.get()
    ledger.retire(number)
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "no_mms_number")
    number.is_active = True
    number.save()
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    assert start.due(now=timezone.now()) == [campaign.pk]
    _begin(campaign)
    assert _now(campaign) == ("running", "running", "")
    assert Message.objects.filter(state="pending").count() == 2


def test_released_while_the_number_is_still_away_it_is_held_again() -> None:
    campaign = _booked(people=2)
    ledger.retire(campaign.group.numbers.get())
    _begin(campaign)
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "no_mms_number")


def test_a_text_changed_behind_the_approval_is_held() -> None:
    campaign = _booked()
    Revision.objects.update(text="Something else")
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "changed_since_approval")
    assert not Message.objects.exists()


@pytest.mark.parametrize("columns", [{"audience": {"countries": ["US"]}}, {"zone": "Europe/Paris"}, {"when": "at"}])
def test_an_audience_or_time_changed_behind_the_approval_is_held(columns: dict[str, object]) -> None:
    campaign = _booked()
    Campaign.objects.filter(pk=campaign.pk).update(**columns)
    _begin(campaign)
    assert _now(campaign)[2] == "changed_since_approval"


def test_what_was_changed_behind_the_approval_is_not_released_by_resume() -> None:
    campaign = _booked()
    Revision.objects.update(text="Something else")
    _begin(campaign)
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "changed_since_approval")


def test_booked_anew_for_later_it_does_not_start_by_an_old_bell() -> None:
    campaign = _booked()
    tomorrow = timezone.now() + timedelta(days=1)
    Campaign.objects.filter(pk=campaign.pk).update(due_at=tomorrow)
    assert _begin(campaign) is None
    campaign.refresh_from_db()
    assert (campaign.state, Run.objects.count()) == ("scheduled", 0)


def test_taken_back_to_draft_it_does_not_start() -> None:
    campaign = _booked()
    campaigns.unschedule(campaign=campaign, by=factories.user(), now=timezone.now())
    assert _begin(campaign) is None
    assert not Run.objects.exists()


def _paused_while_picking(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    real = expand.run

    def paused(*, run: Run, now: object) -> int:
        schedule.pause(campaign=campaign, by=factories.user(), now=timezone.now())
        return real(run=run, now=timezone.now())

    monkeypatch.setattr(expand, "run", paused)
    assert _begin(campaign) is None
    monkeypatch.setattr(expand, "run", real)


def test_a_pause_while_people_are_picked_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = _booked()
    _paused_while_picking(campaign, monkeypatch)
    assert _now(campaign) == ("paused", "paused", "by_person")


def test_resumed_after_that_everything_is_checked_before_the_first_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = _booked(people=10, confirmed=5)
    _paused_while_picking(campaign, monkeypatch)
    schedule.resume(campaign=campaign, by=factories.user(), now=timezone.now())
    assert _now(campaign)[1] == "expanding"
    _begin(campaign)
    assert _now(campaign) == ("paused", "held", "audience_changed")


def test_cancelled_while_people_are_picked_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = _booked(people=3)
    real = expand.run

    def cancelled(*, run: Run, now: object) -> int:
        schedule.cancel(campaign=campaign, by=factories.user(), now=timezone.now())
        return real(run=run, now=timezone.now())

    monkeypatch.setattr(expand, "run", cancelled)
    assert _begin(campaign) is None
    start.finish_done(now=timezone.now())
    assert _now(campaign)[:2] == ("cancelled", "cancelled")
    assert set(Message.objects.values_list("state", "reason")) == {("skipped", "cancelled")}
    assert ledger.is_true(Run.objects.get())


def test_a_run_with_nothing_left_is_finished() -> None:
    campaign = _booked(people=1)
    run = _begin(campaign)
    assert run is not None
    assert start.finish_done(now=timezone.now()) == []
    message = Message.objects.get()
    runs_before = run.pk
    messages.move(
        ids=[message.pk], from_states={states.Message.PENDING}, to=states.Message.SKIPPED, reason="unsubscribed"
    )
    assert start.finish_done(now=timezone.now()) == [runs_before]
    assert _now(campaign) == ("finished", "finished", "")


def test_a_held_run_is_not_finished() -> None:
    campaign = _booked(people=10, confirmed=5)
    _begin(campaign)
    assert start.finish_done(now=timezone.now()) == []


def test_a_paused_run_is_not_finished() -> None:
    campaign = _booked(people=1)
    run = _begin(campaign)
    assert run is not None
    runs.move(run=run, to=states.Run.PAUSED, now=timezone.now())
    assert start.finish_done(now=timezone.now()) == []
