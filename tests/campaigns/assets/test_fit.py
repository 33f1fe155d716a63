import factories
import media_samples
import pytest
from django.utils import timezone

from campaigns.assets import fit, store
from campaigns.models import Asset, Rendition

pytestmark = pytest.mark.django_db


def take(content: bytes, name: str = "beach.jpg") -> Asset:
    return store.take_in(name=name, chunks=[content], by=factories.user(), now=timezone.now())


def test_a_phone_photo_is_made_to_fit() -> None:
    asset = take(media_samples.photo_jpeg(3))

    copy = fit.make_it_fit(asset=asset, budget_bytes=300_000, now=timezone.now())

    assert (copy.purpose, copy.budget_bytes) == (Rendition.Purpose.FITTED, 300_000)
    assert len(store.read(copy)) == copy.bytes <= 300_000
    assert max(copy.width or 0, copy.height or 0) <= 1_600


def test_the_clean_copy_stays_for_undo() -> None:
    asset = take(media_samples.photo_jpeg(1))
    before = store.clean_copy(asset)

    fit.make_it_fit(asset=asset, budget_bytes=100_000, now=timezone.now())

    assert store.clean_copy(asset) == before


def test_the_same_budget_gives_the_same_copy() -> None:
    asset = take(media_samples.photo_jpeg(1))

    first = fit.make_it_fit(asset=asset, budget_bytes=100_000, now=timezone.now())

    assert fit.make_it_fit(asset=asset, budget_bytes=100_000, now=timezone.now()) == first


def test_what_cannot_be_made_to_fit_says_why() -> None:
    asset = take(media_samples.gif(), "a.gif")

    with pytest.raises(fit.CannotFit) as refused:
        fit.make_it_fit(asset=asset, budget_bytes=100, now=timezone.now())

    assert refused.value.code == "fit_unsupported_kind"
    assert not fit.can_fit(asset)
