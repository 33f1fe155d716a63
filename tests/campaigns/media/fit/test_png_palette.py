import media_samples as samples
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from campaigns.media.fit import measure, png_palette


def _reduced(image: Image.Image, count: int, diffusion: float = 0.0) -> Image.Image:
    return png_palette.Colours(image).reduced(count, diffusion=diffusion)


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 24),
    height=st.integers(1, 24),
    count=st.integers(1, 256),
    diffusion=st.sampled_from([0.0, 0.6]),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA"]),
)
def test_any_picture_gets_no_more_colours_than_wanted(
    width: int, height: int, count: int, diffusion: float, mode: str
) -> None:
    image = samples.photo(width, height).convert("RGBA")
    image.putalpha(Image.effect_noise((width, height), 90))
    reduced = _reduced(image.convert(mode), count, diffusion)
    assert (reduced.mode, reduced.size) == ("P", (width, height))
    assert len(reduced.getcolors()) <= count


@pytest.mark.parametrize("diffusion", [0.0, 0.6])
def test_few_colours_stay_exactly_as_they_are(diffusion: float) -> None:
    drawing = samples.drawing(60, 40).convert("RGBA")
    drawing.paste((10, 200, 30, 128), (5, 5, 20, 20))
    assert np.array_equal(np.asarray(_reduced(drawing, 256, diffusion).convert("RGBA")), np.asarray(drawing))


def test_what_cannot_be_seen_is_one_colour() -> None:
    image = samples.photo(30, 30).convert("RGBA")
    image.putalpha(0)
    reduced = _reduced(image, 256)
    assert reduced.convert("RGBA").getcolors() == [(900, (0, 0, 0, 0))]


def test_solid_pixels_stay_solid_and_clear_ones_clear() -> None:
    image = samples.opened(samples.transparent_png(120, 90)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 40, 40))
    image.paste((250, 250, 250, 255), (60, 60, 110, 80))
    after = np.asarray(_reduced(image, 64, 0.6).convert("RGBA"))
    assert after[:40, :40, 3].max() == 0
    assert after[60:80, 60:110, 3].min() >= 250


def test_passing_errors_on_makes_a_gradient_smoother() -> None:
    ramp = Image.linear_gradient("L").resize((120, 120)).convert("RGB")
    hard, soft = (measure.similarity(ramp, _reduced(ramp, 8, diffusion)) for diffusion in (0.0, 0.6))
    blurred = [
        np.abs(np.asarray(image.convert("L").reduce(8), dtype=float) - np.asarray(ramp.convert("L").reduce(8))).mean()
        for image in (_reduced(ramp, 8), _reduced(ramp, 8, 1.0))
    ]
    assert blurred[1] < blurred[0] / 2
    assert hard != soft


def test_a_palette_of_our_own_is_nearer_than_pillows() -> None:
    photo = samples.photo(200, 150)
    ours = measure.similarity(photo, _reduced(photo, 64))
    assert ours > measure.similarity(photo, photo.quantize(64, method=Image.Quantize.FASTOCTREE))


def test_the_same_picture_gives_the_same_palette() -> None:
    photo = samples.photo(90, 60)
    assert _reduced(photo, 32, 0.6).tobytes() == _reduced(photo, 32, 0.6).tobytes()
