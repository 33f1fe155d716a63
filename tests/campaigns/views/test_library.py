import io

import factories
import media_samples as samples
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from campaigns import roles
from campaigns.assets import store
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

    with django_assert_num_queries(11):
        me.get("/library/")


def test_what_is_to_be_seen_and_tags_are_kept_together(me: Client) -> None:
    asset = upload().asset

    me.post(f"/library/{asset.pk}/describe", {"description": "two umbrellas", "tags": "Sea, sea, Beach"})

    page = me.get(f"/library/{asset.pk}").content.decode()
    assert 'value="beach, sea"' in page
    assert "two umbrellas" in page


def test_a_description_that_is_too_long_is_refused_and_not_lost(me: Client) -> None:
    asset = upload().asset

    answer = me.post(f"/library/{asset.pk}/describe", {"description": "x" * 301})

    assert answer.status_code == 422
    assert "x" * 301 in answer.content.decode()


def test_a_filter_stays_while_one_searches_and_goes_when_pressed_again(me: Client) -> None:
    upload()

    page = me.get("/library/?kind=jpeg&weight=safe").content.decode()

    assert '<input type="hidden" name="weight" value="safe">' in page
    assert 'href="?kind=jpeg" aria-current="true"' in page


def test_a_still_stands_for_each_file(me: Client) -> None:
    asset = store.take_in(name="a.png", chunks=[samples.png()], by=factories.user(), now=timezone.now())

    answer = me.get(f"/library/{asset.pk}/poster")

    assert answer["Content-Type"] in {"image/png", "image/jpeg"}
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert Image.open(io.BytesIO(answer.getvalue())).size


def test_what_was_uploaded_before_there_were_stills_shows_its_copy(me: Client) -> None:
    picture = upload()

    assert me.get(f"/library/{picture.asset.pk}/poster")["Location"] == f"/assets/{picture.token}"


def test_cut_without_a_script_by_shape_and_turn(me: Client) -> None:
    photo = samples.encoded(samples.photo(800, 600), "JPEG", quality=90)
    asset = store.take_in(name="a.jpg", chunks=[photo], by=factories.user(), now=timezone.now())
    draft = factories.campaign()

    answer = me.post(f"/library/{asset.pk}/cut", {"shape": "square", "rotate": "90", "for": draft.pk})

    assert answer["Location"] == f"/campaigns/{draft.pk}/content"
    used = drafts.content(draft).rendition
    assert used is not None
    assert (used.width, used.height, used.asset.made_from) == (600, 600, asset)


@pytest.mark.parametrize("sent", [{"x": "2"}, {"width": "nan"}, {"rotate": "45"}, {"shape": "star"}])
def test_a_part_that_is_none_is_refused_in_words(me: Client, sent: dict[str, str]) -> None:
    answer = me.post(f"/library/{upload().asset.pk}/cut", sent)

    assert answer.status_code == 422
    assert "Choose the part again" in answer.content.decode()


def test_a_file_that_cannot_be_cut_has_no_page_for_it(me: Client) -> None:
    card = factories.rendition(asset=factories.asset(kind="vcf"), kind="vcf").asset

    assert me.get(f"/library/{card.pk}/cut").status_code == 404
