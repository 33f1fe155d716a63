"""A draft that waits for a copy: taken over when it is made, whatever happened to the draft meanwhile."""

import factories
import pytest
from django.utils import timezone

from campaigns import states
from campaigns.composing import drafts, problems
from campaigns.lifecycle import campaigns
from campaigns.models import Asset, Campaign, Fit, Rendition
from campaigns.sending import schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return factories.asset()


@pytest.fixture
def clean(asset: Asset) -> Rendition:
    return factories.rendition(asset=asset)


@pytest.fixture
def draft(clean: Rendition) -> Campaign:
    """It waits for a copy of 600 KB."""
    group = factories.number().group
    factories.subscribed(factories.contact(), group)
    draft = factories.campaign(picture=clean, group=group)
    wait_for(draft, wish(clean.asset))
    return draft


def wish(asset: Asset, budget_bytes: int = 600_000) -> Fit:
    now = timezone.now()
    return Fit.objects.create(asset=asset, budget_bytes=budget_bytes, asked_by=asset.created_by, asked_at=now)


def wait_for(draft: Campaign, fit: Fit) -> None:
    drafts.await_copy(campaign=draft, fit=fit, version=draft.version, by=draft.created_by, now=timezone.now())


def done(asset: Asset, budget_bytes: int = 600_000) -> Rendition:
    """The copy is made, and nobody has told the drafts."""
    copy = factories.rendition(asset=asset, purpose=Rendition.Purpose.FITTED, budget_bytes=budget_bytes)
    Fit.objects.filter(asset=asset, budget_bytes=budget_bytes).update(
        state=states.Fit.DONE, rendition=copy, ended_at=timezone.now()
    )
    return copy


def file_of(draft: Campaign) -> Rendition | None:
    return drafts.content(draft).rendition


def codes(draft: Campaign) -> list[str]:
    return [one.code for one in problems.of(draft)]


def test_the_copy_takes_its_place_and_no_open_form_becomes_stale(draft: Campaign, asset: Asset) -> None:
    version = draft.version
    copy = done(asset)

    assert drafts.adopt_made() == 1

    draft.refresh_from_db()
    assert (file_of(draft), drafts.content(draft).fitting, draft.version) == (copy, None, version)
    drafts.edit_content(campaign=draft, text="typed", version=version, by=draft.created_by, now=timezone.now())
    assert (file_of(draft), drafts.content(draft).text) == (copy, "typed")


def test_nothing_is_taken_over_twice(draft: Campaign, asset: Asset) -> None:
    done(asset)
    drafts.adopt_made()

    assert drafts.adopt_made() == 0


def test_a_copy_that_is_there_already_is_taken_at_once(clean: Rendition) -> None:
    draft = factories.campaign(picture=clean)
    fit = wish(clean.asset)
    copy = done(clean.asset)
    fit.refresh_from_db()

    wait_for(draft, fit)

    assert (file_of(draft), drafts.content(draft).fitting) == (copy, None)


def test_every_draft_that_waits_gets_it(draft: Campaign, asset: Asset) -> None:
    twin = drafts.duplicate(campaign=draft, by=draft.created_by, now=timezone.now())
    copy = done(asset)

    assert drafts.adopt_made() == 2
    assert (file_of(draft), file_of(twin)) == (copy, copy)


def test_another_file_that_came_meanwhile_stays(draft: Campaign, asset: Asset) -> None:
    other = factories.rendition()
    drafts.attach(campaign=draft, rendition=other, version=draft.version, by=draft.created_by, now=timezone.now())
    done(asset)

    assert drafts.adopt_made() == 0
    assert (file_of(draft), drafts.content(draft).fitting) == (other, None)


def test_a_removed_file_does_not_come_back(draft: Campaign, asset: Asset) -> None:
    drafts.detach(campaign=draft, version=draft.version, by=draft.created_by, now=timezone.now())
    done(asset)

    drafts.adopt_made()

    assert file_of(draft) is None


def test_who_stops_waiting_keeps_the_file_as_it_is(draft: Campaign, clean: Rendition) -> None:
    drafts.stop_waiting(campaign=draft, version=draft.version, by=draft.created_by, now=timezone.now())
    done(clean.asset)

    assert drafts.adopt_made() == 0
    assert (file_of(draft), codes(draft)) == (clean, [])


def test_the_last_of_two_wishes_counts(draft: Campaign, asset: Asset) -> None:
    wait_for(draft, wish(asset, 300_000))
    done(asset)
    small = done(asset, 300_000)

    drafts.adopt_made()

    assert file_of(draft) == small


def test_a_stale_wish_is_refused(draft: Campaign, asset: Asset) -> None:
    with pytest.raises(drafts.StaleDraft):
        drafts.await_copy(
            campaign=draft, fit=wish(asset, 1), version=draft.version - 1, by=draft.created_by, now=timezone.now()
        )


def test_an_archived_draft_gets_its_copy_when_it_comes_back(draft: Campaign, asset: Asset) -> None:
    campaigns.archive(campaign=draft, by=draft.created_by, now=timezone.now())
    copy = done(asset)
    assert drafts.adopt_made() == 0

    campaigns.unarchive(campaign=draft, by=draft.created_by, now=timezone.now())

    assert drafts.adopt_made() == 1
    assert file_of(draft) == copy


@pytest.mark.parametrize("is_made", [False, True])
def test_nothing_is_launched_while_a_copy_is_waited_for(draft: Campaign, asset: Asset, is_made: bool) -> None:
    Fit.objects.update(share=40)
    if is_made:
        done(asset)
    found = [(one.code, one.limit, one.found) for one in problems.of(draft)]

    with pytest.raises(schedule.NotReady):
        schedule.launch(
            campaign=draft, version=draft.version, confirmed_people=1, by=draft.created_by, now=timezone.now()
        )

    assert found == [("fit_in_work", 100, 40)]


def test_a_refused_copy_stands_in_nobodys_way(draft: Campaign) -> None:
    Fit.objects.update(state=states.Fit.REFUSED)

    assert codes(draft) == []


def test_a_page_from_before_the_wish_cannot_launch_what_came_of_it(draft: Campaign, asset: Asset) -> None:
    seen_before = draft.version - 1
    done(asset)
    drafts.adopt_made()

    with pytest.raises(drafts.StaleDraft):
        schedule.launch(
            campaign=draft, version=seen_before, confirmed_people=1, by=draft.created_by, now=timezone.now()
        )
