from typing import Any

import factories
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.assets import shelf
from campaigns.models import Rendition, Run, Tag

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


def test_the_shelf_costs_three_queries_however_long(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(3):
        factories.rendition()

    with django_assert_num_queries(3):
        assert [asset.renditions.all()[0] for asset in shelf.search()]


@pytest.mark.parametrize(
    "bytes_, weight",
    [(300_000, "safe"), (300_001, "normal"), (600_000, "normal"), (1_000_000, "large"), (1_000_001, "over")],
)
def test_files_are_found_by_what_their_lightest_copy_weighs(bytes_: int, weight: str) -> None:
    copy = factories.rendition(bytes=bytes_)
    factories.rendition(asset=copy.asset, bytes=bytes_ + 5_000_000, budget_bytes=9_000_000)
    assert [one for one in shelf.WEIGHTS if shelf.search(weight=one).exists()] == [weight]


def test_tags_are_small_letters_each_once() -> None:
    assert shelf.clean_tags(" Summer ,BEACH  house,, summer") == ["summer", "beach house"]
    assert len(shelf.clean_tags(",".join(map(str, range(50))))) == shelf.TAGS_AT_MOST


def test_a_file_is_found_by_its_tag_and_by_a_part_of_it() -> None:
    asset = factories.rendition().asset
    factories.rendition()
    shelf.tag(asset=asset, names=["summer"])
    assert list(shelf.search(tag="summer")) == [asset]
    assert list(shelf.search(words="summ")) == [asset]


def test_a_tag_that_nothing_has_is_gone() -> None:
    asset = factories.rendition().asset
    shelf.tag(asset=asset, names=["summer"])
    shelf.tag(asset=asset, names=["winter"])
    assert [tag.name for tag in shelf.known_tags()] == ["winter"]
    assert not Tag.objects.filter(name="summer").exists()


def _sent(picture: Rendition, **columns: Any) -> Run:
    campaign = factories.campaign(picture=picture, **columns)
    return factories.run(campaign, started_at=timezone.now())


def test_a_picture_that_looks_like_one_that_went_to_the_group_says_when() -> None:
    old = factories.rendition(asset=factories.asset(look=0b1111_0000))
    run = _sent(old, name="Summer sale")
    alike = factories.asset(look=0b1111_0011)
    found = shelf.sent_before(asset=alike, group=run.campaign.group)
    assert found is not None
    assert (found.campaign.name, found.at, found.is_same) == ("Summer sale", run.started_at, False)


def test_the_very_same_picture_is_told_apart_from_one_alike() -> None:
    picture = factories.rendition()
    run = _sent(picture)
    found = shelf.sent_before(asset=picture.asset, group=run.campaign.group)
    assert found is not None
    assert found.is_same


def test_another_picture_or_another_group_says_nothing() -> None:
    run = _sent(factories.rendition(asset=factories.asset(look=0)))
    other = factories.asset(look=0x0F0F_0F0F_0F0F)
    assert shelf.sent_before(asset=other, group=run.campaign.group) is None
    same = factories.asset(look=0)
    assert shelf.sent_before(asset=same, group=factories.group()) is None


def test_what_was_never_started_was_never_sent() -> None:
    picture = factories.rendition()
    campaign = factories.campaign(picture=picture)
    assert shelf.sent_before(asset=picture.asset, group=campaign.group) is None
