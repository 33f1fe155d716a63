import base64
import re
from typing import Any

import factories
import media_samples as samples
import pytest
from card_pages import MAYA, NEW, field, only_card, photo, promotions, uploaded, written
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns import roles, states
from campaigns.assets import store
from campaigns.composing import drafts
from campaigns.models import Asset, Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client: Client) -> Client:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.MARKETER))
    return client


def test_a_card_is_made_and_shown_in_the_library(me: Client) -> None:
    more = {"organisation": "Tidewater; Norfolk", "title": "Manager", "email": "maya@example.com",
            "site": "example.com/maya", "street": "1 Harbour Street", "city": "Norfolk", "region": "VA",
            "code": "23510", "country": "USA", "note": "Ring twice,\r\nthen wait"}  # fmt: skip
    answer = me.post(NEW, MAYA | more)
    asset = only_card()
    assert answer.headers["Location"] == f"/library/{asset.pk}"
    assert (asset.kind, asset.label, asset.description) == ("vcf", "Maya Fields.vcf", "Contact card of Maya Fields")
    card = written(asset)
    assert (card.fn.value, card.n.value.family, card.n.value.given) == ("Maya Fields", "Fields", "Maya")
    assert (card.tel.value, card.tel.type_param) == ("+12125550123", "WORK")
    assert (card.org.value, card.title.value) == (["Tidewater; Norfolk"], "Manager")
    assert (card.email.value, card.url.value) == ("maya@example.com", "https://example.com/maya")
    assert (card.adr.value.street, card.adr.value.code, card.note.value) == (
        "1 Harbour Street", "23510", "Ring twice,\nthen wait"
    )  # fmt: skip


def test_the_numbers_of_the_group_are_offered_and_taken(me: Client) -> None:
    group = promotions()
    draft = factories.campaign(group=group)
    page = me.get(f"{NEW}?for={draft.pk}").content.decode()
    offered = re.findall(r'name="numbers" id="number-(\d+)"', page)
    assert len(offered) == 2
    assert "can be texted, not called" in page
    assert "TIDEWATER<" not in page
    me.post(NEW, {"first": "Shop", "group": group.pk, "numbers": offered})
    assert [line.value for line in written(only_card()).contents["tel"]] == ["+12125550190", "55501"]


def test_a_number_of_another_group_is_not_taken(me: Client) -> None:
    answer = me.post(NEW, {"first": "Shop", "group": promotions().pk, "numbers": [factories.number().pk]})
    assert answer.status_code == 422
    assert not Asset.objects.exists()


def test_a_national_number_gets_its_country_and_a_short_code_stays(me: Client) -> None:
    me.post(NEW, MAYA | {"phone": ["(202) 555-0143 x12", "", "72345"], "phone_type": ["HOME", "CELL", ""]})
    assert [line.value for line in written(only_card()).contents["tel"]] == ["+12025550143,12", "72345"]


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"first": " ", "last": ""}, "Say a name"),
        ({"phone": [""]}, "at least one number"),
        ({"phone": ["call me"]}, "no number that can be dialled"),
        ({"phone": ["+999 12"]}, "no number that can be dialled"),
        ({"email": "maya@"}, "valid email"),
        ({"site": "javascript:alert(1)"}, "no address of a website"),
        ({"note": "n" * 501}, "at most 500"),
        ({"first": "Ma\x01ya"}, "U+0001"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(me: Client, wrong: dict[str, Any], words: str) -> None:
    answer = me.post(NEW, MAYA | {"organisation": "Tide & Water"} | wrong | {"photo": photo()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert field(page, "organisation") == "Tide &amp; Water"
    assert field(page, "phone") == (wrong.get("phone") or MAYA["phone"])[0]
    assert not Asset.objects.exists()
    kept = field(page, "photo_kept")
    me.post(NEW, MAYA | {"photo_kept": kept})
    assert samples.opened(written(only_card()).photo.value).size == (240, 240)


def test_show_shows_the_phone_and_stores_nothing(me: Client) -> None:
    answer = me.post(NEW, MAYA | {"act": "show", "photo": photo()})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'class="contact-name" dir="auto">Maya Fields', page)
    assert f'base64,{field(page, "photo_kept")}"' in page
    assert not Asset.objects.exists()


def test_the_preview_follows_the_typing_and_stores_nothing(me: Client) -> None:
    group = promotions()
    typed = MAYA | {"group": group.pk, "numbers": [group.numbers.get(value="55501").pk], "title": "<b>"}
    parts = me.post("/library/cards/preview", typed).json()["parts"]
    assert "Maya Fields" in parts["card-screen"]
    assert "55501" in parts["card-screen"]
    assert "+1 212-555-0123" in parts["card-screen"]
    assert "&lt;b&gt;" in parts["card-screen"]
    assert "+1 212-555-0190" in parts["card-numbers"]
    assert "Name" in me.post("/library/cards/preview", {"phone": ["half a"]}).json()["parts"]["card-screen"]
    assert not Asset.objects.exists()


def test_a_card_made_for_a_draft_goes_into_it(me: Client) -> None:
    draft = factories.campaign(group=promotions())
    assert f"{NEW}?for={draft.pk}" in me.get(f"/campaigns/{draft.pk}/content").content.decode()
    answer = me.post(NEW, MAYA | {"for": draft.pk, "version": draft.version})
    assert answer.headers["Location"] == f"/campaigns/{draft.pk}/content"
    assert drafts.content(draft).rendition == store.clean_copy(only_card())


def test_a_draft_that_somebody_changed_is_asked_about_and_nothing_is_lost(me: Client) -> None:
    draft = factories.campaign(group=promotions())
    stale = draft.version
    other = factories.user(first_name="Noor", last_name="Said")
    drafts.edit_content(campaign=draft, text="Other", version=stale, by=other, now=timezone.now())
    answer = me.post(NEW, MAYA | {"for": draft.pk, "version": stale, "photo": photo()})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Noor Said changed this draft" in page
    assert field(page, "first") == "Maya"
    assert drafts.content(draft).rendition is None
    kept = {name: field(page, name) for name in ("version", "photo_kept")}
    me.post(NEW, MAYA | {"for": draft.pk, **kept})
    assert drafts.content(draft).rendition == store.clean_copy(only_card())


def test_a_campaign_that_is_running_takes_no_card(me: Client) -> None:
    draft = factories.campaign(group=promotions())
    Campaign.objects.filter(pk=draft.pk).update(state=states.Campaign.RUNNING)
    answer = me.post(NEW, MAYA | {"for": draft.pk, "version": draft.version})
    assert answer.status_code == 422
    assert drafts.content(draft).rendition is None
    assert "now.</p>" not in answer.content.decode()


def test_who_may_not_edit_campaigns_puts_no_card_into_one(client: Client) -> None:
    rights = ("campaigns.view_asset", "campaigns.add_asset", "campaigns.view_campaign")
    client.force_login(factories.user(permissions=rights))
    draft = factories.campaign()
    assert client.post(NEW, MAYA | {"for": draft.pk, "version": draft.version}).status_code == 403
    assert client.post(NEW, MAYA).status_code == 302


@pytest.mark.parametrize("right", ["campaigns.view_asset", "campaigns.add_asset"])
def test_both_rights_are_needed(client: Client, right: str) -> None:
    client.force_login(factories.user(permissions=(right,)))
    for address in (NEW, f"/library/cards/{uploaded().pk}/edit"):
        assert client.get(address).status_code == 403
        assert client.post(address, MAYA).status_code == 403
    assert client.post("/library/cards/preview", MAYA).status_code == 403


def test_editing_makes_a_new_card_and_leaves_the_old_one(me: Client) -> None:
    group = promotions()
    old = uploaded(
        "TEL;TYPE=CELL:+12125550190", "TEL;TYPE=FAX,WORK:(202) 555-0144", "EMAIL;TYPE=WORK:a@example.com",
        "EMAIL:b@example.com", "ADR;TYPE=HOME:Box 7;;1 Pier;Norfolk;VA;23510;USA", "ADR:;;2 Pier;;;;", "TITLE:Countess",
        "PHOTO;ENCODING=b:" + base64.b64encode(samples.jpeg(300, 300)).decode(),
    )  # fmt: skip
    before = store.read(store.clean_copy(old))
    page = me.get(f"/library/cards/{old.pk}/edit").content.decode()
    assert (field(page, "first"), field(page, "title"), field(page, "street")) == ("Ada", "Countess", "1 Pier")
    assert f'<option value="{group.pk}" selected>' in page
    assert "2 more addresses" in page
    sent = {name: field(page, name) for name in ("first", "last", "email", "street", "city", "photo_kept")}
    phones = re.findall(r'name="phone" value="([^"]*)"', page)
    types = re.findall(r'<option value="(\w*)" selected>(?:Mobile|Work|Home|Fax|Other)', page)
    ticked = re.findall(r'name="numbers" id="number-\d+" value="(\d+)" checked', page)
    sent |= {"title": "Analyst", "phone": phones, "phone_type": types, "group": group.pk, "numbers": ticked}
    assert me.post(f"/library/cards/{old.pk}/edit", sent).status_code == 302
    new = Asset.objects.exclude(pk=old.pk).get()
    assert new.made_from == old
    assert store.read(store.clean_copy(old)) == before
    card = written(new)
    assert card.title.value == "Analyst"
    assert {line.value for line in card.contents["tel"]} == {"+12125550190", "+12025550143", "+12025550144"}
    assert [line.value for line in card.contents["email"]] == ["a@example.com", "b@example.com"]
    assert [(line.value.box, line.value.street) for line in card.contents["adr"]] == [
        ("Box 7", "1 Pier"),
        ("", "2 Pier"),
    ]
    assert samples.opened(card.photo.value).size == (240, 240)


def test_an_edit_that_changes_nothing_is_the_same_card(me: Client) -> None:
    me.post(NEW, MAYA)
    card = only_card()
    me.post(f"/library/cards/{card.pk}/edit", MAYA)
    assert only_card().made_from is None


def test_only_a_card_is_edited(me: Client) -> None:
    assert me.get(f"/library/cards/{factories.asset().pk}/edit").status_code == 404
    assert me.get("/library/cards/999/edit").status_code == 404


def test_a_name_is_no_path(me: Client) -> None:
    me.post(NEW, MAYA | {"full_name": "../etc/A\\B <C>"})
    assert only_card().label == "..-etc-A-B <C>.vcf".lstrip(".")
    assert written(only_card()).fn.value == "../etc/A\\B <C>"


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_asks_the_same_few_questions(
    me: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    group = factories.group()
    for _number in range(count):
        factories.number(group=group)
    draft = factories.campaign(group=group)
    with django_assert_max_num_queries(18):
        me.get(f"{NEW}?for={draft.pk}")


def test_a_card_in_a_campaign_opens_on_the_phone_and_can_be_edited(me: Client) -> None:
    card = uploaded("TITLE:Countess")
    draft = factories.campaign(picture=store.clean_copy(card))
    page = me.get(f"/campaigns/{draft.pk}/content").content.decode()
    phone = page[page.index('id="phone"') :]
    assert '<summary class="contact-card">' in phone
    assert "Countess" in phone
    assert "Create new contact" in phone
    assert f"/library/cards/{card.pk}/edit?for={draft.pk}" in page
    assert f"/library/cards/{card.pk}/edit" in me.get(f"/library/{card.pk}").content.decode()
    assert NEW in me.get("/library/").content.decode()
