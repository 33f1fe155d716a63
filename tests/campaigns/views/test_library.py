import factories
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from campaigns import roles
from campaigns.composing import drafts
from campaigns.models import Rendition

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client: Client) -> Client:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.MARKETER))
    return client


def upload(label: str = "beach.jpg") -> Rendition:
    return factories.rendition(asset=factories.asset(label=label))


def test_the_library_asks_for_the_right(client: Client) -> None:
    client.force_login(factories.user())

    assert client.get("/library/").status_code == 403


def test_an_empty_library_teaches(me: Client) -> None:
    assert "Nothing was uploaded yet" in me.get("/library/").content.decode()


def test_a_search_that_finds_nothing_leads_back(me: Client) -> None:
    upload()

    assert "Show everything" in me.get("/library/?q=mountain").content.decode()


def test_what_is_chosen_for_a_draft_goes_into_it(me: Client) -> None:
    picture, draft = upload(), factories.campaign()
    assert "Use this" in me.get(f"/library/?for={draft.pk}").content.decode()

    answer = me.post(f"/library/{picture.asset.pk}/use", {"for": draft.pk})

    assert answer.headers["Location"] == f"/campaigns/{draft.pk}/content"
    assert drafts.content(draft).rendition == picture


def test_only_a_draft_takes_a_file(me: Client) -> None:
    picture, sent = upload(), factories.campaign(state="finished")

    me.post(f"/library/{picture.asset.pk}/use", {"for": sent.pk})

    assert drafts.content(sent).rendition is None


def test_the_page_of_a_file_names_the_campaigns_that_use_it(me: Client) -> None:
    picture = upload()
    factories.campaign(name="Summer sale", picture=picture)

    assert "Summer sale" in me.get(f"/library/{picture.asset.pk}").content.decode()


def test_archive_and_back(me: Client) -> None:
    asset = upload().asset

    me.post(f"/library/{asset.pk}/archive", {"to": "archive"})
    asset.refresh_from_db()
    assert asset.is_archived

    me.post(f"/library/{asset.pk}/archive", {"to": "shelf"})
    asset.refresh_from_db()
    assert not asset.is_archived


def test_a_description_is_kept_on_one_line(me: Client) -> None:
    asset = upload().asset

    me.post(f"/library/{asset.pk}/describe", {"description": " two \n umbrellas "})

    asset.refresh_from_db()
    assert asset.description == "two umbrellas"


@pytest.mark.parametrize("act", ["archive", "describe", "use"])
def test_somebody_who_may_only_look_changes_nothing(client: Client, act: str) -> None:
    roles.ensure(using="default")
    client.force_login(factories.user(roles.VIEWER))

    assert client.post(f"/library/{upload().asset.pk}/{act}").status_code == 403


@pytest.mark.parametrize("files", [1, 24])
def test_the_library_costs_the_same_for_one_and_for_many(
    me: Client, files: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(files):
        upload()
    me.get("/library/")

    with django_assert_num_queries(8):
        me.get("/library/")
