"""From the live page to a draft for those who did not get it."""

import factories
import pytest
import sending_world
from django.test import Client
from django.utils import timezone

from campaigns import roles, states
from campaigns.lifecycle import messages, runs
from campaigns.models import Campaign, Message, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Cancelled: one failed, one opted out at the provider, one unclear, one left out by the cancelling."""
    run = sending_world.expanded(people=4, group=factories.group())
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:3])
    messages.move(ids=ids, from_states={states.Message.PENDING}, to=states.Message.CLAIMED)
    for pk, state, reason in zip(
        ids, ("failed", "failed", "unknown"), ("unreachable", "opted_out", "no_clear_answer"), strict=True
    ):
        messages.move(ids=[pk], from_states={states.Message.CLAIMED}, to=states.Message(state), reason=reason)
    runs.move(run=run, to=states.Run.CANCELLED, now=timezone.now(), finished_at=timezone.now())
    messages.skip_waiting(run_id=run.pk, reason="cancelled", now=timezone.now())
    return run


def visitor(role: str) -> Client:
    client = Client()
    client.force_login(factories.user(role))
    return client


def squeezed(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_the_live_page_offers_it_once_the_run_no_longer_sends(run: Run) -> None:
    assert "Send to those who did not get it" in squeezed(visitor(roles.MARKETER), f"/campaigns/{run.campaign_id}/live")
    Run.objects.update(state=states.Run.RUNNING)
    assert "Send to those who did not get it" not in squeezed(
        visitor(roles.MARKETER), f"/campaigns/{run.campaign_id}/live"
    )


def test_a_viewer_is_not_offered_it(run: Run) -> None:
    assert "did not get it" not in squeezed(visitor(roles.VIEWER), f"/campaigns/{run.campaign_id}/live")


def test_what_a_follow_up_can_help_is_ticked_and_doubt_is_not(run: Run) -> None:
    html = squeezed(visitor(roles.MARKETER), f"/campaigns/{run.campaign_id}/follow-up")
    assert 'value="failed:unreachable" checked' in html
    assert 'value="skipped:cancelled" checked' in html
    assert 'value="failed:opted_out">' in html
    assert 'value="unknown:">' in html
    assert "Unclear: may have got it, and would get it twice" in html


def test_the_draft_means_the_chosen_people_and_says_so(run: Run) -> None:
    data = {"who": ["failed:unreachable", "skipped:cancelled"]}
    answer = visitor(roles.MARKETER).post(f"/campaigns/{run.campaign_id}/follow-up", data, follow=True)
    draft = Campaign.objects.latest("pk")
    assert answer.redirect_chain[-1][0] == f"/campaigns/{draft.pk}/audience"
    html = " ".join(answer.content.decode().split())
    assert f"Did not get “{run.campaign.name}”: the phone cannot be reached or the campaign was cancelled" in html
    assert '<p class="figure">2</p>' in html


def test_saving_the_audience_keeps_it_and_unticking_takes_it_away(run: Run) -> None:
    marketer = visitor(roles.MARKETER)
    marketer.post(f"/campaigns/{run.campaign_id}/follow-up", {"who": ["failed:unreachable"]})
    draft = Campaign.objects.latest("pk")
    kept = {"version": 1, "act": "save", "countries": ["US"], "missed": run.pk, "who": ["failed:unreachable"]}
    marketer.post(f"/campaigns/{draft.pk}/audience", kept)
    draft.refresh_from_db()
    assert draft.audience["missed"] == {"run": run.pk, "who": [["failed", "unreachable"]]}
    assert draft.audience["countries"] == ["US"]
    marketer.post(f"/campaigns/{draft.pk}/audience", {"version": 2, "act": "save", "who": ["failed:unreachable"]})
    draft.refresh_from_db()
    assert "missed" not in draft.audience


def test_the_review_says_it_too(run: Run) -> None:
    marketer = visitor(roles.MARKETER)
    marketer.post(f"/campaigns/{run.campaign_id}/follow-up", {"who": ["unknown:"]})
    draft = Campaign.objects.latest("pk")
    assert "unclear: may have got it, and would get it twice" in squeezed(marketer, f"/campaigns/{draft.pk}/review")


def test_an_audience_whose_run_is_gone_never_comes_to_mean_everybody(run: Run) -> None:
    gone = {"missed": {"run": 424242, "who": [["failed", ""]]}}
    draft = factories.campaign(group=run.campaign.group, audience=gone)
    marketer = visitor(roles.MARKETER)
    html = squeezed(marketer, f"/campaigns/{draft.pk}/audience")
    assert 'name="missed" value="0" checked' in html
    assert (
        marketer.post(f"/campaigns/{draft.pk}/audience", {"version": 1, "act": "save", "missed": 0}).status_code == 422
    )


@pytest.mark.parametrize("who", [[], ["delivered:"], ["failed:never_heard_of"]])
def test_what_is_not_there_cannot_be_chosen(run: Run, who: list[str]) -> None:
    before = Campaign.objects.count()
    answer = visitor(roles.MARKETER).post(f"/campaigns/{run.campaign_id}/follow-up", {"who": who})
    assert answer.status_code == 422
    assert Campaign.objects.count() == before


def test_a_run_that_still_sends_has_no_follow_up_yet(run: Run) -> None:
    Run.objects.update(state=states.Run.RUNNING)
    answer = visitor(roles.MARKETER).post(
        f"/campaigns/{run.campaign_id}/follow-up", {"who": ["failed:unreachable"]}, follow=True
    )
    assert "nobody to send to once more" in answer.content.decode()


def test_people_whom_a_follow_up_reached_are_counted_no_more(run: Run) -> None:
    marketer = visitor(roles.MARKETER)
    marketer.post(f"/campaigns/{run.campaign_id}/follow-up", {"who": ["failed:unreachable"]})
    later = factories.run(Campaign.objects.latest("pk"))
    contact = Message.objects.get(run=run, reason="unreachable").contact
    factories.message(run=later, contact=contact, state="delivered")
    assert "failed:unreachable" not in squeezed(marketer, f"/campaigns/{run.campaign_id}/follow-up")
