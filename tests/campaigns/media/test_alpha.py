import media_samples as samples
import pytest
from PIL import Image

from campaigns.media import alpha, check, fit

WHOLE = samples.gif_frame(width=2, data=samples.gif_pixels(Image.new("L", (2, 1), 1)))
HALF = samples.gif_frame(data=samples.PIXELS[1])
HOLE = samples.gif_control(transparent=0) + samples.gif_frame(data=samples.PIXELS[0])
WIPED = samples.gif_control(disposal=2) + WHOLE
PUT_BACK = samples.gif_control(disposal=3) + WHOLE


def gif(*frames: bytes) -> bytes:
    return samples.raw_gif(2, 1, list(frames))


@pytest.mark.parametrize(
    "data, kind, shines",
    [
        (samples.jpeg(), "jpeg", False),
        (samples.vcf(), "vcf", False),
        (samples.png(), "png", False),
        (samples.png(mode="RGBA"), "png", False),
        (samples.transparent_png(), "png", True),
        (samples.encoded(samples.drawing().quantize(8), "PNG", transparency=0), "png", True),
        (samples.gif(), "gif", False),
        (gif(WHOLE, HALF), "gif", False),
        (gif(WHOLE, HOLE), "gif", False),
        (gif(HALF, WHOLE), "gif", True),
        (gif(HOLE, WHOLE), "gif", True),
        (gif(WIPED, WHOLE), "gif", False),
        (gif(WIPED, HALF), "gif", True),
        (gif(WHOLE, PUT_BACK, HOLE), "gif", False),
        (gif(PUT_BACK, HALF), "gif", True),
    ],
    ids=[
        *("jpeg", "vcf", "png", "solid-alpha", "alpha", "palette", "gif", "part-over-whole", "hole-over-whole"),
        *("part-first", "hole-first", "wiped-and-filled", "wiped-and-part", "put-back", "first-put-back"),
    ],
)
def test_what_shines_through_is_what_is_seen(data: bytes, kind: str, shines: bool) -> None:
    assert alpha.shines_through(data, kind=kind) is shines


@pytest.mark.parametrize("data", [gif(WHOLE, HOLE), gif(HALF), samples.transparent_png()])
def test_a_review_says_of_its_copy_what_the_copy_shows(data: bytes) -> None:
    verdict = check.review(data)
    assert verdict.data is not None
    assert verdict.has_alpha is alpha.shines_through(verdict.data, kind=verdict.kind)


@pytest.mark.parametrize("ground, shines", [("", True), ("white", False)])
def test_a_fit_says_whether_its_copy_is_solid(ground: fit.result.Ground, shines: bool) -> None:
    assert fit.fit(samples.transparent_png(), budget_bytes=60_000, ground=ground).has_alpha is shines
