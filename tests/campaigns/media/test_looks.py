import itertools

import media_samples as samples
import pytest
from PIL import Image, ImageDraw

from campaigns.demo import pictures
from campaigns.media import looks

PICTURES = {
    "poster": samples.opened(pictures.poster()),
    "evening": samples.opened(pictures.waves()).convert("RGB"),
    "logo": samples.opened(pictures.logo()),
    "drawing": samples.drawing(),
    "photo": samples.blurred_photo(800, 600),
}


def _seen(image: Image.Image) -> int:
    look = looks.look(image)
    assert look is not None
    return look


@pytest.mark.parametrize("name", PICTURES)
def test_size_and_quality_hardly_change_the_looks(name: str) -> None:
    picture = PICTURES[name]
    ground = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    for share, quality in ((0.25, 60), (0.5, 40), (1.5, 75)):
        again = flat.resize((int(flat.width * share), int(flat.height * share)), Image.Resampling.BICUBIC)
        coded = samples.opened(samples.encoded(again, "JPEG", quality=quality))
        assert looks.distance(_seen(picture), _seen(coded)) <= looks.ALIKE


def test_a_few_words_on_it_hardly_change_the_looks() -> None:
    sale = PICTURES["poster"].copy()
    ImageDraw.Draw(sale).text((600, 900), "20 % off", fill="red")
    assert looks.distance(_seen(PICTURES["poster"]), _seen(sale)) <= looks.ALIKE


def test_different_pictures_are_far_apart() -> None:
    seen = [_seen(picture) for picture in PICTURES.values()]
    assert min(looks.distance(*pair) for pair in itertools.combinations(seen, 2)) > 2 * looks.ALIKE


def test_a_look_is_a_signed_number_of_64_bits() -> None:
    seen = [_seen(picture) for picture in PICTURES.values()]
    assert all(-(2**63) <= look < 2**63 for look in seen)
    assert {look < 0 for look in seen} == {True, False}


@pytest.mark.parametrize("one, other, bits", [(0, 0, 0), (-1, 0, 64), (1, -1, 63), (-(2**63), 2**63 - 1, 64)])
def test_distance_counts_bits_whatever_the_sign(one: int, other: int, bits: int) -> None:
    assert looks.distance(one, other) == bits


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_any_mode_has_the_same_looks(mode: str) -> None:
    picture = samples.drawing()
    assert looks.distance(_seen(picture.convert(mode)), _seen(picture)) <= looks.ALIKE


def test_a_plain_picture_looks_like_no_other() -> None:
    assert looks.look(Image.new("RGB", (300, 200), "red")) is None
    assert looks.look(Image.linear_gradient("L")) is None
