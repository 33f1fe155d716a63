"""Audience, schedule and basics; and what all pages cost."""

import re
from datetime import timedelta

import factories
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns import roles
from campaigns.models import Campaign

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def me(client: Client) -> Client:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.MARKETER))
    return client


@pytest.fixture
def draft() -> Campaign:
    group = factories.number().group
    factories.subscribed(factories.contact(city="Denver"), group)
    factories.subscribed(factories.contact(city="Boston"), group)
    factories.unsubscribed(to=group)
    return factories.campaign(text="Hi", group=group)


def path(draft: Campaign, page: str) -> str:
    return f"/campaigns/{draft.pk}/{page}"


def in_denver(**more: object) -> dict[str, object]:
    return {"version": 1, "countries": ["US"], "name": "city", "op": "is", "value": "Denver", **more}


def test_the_audience_page_counts_and_says_who_is_left_out(me: Client, draft: Campaign) -> None:
    page = me.get(path(draft, "audience")).content.decode()

    assert "of 3 people in the audience may be texted now" in page
    assert "unsubscribed from this group" in page
    assert "People are picked when it starts" in page


def test_a_filter_is_kept_and_counted_live(me: Client, draft: Campaign) -> None:
    answer = me.post(path(draft, "audience"), in_denver(), headers=JSON)

    assert "of 1 people" in answer.json()["parts"]["people"]
    draft.refresh_from_db()
    assert draft.audience["attributes"] == [{"name": "city", "op": "is", "value": "Denver"}]


def test_a_half_filled_row_does_not_disturb_the_live_count(me: Client, draft: Campaign) -> None:
    answer = me.post(path(draft, "audience"), in_denver(value=""), headers=JSON)

    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.audience["attributes"] == []


def test_a_half_filled_row_is_asked_for_before_going_on(me: Client, draft: Campaign) -> None:
    answer = me.post(path(draft, "audience"), in_denver(value="", act="next"))

    assert answer.status_code == 422
    assert "is compared with" in answer.content.decode()


def test_rows_are_added_without_scripts(me: Client, draft: Campaign) -> None:
    me.post(path(draft, "audience"), in_denver(act="add"))

    assert me.get(path(draft, "audience")).content.decode().count("data-row") == 2


def test_a_stale_audience_is_refused_and_what_was_chosen_stays(me: Client, draft: Campaign) -> None:
    Campaign.objects.update(version=2)

    answer = me.post(path(draft, "audience"), in_denver(act="save"))

    assert answer.status_code == 409
    assert 'value="Denver"' in answer.content.decode()


def test_a_time_is_kept_and_said_back_with_its_zone(me: Client, draft: Campaign) -> None:
    day = (timezone.now() + timedelta(days=30)).date()
    sent = {"version": 1, "when": "at", "date": day.isoformat(), "time": "09:00", "zone": "America/Denver"}

    answer = me.post(path(draft, "schedule"), {**sent, "act": "next"})

    assert answer.headers["Location"] == path(draft, "review")
    assert "09:00, Denver time" in me.get(path(draft, "schedule")).content.decode()


@pytest.mark.parametrize(
    "date, time, words, offer",
    [
        ("2020-01-01", "09:00", "has passed already", "value="),
        ("2027-03-14", "02:30", "does not exist in Denver", 'value="2027-03-14T03:00"'),
        ("2027-11-07", "01:30", "comes twice in Denver", 'value="2027-11-07T02:00"'),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_an_offer(
    me: Client, draft: Campaign, date: str, time: str, words: str, offer: str
) -> None:
    sent = {"version": 1, "when": "at", "date": date, "time": time, "zone": "America/Denver", "act": "save"}

    answer = me.post(path(draft, "schedule"), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert offer in page
    draft.refresh_from_db()
    assert draft.when == "now"


def test_an_offer_is_taken_with_one_press(me: Client, draft: Campaign) -> None:
    day = (timezone.now() + timedelta(days=30)).date().isoformat()
    sent = {"version": 1, "when": "at", "date": "2020-01-01", "time": "01:00", "zone": "UTC", "offer": f"{day}T03:00"}

    me.post(path(draft, "schedule"), sent)

    draft.refresh_from_db()
    assert draft.due_at is not None
    assert draft.due_at.isoformat() == f"{day}T03:00:00+00:00"


def test_saying_back_stores_nothing(me: Client, draft: Campaign) -> None:
    sent = {"version": 1, "when": "at", "date": "2020-01-01", "time": "01:00", "zone": "UTC"}

    answer = me.post(path(draft, "schedule"), sent, headers=JSON)

    assert "has passed already" in answer.json()["parts"]["said"]
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_day_is_asked_for(me: Client, draft: Campaign) -> None:
    answer = me.post(path(draft, "schedule"), {"version": 1, "when": "at", "zone": "UTC", "time": "09:00"})

    assert answer.status_code == 422
    assert "Choose a day." in answer.content.decode()


def test_basics_change_name_purpose_and_group(me: Client, draft: Campaign) -> None:
    other = factories.number().group

    me.post(path(draft, "basics"), {"version": 1, "name": "New", "purpose": "other", "group": other.pk})

    draft.refresh_from_db()
    assert (draft.name, draft.purpose, draft.group) == ("New", "other", other)


@pytest.mark.parametrize("page, queries", [("audience", 15), ("schedule", 10), ("review", 20)])
@pytest.mark.parametrize("people", [1, 30])
def test_pages_cost_the_same_for_one_and_for_thirty(
    me: Client,
    draft: Campaign,
    page: str,
    queries: int,
    people: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(people - 1):
        factories.subscribed(to=draft.group)
    me.get(path(draft, page))

    with django_assert_num_queries(queries):
        me.get(path(draft, page))


def states_of(me: Client, draft: Campaign, page: str) -> dict[str, str]:
    return {step.name: step.state for step in me.get(path(draft, page)).context["steps"]}


def test_on_a_new_draft_what_lies_ahead_is_open(me: Client, draft: Campaign) -> None:
    on_content, on_audience = states_of(me, draft, "content"), states_of(me, draft, "audience")

    assert on_content == {"content": "done", "audience": "open", "schedule": "open", "review": "open"}
    assert on_audience == {"content": "done", "audience": "done", "schedule": "open", "review": "open"}


def test_an_audience_that_was_kept_is_done(me: Client, draft: Campaign) -> None:
    me.post(path(draft, "audience"), in_denver(act="next"))

    assert states_of(me, draft, "content") == {
        "content": "done",
        "audience": "done",
        "schedule": "done",
        "review": "open",
    }


def test_the_zones_are_a_select_as_all_others(me: Client, draft: Campaign) -> None:
    page = me.get(path(draft, "schedule")).content.decode()

    assert re.search(
        r'<select[^>]*class="form-select"[^>]*id="id_zone"|<select[^>]*id="id_zone"[^>]*class="form-select"', page
    )


def test_a_speed_limit_is_kept_copied_and_said_in_the_review(me: Client, draft: Campaign) -> None:
    me.post(path(draft, "schedule"), {"version": 1, "when": "now", "speed_limit": "2.5", "act": "save"})
    me.post(path(draft, "duplicate"))
    assert [str(found.speed_limit) for found in Campaign.objects.all()] == ["2.50", "2.50"]
    assert "at most 2.50 a second" in me.get(path(draft, "review")).content.decode()


@pytest.mark.parametrize("said", ["0", "-1", "0.001", "fast", "1e9", "NaN"])
def test_a_limit_that_is_none_is_refused(me: Client, draft: Campaign, said: str) -> None:
    answer = me.post(path(draft, "schedule"), {"version": 1, "when": "now", "speed_limit": said, "act": "save"})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.speed_limit is None
