import re
from typing import Any

import factories
import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(factories.user("Marketer"))
    return client


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(factories.user("Viewer"))
    return client


def rows(client: Client, **query: str) -> list[str]:
    return [line.campaign.name for line in client.get("/campaigns/", query).context["lines"]]


def test_search_and_state_narrow_the_list_together(marketer: Client) -> None:
    factories.campaign(name="Sale draft")
    factories.campaign(name="Sale done", state="finished", due_at=timezone.now())
    factories.campaign(name="Other draft")

    assert rows(marketer, q="sale", state="draft") == ["Sale draft"]


def test_a_state_that_does_not_exist_shows_all(marketer: Client) -> None:
    factories.campaign(name="One")

    assert rows(marketer, state="nonsense") == ["One"]


def test_the_filter_counts_each_state(marketer: Client) -> None:
    factories.campaign()
    factories.campaign()
    factories.campaign(state="archived")

    tabs = {name: count for name, _label, count in marketer.get("/campaigns/").context["tabs"]}

    assert tabs == {"": 2, "draft": 2, "archived": 1}


def test_thirty_fit_on_a_page_and_the_pager_leads_on(marketer: Client) -> None:
    for place in range(31):
        factories.campaign(name=f"Number {place}")

    assert len(rows(marketer)) == 30
    assert rows(marketer, page="2") == ["Number 0"]


def test_the_pager_keeps_search_and_state(marketer: Client) -> None:
    for place in range(31):
        factories.campaign(name=f"Sale {place}")

    assert (
        'href="?q=sale&amp;state=draft&amp;page=2"'
        in marketer.get("/campaigns/", {"q": "sale", "state": "draft"}).content.decode()
    )


def test_an_empty_list_teaches_the_first_step(marketer: Client) -> None:
    assert "Make the first one" in marketer.get("/campaigns/").content.decode()


def test_a_search_without_a_find_says_so_and_clears(marketer: Client) -> None:
    assert "No campaign is called “zzz” here." in marketer.get("/campaigns/", {"q": "zzz"}).content.decode()


def test_a_viewer_is_offered_no_acts(viewer: Client) -> None:
    factories.campaign()

    html = viewer.get("/campaigns/").content.decode()

    assert "/duplicate" not in html
    assert "/campaigns/new" not in html


# Session, user, preference, rights (2); counts, page, latest runs, tallies.
@pytest.mark.parametrize("many", [1, 30])
def test_the_queries_do_not_grow_with_the_rows(marketer: Client, many: int, django_assert_num_queries: Any) -> None:
    for _ in range(many):
        run = factories.run(factories.campaign(state="running", due_at=timezone.now()))
        Tally.objects.create(run=run, shard=0, state="delivered", count=5)

    with django_assert_num_queries(10):
        marketer.get("/campaigns/")


@pytest.mark.parametrize("act", ["duplicate", "archive", "unarchive"])
def test_a_viewer_may_not_act(viewer: Client, act: str) -> None:
    campaign = factories.campaign()

    response = viewer.post(f"/campaigns/{campaign.pk}/{act}")

    assert response.status_code == 403
    assert Campaign.objects.get().state == "draft"


def test_a_viewer_may_not_make_one_and_is_told_the_right(viewer: Client) -> None:
    response = viewer.get("/campaigns/new")

    assert response.status_code == 403
    assert "make campaigns" in response.content.decode()


def test_a_duplicate_is_a_draft_that_opens_at_once(marketer: Client) -> None:
    done = factories.campaign(name="Sale", text="Hello again", state="finished", due_at=timezone.now())

    response = marketer.post(f"/campaigns/{done.pk}/duplicate")

    copy = Campaign.objects.latest("pk")
    assert (copy.state, copy.revisions.get().text) == ("draft", "Hello again")
    assert response.headers["Location"] == f"/campaigns/{copy.pk}/content"


def test_archive_puts_away_and_unarchive_brings_back_as_it_was(marketer: Client) -> None:
    done = factories.campaign(state="finished", due_at=timezone.now())

    marketer.post(f"/campaigns/{done.pk}/archive")
    archived = Campaign.objects.get().state
    marketer.post(f"/campaigns/{done.pk}/unarchive")

    assert (archived, Campaign.objects.get().state) == ("archived", "finished")


def test_a_running_campaign_is_not_archived_and_the_page_says_why(marketer: Client) -> None:
    running = factories.campaign(state="running", due_at=timezone.now())

    response = marketer.post(f"/campaigns/{running.pk}/archive", follow=True)

    assert Campaign.objects.get().state == "running"
    assert "This campaign is running now" in response.content.decode()


def test_acts_want_a_post(marketer: Client) -> None:
    campaign = factories.campaign()

    assert marketer.get(f"/campaigns/{campaign.pk}/archive").status_code == 405


def new(client: Client, **changes: Any) -> Any:
    return client.post("/campaigns/new", {"name": "Sale", "purpose": "promotion", **changes})


def test_a_new_campaign_goes_on_to_its_content(marketer: Client) -> None:
    group = factories.number().group

    response = new(marketer, group=group.pk)

    made = Campaign.objects.get()
    assert (made.name, made.group, made.state) == ("Sale", group, "draft")
    assert response.headers["Location"] == f"/campaigns/{made.pk}/content"


@pytest.mark.parametrize(
    ("number", "group", "why"),
    [
        ({"is_mms_enabled": False}, {}, "None of its active numbers is MMS-enabled"),
        ({"is_active": False}, {}, "It has no active sender number"),
        ({"registration": "pending"}, {}, "not registered with the carriers yet"),
        ({}, {"is_active": False}, "This group is switched off"),
    ],
)
def test_a_group_that_cannot_send_is_shown_with_its_reason_and_whom_to_ask(
    marketer: Client, number: dict[str, Any], group: dict[str, Any], why: str
) -> None:
    made = factories.number(group=factories.group(contact_person="Dana", **group), **number)

    html = marketer.get("/campaigns/new").content.decode()

    assert f'value="{made.group_id}" disabled' in html
    assert why in html
    assert "Ask Dana." in html


def test_a_switched_off_account_is_the_reason_when_it_is(marketer: Client) -> None:
    factories.number(account=factories.account(is_active=False))

    assert (
        "provider account of its MMS-enabled number is switched off" in marketer.get("/campaigns/new").content.decode()
    )


def test_a_group_that_cannot_send_is_refused_even_when_forced(marketer: Client) -> None:
    group = factories.number(is_mms_enabled=False).group

    response = new(marketer, group=group.pk)

    assert response.status_code == 422
    assert "This group cannot send MMS now" in response.content.decode()
    assert not Campaign.objects.exists()


def test_what_was_typed_stays_when_an_answer_is_missing(marketer: Client) -> None:
    group = factories.number().group

    html = new(marketer, name="", purpose="announcement", group=group.pk).content.decode()

    assert f'value="{group.pk}" checked' in html
    assert re.search('value="announcement"[^>]* checked', html)


@pytest.mark.parametrize("many", [1, 30])
def test_the_groups_are_read_at_once(marketer: Client, many: int, django_assert_num_queries: Any) -> None:
    for _ in range(many):
        factories.number()

    # Session, user, preference, rights (2); ready groups, groups, numbers, accounts.
    with django_assert_num_queries(10):
        marketer.get("/campaigns/new")


@pytest.mark.parametrize("version", ["9" * 5_000, "-1", "\u0663", ""])
def test_a_version_that_is_none_is_a_stale_form(marketer: Client, version: str) -> None:
    draft = factories.campaign(group=factories.number().group)
    form = {"name": "Mine", "purpose": draft.purpose, "group": draft.group_id, "version": version}
    assert marketer.post(f"/campaigns/{draft.pk}/basics", form).status_code == 422
    draft.refresh_from_db()
    assert draft.name != "Mine"


def test_a_refused_form_opens_at_its_first_wrong_field(marketer: Client) -> None:
    factories.number()

    empty = marketer.post("/campaigns/new", {"name": ""}).content.decode()
    without_group = marketer.post("/campaigns/new", {"name": "x", "purpose": "promotion"}).content.decode()

    assert re.findall(r'<[^>]*name="(\w+)"[^>]* autofocus', empty) == ["name"]
    assert re.findall(r'<[^>]*name="(\w+)"[^>]* autofocus', without_group) == ["group"]
