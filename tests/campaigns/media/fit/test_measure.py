import io

import media_samples as samples
import pytest
from PIL import Image, ImageFilter

from campaigns.media.fit import measure


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 90), (7, 9), (200, 150)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_the_very_same_pixels_are_alike(mode: str, size: tuple[int, int]) -> None:
    image = samples.drawing(*size).convert(mode) if min(size) > 20 else Image.new(mode, size, 1)
    assert measure.similarity(image, image.copy()) == 1.0


def test_worse_copies_are_less_alike() -> None:
    photo = samples.photo(400, 300).filter(ImageFilter.GaussianBlur(2))
    copies = [Image.open(io.BytesIO(samples.encoded(photo, "JPEG", quality=quality))) for quality in (95, 60, 20, 3)]
    likes = [measure.similarity(photo, copy) for copy in copies]
    assert likes == sorted(likes, reverse=True)
    assert len(set(likes)) == 4
    assert likes[0] > 0.9
    assert all(0 <= like <= 1 for like in likes)


def test_fewer_pixels_are_a_loss() -> None:
    drawing = samples.drawing(400, 300)
    half, quarter = (drawing.resize((400 // by, 300 // by), Image.Resampling.LANCZOS) for by in (2, 4))
    assert 1 > measure.similarity(drawing, half) > measure.similarity(drawing, quarter)


def test_loss_of_colour_alone_is_seen() -> None:
    photo = samples.photo(200, 150).filter(ImageFilter.GaussianBlur(2))
    light, *colours = photo.convert("YCbCr").split()
    faded = Image.merge("YCbCr", (light, *(c.resize((10, 8)).resize(photo.size) for c in colours))).convert("RGB")
    assert measure.similarity(photo, faded) < 0.95


@pytest.mark.parametrize("light", [255, 0])
def test_what_shines_through_is_seen_on_white_and_on_black(light: int) -> None:
    """White letters vanish on white: that they are gone is seen on black only, and the other way round."""
    letters = Image.new("RGBA", (120, 80), (light, light, light, 0))
    letters.paste((light, light, light, 255), (20, 20, 60, 60))
    nothing = Image.new("RGBA", (120, 80), (light, light, light, 0))
    assert measure.similarity(letters, nothing) < 0.5


@pytest.mark.parametrize(
    "size, seen",
    [
        ((1_290, 2_796), (1_290, 2_796)),
        ((4_032, 3_024), (1_600, 1_200)),
        ((8_000, 600), (1_600, 120)),
        ((900, 2), (900, 2)),
        ((1, 8_000), (1, 8_000)),
    ],
)
def test_a_screen_is_seen_pixel_by_pixel_and_a_large_photo_smaller(
    size: tuple[int, int], seen: tuple[int, int]
) -> None:
    assert measure.seen_size(size) == seen


@pytest.mark.parametrize("ground, light", [("white", 255), ("black", 0)])
def test_ground_is_behind_what_shines_through(ground: str, light: int) -> None:
    half = Image.new("RGBA", (1, 1), (100, 100, 100, 128))
    (value, _, _) = measure.on_ground(half, measure.GROUNDS[ground]).getpixel((0, 0))
    assert abs(value - (100 + light) / 2) < 2
