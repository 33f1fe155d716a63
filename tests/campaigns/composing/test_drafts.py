from datetime import UTC, datetime

import factories
import pytest
from django.utils import timezone

from campaigns import states
from campaigns.composing import clock, drafts
from campaigns.lifecycle import campaigns
from campaigns.models import Campaign, Revision

pytestmark = pytest.mark.django_db


def test_a_new_draft_has_one_empty_revision_in_work() -> None:
    group = factories.number().group

    made = drafts.create(name="Sale", purpose="promotion", group=group, by=factories.user(), now=timezone.now())

    assert [(one.text, one.frozen_at) for one in made.revisions.all()] == [("", None)]


def test_a_group_without_an_mms_number_cannot_be_chosen() -> None:
    group = factories.number(is_mms_enabled=False).group

    with pytest.raises(drafts.GroupWithoutMms):
        drafts.create(name="Sale", purpose="promotion", group=group, by=factories.user(), now=timezone.now())


def test_each_edit_counts_the_version_and_remembers_who() -> None:
    draft, by = factories.campaign(), factories.user()

    drafts.edit_content(campaign=draft, text="Hi", version=1, by=by, now=timezone.now())

    assert (draft.version, draft.edited_by) == (2, by)


def test_the_same_text_again_is_no_edit() -> None:
    draft = factories.campaign(text="Hi")

    assert drafts.edit_content(campaign=draft, text="Hi", version=1, by=factories.user(), now=timezone.now()) == 1
    assert draft.version == 1


def test_line_ends_of_a_browser_become_line_feeds() -> None:
    draft = factories.campaign()

    drafts.edit_content(campaign=draft, text="a\r\nb", version=1, by=factories.user(), now=timezone.now())

    assert drafts.content(draft).text == "a\nb"


def test_a_stale_edit_is_refused_with_who_was_quicker_and_changes_nothing() -> None:
    draft, quicker = factories.campaign(), factories.user(first_name="Ana", last_name="Torres")
    drafts.edit_content(campaign=draft, text="Theirs", version=1, by=quicker, now=timezone.now())

    with pytest.raises(drafts.StaleDraft) as refused:
        drafts.edit_content(campaign=draft, text="Mine", version=1, by=factories.user(), now=timezone.now())

    assert refused.value.who == "Ana Torres"
    assert drafts.content(draft).text == "Theirs"


@pytest.mark.parametrize("state", [state for state in states.Campaign if state not in states.CAMPAIGN_EDITABLE])
def test_only_a_draft_can_be_edited(state: states.Campaign) -> None:
    draft = factories.campaign()
    Campaign.objects.filter(pk=draft.pk).update(state=state, due_at=timezone.now(), fingerprint="f")
    draft.refresh_from_db()

    with pytest.raises(campaigns.NotPossibleNow):
        drafts.edit_content(campaign=draft, text="Mine", version=1, by=factories.user(), now=timezone.now())


def test_work_copies_the_last_frozen_revision() -> None:
    draft = factories.campaign(text="Sent", picture=factories.rendition())
    Revision.objects.update(frozen_at=timezone.now())

    fresh = drafts.work(draft)

    assert (fresh.number, fresh.text, fresh.frozen_at) == (2, "Sent", None)
    assert fresh.rendition == draft.revisions.get(number=1).rendition


def test_editing_after_a_freeze_leaves_the_evidence_as_it_was() -> None:
    draft = factories.campaign(text="Sent")
    Revision.objects.update(frozen_at=timezone.now())

    drafts.edit_content(campaign=draft, text="Next", version=1, by=factories.user(), now=timezone.now())

    assert draft.revisions.get(number=1).text == "Sent"


def test_attach_and_detach() -> None:
    draft, picture, by = factories.campaign(), factories.rendition(), factories.user()

    drafts.attach(campaign=draft, rendition=picture, version=1, by=by, now=timezone.now())
    assert drafts.content(draft).rendition == picture

    drafts.detach(campaign=draft, version=2, by=by, now=timezone.now())
    assert drafts.content(draft).rendition is None


def test_a_copy_has_content_and_audience_but_no_time() -> None:
    audience = {"countries": ["US"], "attributes": []}
    source = factories.campaign(text="Hi", picture=factories.rendition(), audience=audience, when="at", zone="UTC")

    copy = drafts.duplicate(campaign=source, by=factories.user(), now=timezone.now())

    assert (copy.name, copy.audience, copy.when) == (f"Copy of {source.name}", audience, "now")
    assert drafts.content(copy).rendition == drafts.content(source).rendition


def test_a_schedule_keeps_what_was_said_and_the_moment() -> None:
    draft = factories.campaign()

    drafts.edit_schedule(
        campaign=draft,
        when="at",
        local_at=datetime(2027, 7, 1, 9),
        zone="Europe/Paris",
        version=1,
        by=factories.user(),
        now=datetime(2027, 1, 1, tzinfo=UTC),
    )

    assert draft.due_at == datetime(2027, 7, 1, 7, tzinfo=UTC)
    assert draft.local_at is not None
    assert drafts.wall_clock(draft.local_at) == datetime(2027, 7, 1, 9)


def test_a_refused_time_changes_nothing() -> None:
    draft = factories.campaign()

    with pytest.raises(clock.NotSchedulable):
        drafts.edit_schedule(
            campaign=draft,
            when="at",
            local_at=datetime(2026, 7, 1, 9),
            zone="Europe/Paris",
            version=1,
            by=factories.user(),
            now=datetime(2027, 1, 1, tzinfo=UTC),
        )

    draft.refresh_from_db()
    assert (draft.when, draft.version) == ("now", 1)


def test_now_forgets_the_time_that_was_said_before() -> None:
    now = timezone.now()
    draft = factories.campaign(when="at", zone="UTC", local_at=now, due_at=now)

    drafts.edit_schedule(campaign=draft, when="now", local_at=None, zone="UTC", version=1, by=factories.user(), now=now)

    assert (draft.local_at, draft.due_at, draft.zone) == (None, None, "")
