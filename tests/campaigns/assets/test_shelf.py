import factories
import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.assets import shelf

pytestmark = pytest.mark.django_db


def test_search_looks_at_name_and_description_and_wants_every_word() -> None:
    beach = factories.asset(label="beach.jpg", description="two red umbrellas")
    factories.asset(label="beach.png", description="empty")

    assert list(shelf.search(words="beach red")) == [beach]


def test_archived_files_are_on_a_shelf_of_their_own() -> None:
    kept, away = factories.asset(), factories.asset()
    shelf.put_away(asset=away, is_archived=True)

    assert (list(shelf.search()), list(shelf.search(archived=True))) == ([kept], [away])


def test_uses_count_campaigns_not_revisions() -> None:
    picture = factories.rendition()
    draft = factories.campaign(picture=picture)
    draft.revisions.create(number=2, frozen_at=draft.created_at, rendition=picture)
    factories.campaign(picture=picture)

    assert shelf.search().get().uses == 2
    assert shelf.used_in(picture.asset).count() == 2


def test_kind_narrows() -> None:
    factories.asset(kind="jpeg")
    card = factories.asset(kind="vcf")

    assert list(shelf.search(kind="vcf")) == [card]


def test_the_shelf_costs_two_queries_however_long(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(3):
        factories.rendition()

    with django_assert_num_queries(2):
        assert [asset.renditions.all()[0] for asset in shelf.search()]
