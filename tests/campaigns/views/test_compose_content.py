import composer_pages
import factories
import pytest
from composer_pages import post
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns import roles
from campaigns.composing import drafts
from campaigns.lifecycle import campaigns
from campaigns.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer() -> User:
    return composer_pages.marketer()


@pytest.fixture
def me(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def draft() -> Campaign:
    return composer_pages.draft()


def test_the_page_shows_the_exact_message_for_a_sample(me: Client, draft: Campaign) -> None:
    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert "Acme: Hi Ana\nReply STOP to end" in page


def test_nobody_without_the_right_sees_it(client: Client, draft: Campaign) -> None:
    client.force_login(factories.user())

    assert client.get(f"/campaigns/{draft.pk}/content").status_code == 403


def test_somebody_who_may_only_look_cannot_save(client: Client, draft: Campaign) -> None:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.VIEWER))

    assert client.get(f"/campaigns/{draft.pk}/content").status_code == 200
    assert post(client, draft, text="Mine").status_code == 403
    assert drafts.content(draft).text != "Mine"


def test_saving_leads_back_to_the_same_look(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, text="New", as_link="on", sample="0")

    assert answer.headers["Location"] == f"/campaigns/{draft.pk}/content?sample=0&as_link=on"
    assert drafts.content(draft).text == "New"


def test_next_saves_and_goes_on(me: Client, draft: Campaign) -> None:
    answer = post(me, draft, text="New", act="next")

    assert answer.headers["Location"] == f"/campaigns/{draft.pk}/audience"
    assert drafts.content(draft).text == "New"


def test_mend_makes_the_text_plain(me: Client, draft: Campaign) -> None:
    post(me, draft, text="You’ll love it – really", act="mend")

    assert drafts.content(draft).text == "You'll love it - really"


def test_a_chip_works_without_scripts(me: Client, draft: Campaign) -> None:
    post(me, draft, text="Hi", act="insert:first_name")

    assert drafts.content(draft).text == "Hi {{ ${first_name} | default: 'there' }}"


def test_a_broken_text_is_kept_as_typed_and_marked_in_place(me: Client, draft: Campaign) -> None:
    parts = post(me, draft, json=True, text="Dear {{ ${frist_name} }}!").json()["parts"]

    assert drafts.content(draft).text == "Dear {{ ${frist_name} }}!"
    assert "<mark>${frist_name}</mark>" in parts["check"]
    assert 'data-start="8" data-end="21"' in parts["check"]
    assert "has a problem" in parts["steps"]


def test_the_character_that_forces_another_alphabet_is_named(me: Client, draft: Campaign) -> None:
    check = post(me, draft, json=True, text="It’s here").json()["parts"]["check"]

    assert "right single quotation mark" in check
    assert 'value="mend"' in check


def test_the_second_of_two_tabs_is_told_and_loses_nothing(me: Client, draft: Campaign) -> None:
    quicker = factories.user(first_name="Ana", last_name="Torres")
    drafts.edit_content(campaign=draft, text="Theirs", version=1, by=quicker, now=timezone.now())

    answer = post(me, draft, text="Mine", version=1)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ana Torres changed this draft" in page
    assert "\nTheirs</textarea>" in page
    assert "\nMine</textarea>" in page
    assert drafts.content(draft).text == "Theirs"


def test_keeping_mine_is_one_more_press(me: Client, draft: Campaign) -> None:
    drafts.edit_content(campaign=draft, text="Theirs", version=1, by=factories.user(), now=timezone.now())

    stale = post(me, draft, json=True, text="Mine", version=1)
    post(me, draft, text="Mine", version=stale.json()["stale"]["version"])

    assert (stale.status_code, drafts.content(draft).text) == (409, "Mine")


def test_a_booked_campaign_is_not_changed_and_edit_takes_it_back(me: Client, marketer: User, draft: Campaign) -> None:
    campaigns.move(
        campaign=draft,
        to=campaigns.states.Campaign.SCHEDULED,
        now=timezone.now(),
        due_at=timezone.now(),
        fingerprint="f",
    )

    assert post(me, draft, text="Mine").status_code == 422
    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()
    assert "take it back to draft" in page
    assert "readonly" in page
    me.post(f"/campaigns/{draft.pk}/edit")
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_preview_stores_nothing(me: Client, draft: Campaign) -> None:
    answer = me.post(f"/campaigns/{draft.pk}/preview", {"text": "Only looking", "version": 1})

    assert "Only looking" in answer.json()["parts"]["phone"]
    assert drafts.content(draft).text != "Only looking"


def test_the_meter_says_bytes_zone_and_limit(me: Client, draft: Campaign) -> None:
    draft = factories.campaign(text="", picture=factories.rendition(bytes=1_000_001), group=draft.group)

    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert 'class="meter is-over"' in page
    assert "File 1,000,001 bytes + text 17 bytes = 1,000,018 of 1,000,000 bytes" in page


def test_a_sample_is_found_by_name(me: Client, draft: Campaign) -> None:
    factories.subscribed(factories.contact(first_name="Zoe"), draft.group)

    page = me.get(f"/campaigns/{draft.pk}/content?sample_q=zoe").content.decode()

    assert "Hi Zoe" in page


def test_numbers_are_masked_for_those_who_may_not_see_them(client: Client, draft: Campaign) -> None:
    me, person = client, draft.group.subscriptions.get().contact
    me.force_login(factories.user(permissions=("campaigns.view_campaign", "campaigns.change_campaign")))

    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()
    typed = {"text": "Is {{ ${phone_number} }} you?", "version": draft.version}
    live = me.post(f"/campaigns/{draft.pk}/preview", typed).content.decode()

    assert "Is +1xxxxxxxx" in live
    for answer in (page, live):
        assert person.phone[-7:] not in answer.replace(" ", "").replace("-", "").replace("&quot;", "")


@pytest.mark.parametrize("people", [1, 30])
def test_the_page_costs_the_same_for_one_and_for_thirty(
    me: Client, draft: Campaign, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(people - 1):
        factories.subscribed(to=draft.group)
    me.get(f"/campaigns/{draft.pk}/content")

    with django_assert_num_queries(13):
        me.get(f"/campaigns/{draft.pk}/content")


def test_what_is_to_be_seen_is_said_beside_the_file(me: Client, draft: Campaign) -> None:
    picture = factories.rendition(asset=factories.asset(description=""))
    draft.revisions.update(rendition=picture)
    assert 'name="described"' in me.get(f"/campaigns/{draft.pk}/content").content.decode()

    post(me, draft, text="Hi", description=" Two  umbrellas ", described=str(picture.asset_id))

    picture.asset.refresh_from_db()
    assert picture.asset.description == "Two umbrellas"


def test_words_about_a_file_that_is_there_no_more_describe_no_other(me: Client, draft: Campaign) -> None:
    before, after = factories.rendition(), factories.rendition()
    draft.revisions.update(rendition=after)

    post(me, draft, text="Hi", description="An old cat", described=str(before.asset_id))

    after.asset.refresh_from_db()
    assert after.asset.description == "A beach"


def test_a_banner_is_advised_to_be_cut(me: Client, draft: Campaign) -> None:
    draft.revisions.update(rendition=factories.rendition(width=1600, height=400))
    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()

    assert "A wide picture is small on a phone" in page
    assert f"/cut?for={draft.pk}" in page
