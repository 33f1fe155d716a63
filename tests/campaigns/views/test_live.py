"""The live page: numbers that add up, acts by right, parts that are swapped only when they changed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import factories
import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.lifecycle import messages, runs
from campaigns.models import Campaign, Heartbeat, Message, Run

pytestmark = pytest.mark.django_db

RIGHTS = ("campaigns.view_campaign", "campaigns.launch_campaign", "subscriptions.view_contact")


@pytest.fixture
def marketer() -> User:
    return factories.user(permissions=RIGHTS)


@pytest.fixture
def browser(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def run() -> Run:
    """Four people: three to send to, one who left."""
    group = factories.group()
    factories.number(group=group)
    for _ in range(3):
        factories.subscribed(to=group)
    factories.unsubscribed(to=group)
    campaign = factories.campaign(group=group, state=states.Campaign.RUNNING)
    made = factories.run(campaign, state=states.Run.EXPANDING, started_at=timezone.now())
    expand.run(run=made, now=timezone.now())
    runs.move(run=made, to=states.Run.RUNNING, now=timezone.now())
    return made


def _page(browser: Client, run: Run, query: str = "") -> str:
    return browser.get(f"/campaigns/{run.campaign_id}/live{query}").content.decode()


def _part(browser: Client, run: Run, **data: Any) -> Any:
    return browser.get(f"/campaigns/{run.campaign_id}/live/part", data, headers={"HX-Request": "true"})


def _squeezed(html: str) -> str:
    return " ".join(html.split())


def test_the_sum_adds_up_on_the_page(browser: Client, run: Run) -> None:
    html = _squeezed(_page(browser, run))
    assert "<strong>4</strong> planned" in html
    assert "<strong>3</strong> waiting" in html
    assert "<strong>1</strong> left out" in html


def _figures(html: str) -> dict[str, str]:
    """The figures of the page by what they are called."""
    told = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", _squeezed(html))
    return {name: " ".join(re.sub(r"<[^>]+>", " ", figure).split()) for name, figure in told}


def test_pace_and_time_left_are_said_with_their_units(browser: Client, run: Run) -> None:
    now = datetime(2026, 6, 1, 11, 59, 55, tzinfo=UTC)
    run.campaign.group.numbers.update(rate="0.10")
    Run.objects.update(started_at=now - timedelta(seconds=4))
    left = [message.pk for message in Message.objects.filter(state="pending")[:2]]
    messages.move(ids=left, from_states={states.Message.PENDING}, to=states.Message.CLAIMED)
    messages.move(ids=left, from_states={states.Message.CLAIMED}, to=states.Message.ACCEPTED)
    Message.objects.filter(pk__in=left).update(handed_over_at=now - timedelta(seconds=1))
    with time_machine.travel(now, tick=False):
        figures = _figures(_page(browser, run))
    assert figures == {
        "Handed over": "2 / 3",
        "Pace now": "0.5 per second",
        "Pace set": "0.1 per second",
        "Last message leaves": "in 10 seconds 12:00",
    }


def test_without_a_number_that_can_send_no_time_is_promised(browser: Client, run: Run) -> None:
    run.campaign.group.numbers.update(is_active=False)
    assert _figures(_page(browser, run))["Last message leaves"] == "not while no number can send"


def test_each_left_out_person_has_a_reason_in_words(browser: Client, run: Run) -> None:
    assert "unsubscribed from this group" in _page(browser, run, "?part=left_out")


def test_the_filter_shows_only_its_part(browser: Client, run: Run) -> None:
    left_out = Message.objects.get(state="skipped").contact
    waiting = Message.objects.filter(state="pending")[0].contact
    Contact = type(left_out)
    Contact.objects.filter(pk=waiting.pk).update(first_name="Waiting-Person")
    assert "Waiting-Person" not in _page(browser, run, "?part=left_out")


def test_a_person_is_found_by_number_in_any_spelling(browser: Client, run: Run, marketer: User) -> None:
    target = Message.objects.filter(state="pending")[0]
    type(target.contact).objects.filter(pk=target.contact_id).update(first_name="Wanted")
    type(target.contact).objects.exclude(pk=target.contact_id).update(first_name="Other")
    number = f"({target.to_phone[2:5]}) {target.to_phone[5:8]}-{target.to_phone[8:]}"
    html = _page(browser, run, f"?q={number}")
    assert "Wanted" in html
    assert "Other" not in html


def test_numbers_are_masked_without_the_right(browser: Client, run: Run) -> None:
    assert Message.objects.first().to_phone[-7:] not in _page(browser, run).replace("-", "").replace(" ", "")


def test_nothing_new_is_an_empty_answer(browser: Client, run: Run) -> None:
    page = browser.get(f"/campaigns/{run.campaign_id}/live")
    seen = [f"{part.id}:{part.digest}" for part in page.context["parts"].values()]
    assert _part(browser, run, seen=seen).status_code == 204


def test_only_what_changed_comes_back(browser: Client, run: Run) -> None:
    page = browser.get(f"/campaigns/{run.campaign_id}/live")
    seen = [f"{part.id}:{part.digest}" for part in page.context["parts"].values()]
    messages.move(
        ids=[Message.objects.filter(state="pending")[0].pk],
        from_states={states.Message.PENDING},
        to=states.Message.SKIPPED,
        reason="suppressed",
    )
    html = _part(browser, run, seen=seen).content.decode()
    assert 'id="sum"' in html
    assert 'id="top"' not in html


def test_pause_and_resume(browser: Client, run: Run) -> None:
    browser.post(f"/campaigns/{run.campaign_id}/pause")
    assert Campaign.objects.get().state == "paused"
    browser.post(f"/campaigns/{run.campaign_id}/resume")
    assert Campaign.objects.get().state == "running"


def test_cancel_asks_first_and_says_how_many(browser: Client, run: Run) -> None:
    html = browser.get(f"/campaigns/{run.campaign_id}/cancel").content.decode()
    assert "3 people who are still waiting" in html
    assert Campaign.objects.get().state == "running"


def test_cancel_leaves_out_who_waits(browser: Client, run: Run) -> None:
    browser.post(f"/campaigns/{run.campaign_id}/cancel")
    assert set(Message.objects.values_list("state", "reason")) == {
        ("skipped", "cancelled"),
        ("skipped", "unsubscribed"),
    }


@pytest.mark.parametrize("act", ["pause", "resume", "cancel", "undo"])
def test_acts_need_the_right_to_launch(client: Client, run: Run, act: str) -> None:
    client.force_login(factories.user(permissions=("campaigns.view_campaign",)))
    answer = client.post(f"/campaigns/{run.campaign_id}/{act}")
    assert (answer.status_code, Campaign.objects.get().state) == (403, "running")


def test_an_act_that_comes_too_late_is_said_in_words(browser: Client, run: Run) -> None:
    browser.post(f"/campaigns/{run.campaign_id}/cancel")
    answer = browser.post(f"/campaigns/{run.campaign_id}/pause", follow=True)
    assert "This campaign is cancelled now" in answer.content.decode()


def test_undo_brings_a_booked_campaign_back_to_the_desk(browser: Client) -> None:
    due = timezone.now() + timedelta(seconds=20)
    booked = factories.campaign(state=states.Campaign.SCHEDULED, due_at=due, fingerprint="f", confirmed_people=3)
    browser.post(f"/campaigns/{booked.pk}/undo")
    booked.refresh_from_db()
    assert (booked.state, booked.fingerprint) == ("draft", "")


def test_a_booked_campaign_counts_down(browser: Client) -> None:
    due = timezone.now() + timedelta(seconds=20)
    booked = factories.campaign(state=states.Campaign.SCHEDULED, due_at=due, fingerprint="f", confirmed_people=3)
    html = browser.get(f"/campaigns/{booked.pk}/live").content.decode()
    assert "Sends in" in html
    assert "data-countdown" in html


def test_a_hold_says_why_and_what_to_do(browser: Client, run: Run) -> None:
    detail = {"confirmed": 100, "found": 3}
    Campaign.objects.update(state="paused", hold_code="audience_changed", hold_detail=detail)
    assert "You confirmed 100 people; it is 3 at the start" in _page(browser, run)


@pytest.mark.parametrize(
    "process, words",
    [
        ("worker", "The worker is not running"),
        ("drain", "The sender process is not running"),
        ("carrier", "The sandbox carrier is not running"),
    ],
)
def test_each_silent_process_is_said_and_no_other(browser: Client, run: Run, process: str, words: str) -> None:
    for name in ("worker", "drain", "carrier"):
        age = timedelta(minutes=1) if name == process else timedelta()
        Heartbeat.objects.create(process=name, at=timezone.now() - age)
    html = _page(browser, run)
    assert words in html
    assert html.count("is not running") == 1


def test_people_whom_no_number_can_serve_any_more_are_said_and_no_end_is_promised(browser: Client, run: Run) -> None:
    run.campaign.group.numbers.update(is_active=False)
    html = _squeezed(_page(browser, run))
    assert f"3 people wait: no number of “{run.campaign.group}” can send this now." in html
    assert "not while no number can send" in html


def test_a_flag_taken_away_stops_a_picture_but_not_a_text(browser: Client, run: Run) -> None:
    run.campaign.group.numbers.update(is_mms_enabled=False)
    assert "people wait: no number" not in _page(browser, run)
    run.revision.rendition = factories.rendition()
    run.revision.save()
    assert "people wait: no number" in _page(browser, run)


def test_a_draft_is_shown_in_the_composer(browser: Client) -> None:
    draft = factories.campaign()
    answer = browser.get(f"/campaigns/{draft.pk}/live")
    assert answer["Location"] == f"/campaigns/{draft.pk}/content"


def test_queries_do_not_grow_with_people(browser: Client, run: Run, django_assert_num_queries: Any) -> None:
    _page(browser, run)
    with django_assert_num_queries(19):
        _page(browser, run)
    for _ in range(30):
        person = factories.contact()
        factories.message(run=run, contact=person, number=run.campaign.group.numbers.get())
    with django_assert_num_queries(19):
        _page(browser, run)


def _row(html: str, words: str) -> str:
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    return next(row for row in rows if words in row)


def test_who_was_left_out_was_sent_nothing(browser: Client, run: Run) -> None:
    html = _page(browser, run, "?part=left_out")
    assert re.search(r'data-label="Sent as"><span>–', _row(html, "unsubscribed"))


def test_a_row_says_its_state_in_the_words_of_the_filter_and_in_its_own(browser: Client, run: Run) -> None:
    Message.objects.filter(run=run, state="pending").update(state="accepted")
    row = _row(_page(browser, run), "accepted by the provider")
    assert "<span>on the way<" in row


def test_who_did_it_is_said_by_the_whole_name(browser: Client, run: Run, marketer: User) -> None:
    User.objects.filter(pk=marketer.pk).update(first_name="Mara", last_name="Keller")
    Campaign.objects.filter(pk=run.campaign_id).update(confirmed_by=marketer)
    browser.post(f"/campaigns/{run.campaign_id}/pause")
    html = _page(browser, run)
    assert "launched by Mara Keller" in html
    assert re.search(r"paused</span></span> <span class=\"cell-more\">.* · Mara Keller</span>", html)


def test_the_live_page_leads_back_to_the_list(browser: Client, run: Run) -> None:
    assert '<a class="crumb" href="/campaigns/">' in _page(browser, run)
