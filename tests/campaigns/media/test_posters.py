import base64

import media_samples as samples
import pytest
from PIL import Image, ImageChops

from campaigns.media import check, fence, looks, posters


def _poster(data: bytes) -> posters.Poster:
    made = check.review(data, name="a").poster
    assert made is not None
    return made


def _card(photo: bytes) -> bytes:
    return samples.vcf("PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(photo).decode())


@pytest.mark.parametrize(
    "data, kind, size",
    [
        (samples.jpeg(1_200, 900), "jpeg", (480, 360)),
        (samples.jpeg(90, 60), "jpeg", (90, 60)),
        (samples.jpeg(1_200, 900, exif=samples.exif(orientation=6)), "jpeg", (360, 480)),
        (samples.png(600, 300, "RGBA"), "jpeg", (480, 240)),
        (samples.png(600, 300, "1"), "jpeg", (480, 240)),
        (samples.transparent_png(600, 300), "png", (480, 240)),
        (samples.gif(3, 800, 600), "jpeg", (480, 360)),
        (samples.encoded(samples.photo(3_000, 2), "PNG"), "jpeg", (480, 1)),
        (_card(samples.jpeg(600, 600)), "jpeg", (480, 480)),
        (_card(samples.gif(2)), "jpeg", (80, 60)),
    ],
)
def test_a_small_still_of_every_kind(data: bytes, kind: str, size: tuple[int, int]) -> None:
    made = _poster(data)
    assert made.kind == kind
    assert samples.opened(made.data).size == size
    assert len(made.data) < 150_000


def test_a_card_without_a_photo_has_none() -> None:
    assert check.review(samples.vcf()).poster is None


def test_what_shines_through_stays_so() -> None:
    picture = samples.drawing(480, 240)
    picture.putalpha(Image.radial_gradient("L").resize((480, 240)))
    after = samples.opened(_poster(samples.encoded(picture, "PNG")).data).convert("RGBA")
    assert ImageChops.difference(picture, after).getbbox(alpha_only=False) is None


def test_an_animation_is_seen_as_its_first_frame() -> None:
    upload = samples.gif(4, 300, 200)
    made = samples.opened(_poster(upload).data)
    first = samples.opened(upload).convert("RGB")
    assert ImageChops.difference(made, first).convert("L").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) < 6


def test_a_first_frame_that_covers_a_part_stands_in_its_place() -> None:
    upload = samples.raw_gif(4, 4, [samples.gif_frame(2, 1)])
    made = samples.opened(_poster(upload).data).convert("RGBA")
    assert [(x, y) for x in range(4) for y in range(4) if made.getpixel((x, y))[3]] == [(2, 1)]
    assert made.getpixel((2, 1)) == (255, 0, 0, 255)


def test_a_large_picture_with_a_palette_is_seen_in_its_colours() -> None:
    upload = samples.encoded(samples.drawing(2_400, 2_000).quantize(8), "PNG", transparency=0)
    made = samples.opened(_poster(upload).data).convert("RGBA")
    red, _, blue, alpha = made.getpixel((300, 250))
    assert (alpha, red < 60, blue > 180) == (255, True, True)


def test_it_crosses_the_fence_whole() -> None:
    upload = samples.jpeg(700, 500)
    assert fence.review(upload).poster == _poster(upload)


def test_the_copy_and_its_upload_look_alike() -> None:
    upload = samples.encoded(samples.blurred_photo(900, 600), "JPEG", quality=95)
    small = samples.encoded(samples.opened(upload).resize((300, 200)), "JPEG", quality=50)
    one, other = _poster(upload).look, _poster(small).look
    assert one is not None
    assert other is not None
    assert looks.distance(one, other) <= looks.ALIKE
