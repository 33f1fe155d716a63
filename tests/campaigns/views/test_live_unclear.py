"""Deciding on the live page what becomes of messages that stay unclear."""

from datetime import timedelta

import factories
import pytest
import sending_world
from django.test import Client
from django.utils import timezone

from campaigns import roles, states
from campaigns.lifecycle import messages
from campaigns.models import Message, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Two messages stay unclear, one waits."""
    run = sending_world.expanded(people=3, group=factories.group())
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:2])
    messages.move(ids=ids, from_states={states.Message.PENDING}, to=states.Message.CLAIMED)
    messages.move(
        ids=ids,
        from_states={states.Message.CLAIMED},
        to=states.Message.UNKNOWN,
        reason="no_clear_answer",
        handed_over_at=timezone.now() - timedelta(minutes=5),
    )
    return run


def visitor(role: str) -> Client:
    client = Client()
    client.force_login(factories.user(role))
    return client


def squeezed(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_the_live_page_says_how_many_since_when_and_why(run: Run) -> None:
    html = squeezed(visitor(roles.VIEWER), f"/campaigns/{run.campaign_id}/live")
    assert "2 messages stay unclear" in html
    assert "2 · handed over, but no clear answer came" in html
    assert "The oldest:" in html
    assert "Decide" not in html


def test_what_is_in_doubt_since_seconds_is_no_news(run: Run) -> None:
    Message.objects.update(handed_over_at=timezone.now())
    assert "stay unclear" not in squeezed(visitor(roles.MARKETER), f"/campaigns/{run.campaign_id}/live")


def test_each_row_leads_to_its_own_question(run: Run) -> None:
    marketer = visitor(roles.MARKETER)
    pk = Message.objects.filter(state="unknown").order_by("pk")[0].pk
    html = squeezed(marketer, f"/campaigns/{run.campaign_id}/live?part=unclear")
    assert f'href="/campaigns/{run.campaign_id}/unclear?message={pk}"' in html
    assert "Did Ana get it?" in squeezed(marketer, f"/campaigns/{run.campaign_id}/unclear?message={pk}")


def test_the_question_says_the_risk_and_the_number(run: Run) -> None:
    html = squeezed(visitor(roles.MARKETER), f"/campaigns/{run.campaign_id}/unclear")
    assert "Up to 2 people may get it twice" in html
    assert "Send 2 again" in html
    assert "Take 2 as sent" in html


@pytest.mark.parametrize(("verdict", "state"), [("again", "pending"), ("taken", "unconfirmed")])
def test_all_are_released_at_once(run: Run, verdict: str, state: str) -> None:
    data = {"verdict": verdict, "people": "2"}
    answer = visitor(roles.MARKETER).post(f"/campaigns/{run.campaign_id}/unclear", data, follow=True)
    assert answer.redirect_chain[-1][0] == f"/campaigns/{run.campaign_id}/live"
    assert Message.objects.filter(state=state).count() == {"pending": 3, "unconfirmed": 2}[state]


def test_one_is_released_alone(run: Run) -> None:
    pk = Message.objects.filter(state="unknown").order_by("pk")[0].pk
    data = {"verdict": "again", "people": "1", "message": str(pk)}
    visitor(roles.MARKETER).post(f"/campaigns/{run.campaign_id}/unclear", data)
    assert Message.objects.get(pk=pk).state == "pending"
    assert Message.objects.filter(state="unknown").count() == 1


def test_more_than_were_told_is_asked_again(run: Run) -> None:
    data = {"verdict": "again", "people": "1"}
    answer = visitor(roles.MARKETER).post(f"/campaigns/{run.campaign_id}/unclear", data, follow=True)
    assert "2 messages are unclear by now" in answer.content.decode()
    assert Message.objects.filter(state="unknown").count() == 2


@pytest.mark.parametrize("data", [{}, {"verdict": "guess", "people": "2"}, {"verdict": "again", "people": "x"}])
def test_a_form_that_says_nothing_changes_nothing(run: Run, data: dict[str, str]) -> None:
    assert visitor(roles.MARKETER).post(f"/campaigns/{run.campaign_id}/unclear", data).status_code == 200
    assert Message.objects.filter(state="unknown").count() == 2


def test_where_nothing_is_unclear_there_is_no_question(run: Run) -> None:
    Message.objects.filter(state="unknown").update(handed_over_at=timezone.now())
    answer = visitor(roles.MARKETER).get(f"/campaigns/{run.campaign_id}/unclear", follow=True)
    assert "still being looked into" in answer.content.decode()


def test_a_viewer_decides_nothing(run: Run) -> None:
    assert visitor(roles.VIEWER).post(f"/campaigns/{run.campaign_id}/unclear", {"verdict": "again"}).status_code == 403
