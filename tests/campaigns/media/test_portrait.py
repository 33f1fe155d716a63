import media_samples as samples
import pytest
import turned_samples
from PIL import Image

from campaigns.media import crop, fence, problems, vcard_photo


def quartered(width: int, height: int, kind: str = "JPEG", **options: object) -> bytes:
    image = Image.new("RGB", (2, 2))
    for place, colour in enumerate(("red", "lime", "blue", "white")):
        image.paste(colour, (place % 2, place // 2, place % 2 + 1, place // 2 + 1))
    return samples.encoded(image.resize((width, height), Image.Resampling.NEAREST), kind, **options)


def look(photo: bytes | problems.Problem) -> tuple[tuple[int, int], list[str]]:
    """Its size, and what stands in its corners."""
    assert isinstance(photo, bytes)
    picture = samples.opened(photo).convert("RGB")
    names = {(True, False, False): "red", (False, True, False): "lime", (False, False, True): "blue",
             (True, True, True): "white"}  # fmt: skip
    last = picture.width - 9
    seen = [picture.getpixel(place) for place in ((8, 8), (last, 8), (8, last), (last, last))]
    return picture.size, [
        names[part[0] > 128, part[1] > 128, part[2] > 128] for part in seen if isinstance(part, tuple)
    ]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_without_a_choice_it_is_the_square_in_the_middle(kind: str) -> None:
    assert look(fence.portrait(quartered(900, 600, kind))) == ((240, 240), ["red", "lime", "blue", "white"])


def test_of_what_moves_the_first_picture_is_taken() -> None:
    assert look(fence.portrait(turned_samples.moving_webp(width=320, height=300)))[0] == (240, 240)


def test_the_chosen_part_is_taken_from_the_picture_as_people_see_it() -> None:
    # The camera lay on its side: turned upright, blue is at the top left.
    sideways = quartered(900, 600, exif=samples.exif(orientation=6))
    assert look(fence.portrait(sideways))[1] == ["blue", "red", "white", "lime"]
    part = crop.Place(0.1, 0.05, 0.3, 0.2)
    assert look(fence.portrait(sideways, place=part)) == ((180, 180), ["blue"] * 4)
    turned = crop.Place(0.02, 0.02, 0.2, 0.3, turn=180)
    assert look(fence.portrait(sideways, place=turned))[1] == ["lime"] * 4


def test_a_small_part_of_a_large_picture_is_sharp() -> None:
    large = samples.photo_jpeg(12)
    whole, part = fence.portrait(large), fence.portrait(large, place=crop.Place(0.4, 0.4, 0.06, 0.08))
    assert isinstance(whole, bytes)
    assert isinstance(part, bytes)
    assert samples.opened(part).size == samples.opened(whole).size == (240, 240)
    assert max(len(whole), len(part)) <= vcard_photo.FACE_BYTES


def test_the_square_of_a_panorama_has_all_its_pixels() -> None:
    assert look(fence.portrait(quartered(6_000, 300)))[0] == (240, 240)
    assert look(fence.portrait(quartered(300, 6_000)))[0] == (240, 240)


def test_nothing_is_made_larger() -> None:
    assert look(fence.portrait(quartered(64, 80)))[0] == (64, 64)


def test_noise_stays_small_and_what_shines_through_is_white() -> None:
    noise = fence.portrait(samples.encoded(Image.effect_noise((400, 400), 90).convert("RGB"), "PNG"))
    assert isinstance(noise, bytes)
    assert len(noise) <= vcard_photo.FACE_BYTES
    clear = fence.portrait(samples.encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), "PNG"))
    assert look(clear)[1] == ["white"] * 4


@pytest.mark.parametrize(
    "upload, code",
    [
        (b"", "empty"),
        (samples.gif(), "photo_unsupported_kind"),
        (samples.vcf(), "photo_unsupported_kind"),
        (samples.PDF, "photo_unsupported_kind"),
        (samples.TEXT, "photo_not_picture"),
        (samples.jpeg()[:-900], "truncated"),
        (samples.huge_png(), "side_too_long"),
    ],
    ids=["empty", "gif", "vcf", "pdf", "text", "truncated", "huge"],
)
def test_what_is_no_photo_is_refused(upload: bytes, code: str) -> None:
    found = fence.portrait(upload)
    assert isinstance(found, problems.Problem)
    assert found.code == code
