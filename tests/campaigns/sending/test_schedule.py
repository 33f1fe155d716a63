"""A person's word: one launch for two clicks, nothing stale, nothing that stands in the way, and an end that is one."""

import threading
from datetime import timedelta
from decimal import Decimal

import factories
import ledger
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from sending_world import expanded

from campaigns.composing import drafts
from campaigns.lifecycle import campaigns, claiming, runs
from campaigns.models import Campaign, Event, History, Message, Revision, Run
from campaigns.sending import schedule, start
from subscriptions import refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Campaign:
    """A draft that one person would get."""
    campaign = factories.campaign()
    factories.number(group=campaign.group)
    factories.subscribed(to=campaign.group)
    return campaign


def _launch(campaign: Campaign, *, people: int = 1, version: int = 1) -> None:
    schedule.launch(
        campaign=campaign, version=version, confirmed_people=people, by=factories.user(), now=timezone.now()
    )


def test_a_launch_books_it_with_who_and_how_many(draft: Campaign) -> None:
    _launch(draft)
    assert (draft.state, draft.confirmed_people) == ("scheduled", 1)
    assert draft.confirmed_by is not None
    assert draft.due_at > timezone.now() + timedelta(seconds=settings.UNDO_S - 5)


def test_a_launch_freezes_the_content_and_the_groups_words(draft: Campaign) -> None:
    _launch(draft)
    draft.group.brand = "Another brand"
    draft.group.save()
    revision = Revision.objects.get()
    assert revision.frozen_at is not None
    assert (revision.brand, revision.opt_out_line) == ("Acme", "Reply STOP to end")


def test_it_is_told_to_history_and_stream(draft: Campaign) -> None:
    _launch(draft)
    assert History.objects.get(thing="campaign").to_state == "scheduled"
    assert Event.objects.get(name="CampaignStateChange").payload["to"] == "scheduled"


def test_what_the_smallest_number_does_not_carry_cannot_be_launched(draft: Campaign) -> None:
    factories.number(group=draft.group, kind="toll_free", value="+18885550142")
    draft.revisions.update(rendition=factories.rendition(bytes=530_000))
    with pytest.raises(schedule.NotReady) as refused:
        _launch(draft)
    (problem,) = refused.value.problems
    assert (problem.code, problem.limit, problem.whose.number) == ("too_large_total", 525_000, "+18885550142")


def test_the_second_click_is_refused(draft: Campaign) -> None:
    _launch(draft)
    with pytest.raises(campaigns.NotPossibleNow):
        _launch(draft)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_launch() -> None:
    campaign = factories.campaign()
    factories.number(group=campaign.group)
    factories.subscribed(to=campaign.group)
    by = factories.user()
    gate = threading.Barrier(4)
    ends: list[str] = []

    def work() -> None:
        gate.wait()
        try:
            own = Campaign.objects.get(pk=campaign.pk)
            schedule.launch(campaign=own, version=1, confirmed_people=1, by=by, now=timezone.now())
            ends.append("launched")
        except refusals.Refused:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["launched", "refused", "refused", "refused"]
    assert (Revision.objects.count(), History.objects.count()) == (1, 1)


def test_a_stale_version_is_refused_and_leaves_the_draft(draft: Campaign) -> None:
    drafts.edit_content(campaign=draft, text="New", version=1, by=factories.user(), now=timezone.now())
    with pytest.raises(drafts.StaleDraft):
        _launch(draft, version=1)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert Revision.objects.get().frozen_at is None


def test_another_number_of_people_than_confirmed_is_refused(draft: Campaign) -> None:
    factories.subscribed(to=draft.group)
    with pytest.raises(schedule.CountChanged) as refused:
        _launch(draft, people=1)
    assert (refused.value.limit, refused.value.found) == (1, 2)


def test_every_problem_is_named(draft: Campaign) -> None:
    Revision.objects.update(text="{{ ${nobody_knows} }}")
    ledger.retire(draft.group.numbers.get())
    with pytest.raises(schedule.NotReady) as refused:
        _launch(draft)
    assert len(refused.value.problems) >= 2


def test_an_edit_voids_the_approval(draft: Campaign) -> None:
    _launch(draft)
    approved = draft.fingerprint
    campaigns.unschedule(campaign=draft, by=factories.user(), now=timezone.now())
    assert (draft.state, draft.fingerprint, draft.confirmed_people) == ("draft", "", None)
    drafts.edit_content(campaign=draft, text="New", version=draft.version, by=factories.user(), now=timezone.now())
    _launch(draft, version=draft.version)
    assert draft.fingerprint != approved
    assert list(Revision.objects.order_by("number").values_list("text", flat=True)) == ["Hello", "New"]


def test_the_fingerprint_covers_the_bytes_of_the_picture() -> None:
    campaign = factories.campaign(picture=factories.rendition())
    revision = campaign.revisions.get()
    before = schedule.fingerprint(campaign=campaign, revision=revision)
    revision.rendition.sha256 = "0" * 64
    assert schedule.fingerprint(campaign=campaign, revision=revision) != before


def test_a_pause_lets_nothing_more_be_claimed() -> None:
    run = expanded(people=2, group=factories.group())
    schedule.pause(campaign=run.campaign, by=factories.user(), now=timezone.now())
    run.refresh_from_db()
    run.campaign.refresh_from_db()
    assert (run.state, run.campaign.state, run.campaign.hold_code) == ("paused", "paused", "by_person")


def test_resume_goes_on_and_forgets_why_it_was_paused() -> None:
    run = expanded(people=2, group=factories.group())
    schedule.pause(campaign=run.campaign, by=factories.user(), now=timezone.now())
    schedule.resume(campaign=run.campaign, by=factories.user(), now=timezone.now())
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.hold_code, Run.objects.get().state) == ("running", "", "running")


def test_resume_of_what_runs_is_refused() -> None:
    run = expanded(people=1, group=factories.group())
    with pytest.raises(campaigns.NotPossibleNow):
        schedule.resume(campaign=run.campaign, by=factories.user(), now=timezone.now())


def test_a_booked_campaign_can_be_cancelled(draft: Campaign) -> None:
    _launch(draft)
    schedule.cancel(campaign=draft, by=factories.user(), now=timezone.now())
    draft.refresh_from_db()
    assert (draft.state, Run.objects.count()) == ("cancelled", 0)


def test_cancelled_in_the_moment_it_starts_its_run_ends_too(draft: Campaign) -> None:
    _launch(draft)
    seen_before = Campaign.objects.get()
    Campaign.objects.update(due_at=timezone.now())
    start.begin(campaign_id=draft.pk, now=timezone.now())
    schedule.cancel(campaign=seen_before, by=factories.user(), now=timezone.now())
    run = Run.objects.get()
    assert (Campaign.objects.get().state, run.state) == ("cancelled", "cancelled")
    assert set(Message.objects.values_list("state", "reason")) == {("skipped", "cancelled")}
    assert ledger.is_true(run)


def test_who_waits_is_left_out_and_who_is_in_hand_follows() -> None:
    run = expanded(people=4, group=factories.group())
    number = run.campaign.group.numbers.get()
    claimed = claiming.claim(
        number_id=number.pk, run_id=run.pk, after_id=0, limit=2, sends_mms=True, token="mine", now=timezone.now()
    )
    schedule.cancel(campaign=run.campaign, by=factories.user(), now=timezone.now())
    states_now = list(Message.objects.order_by("pk").values_list("state", flat=True))
    assert states_now == ["claimed", "claimed", "skipped", "skipped"]
    claiming.release(claimed=claimed, claim_token="mine")
    start.finish_done(now=timezone.now())
    assert set(Message.objects.values_list("state", "reason")) == {("skipped", "cancelled")}
    assert ledger.is_true(run)


def test_a_finished_campaign_cannot_be_cancelled() -> None:
    run = expanded(people=1, group=factories.group())
    runs.move(run=run, to=runs.states.Run.FINISHED, now=timezone.now())
    with pytest.raises(campaigns.NotPossibleNow):
        schedule.cancel(campaign=run.campaign, by=factories.user(), now=timezone.now())


def test_the_fingerprint_covers_the_speed_limit() -> None:
    campaign = factories.campaign()
    revision = campaign.revisions.get()
    before = schedule.fingerprint(campaign=campaign, revision=revision)
    campaign.speed_limit = Decimal("2.50")
    assert schedule.fingerprint(campaign=campaign, revision=revision) != before
    campaign.save()
    assert schedule.fingerprint(campaign=Campaign.objects.get(), revision=revision) == schedule.fingerprint(
        campaign=campaign, revision=revision
    )
