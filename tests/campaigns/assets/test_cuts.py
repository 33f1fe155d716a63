"""A part of a picture is a new file; the old one stays as it is."""

import io

import factories
import media_samples as samples
import pytest
from django.utils import timezone
from PIL import Image

from campaigns.assets import cuts, shelf, store
from campaigns.media import crop
from campaigns.models import Asset

pytestmark = pytest.mark.django_db


def _upload(name: str, content: bytes) -> Asset:
    return store.take_in(name=name, chunks=[content], by=factories.user(), now=timezone.now())


def _cut(asset: Asset, place: crop.Place) -> Asset:
    return cuts.cut(asset=asset, place=place, by=factories.user(), now=timezone.now())


def _image(asset: Asset) -> Image.Image:
    return Image.open(io.BytesIO(store.read(store.clean_copy(asset))))


def test_the_part_is_cut_out_of_what_was_uploaded_and_turned() -> None:
    source = _upload("beach.jpg", samples.encoded(samples.photo(800, 600), "JPEG", quality=90))
    made = _cut(source, crop.Place(0.0, 0.0, 0.5, 1.0, turn=90))
    assert _image(made).size == (300, 800)
    assert made.made_from == source


def test_what_was_there_never_changes() -> None:
    source = _upload("beach.jpg", samples.encoded(samples.photo(800, 600), "JPEG", quality=90))
    before = store.read(store.clean_copy(source))
    _cut(source, crop.Place(0.1, 0.1, 0.5, 0.5))
    assert store.read(store.clean_copy(source)) == before


def test_words_and_tags_go_along() -> None:
    source = _upload("beach.jpg", samples.encoded(samples.photo(400, 300), "JPEG", quality=90))
    shelf.describe(asset=source, description="A beach")
    shelf.tag(asset=source, names=["sea"])
    made = _cut(source, crop.Place(0.0, 0.0, 0.5, 0.5))
    assert (made.description, [tag.name for tag in made.tags.all()]) == ("A beach", ["sea"])


def test_the_same_part_again_is_the_same_file() -> None:
    source = _upload("beach.jpg", samples.encoded(samples.photo(400, 300), "JPEG", quality=90))
    place = crop.Place(0.0, 0.0, 0.5, 0.5)
    assert _cut(source, place).pk == _cut(source, place).pk


def test_what_shines_through_still_does() -> None:
    logo = Image.new("RGBA", (200, 200), (200, 30, 30, 0))
    logo.paste((200, 30, 30, 255), (50, 50, 150, 150))
    made = _cut(_upload("logo.png", samples.encoded(logo, "PNG")), crop.Place(0.0, 0.0, 0.5, 1.0))
    assert made.kind == "png"
    assert _image(made).convert("RGBA").getpixel((0, 0))[3] == 0


def test_an_animation_is_refused_with_its_kind() -> None:
    with pytest.raises(cuts.CutRefused) as refused:
        _cut(_upload("a.gif", samples.gif()), crop.WHOLE)
    assert (refused.value.problem.code, refused.value.problem.found) == ("cut_unsupported_kind", "gif")
