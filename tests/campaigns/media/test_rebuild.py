import io
import struct

import media_samples as samples
import pytest
import turned_samples as turned
from PIL import Image, ImageChops, ImageStat

from campaigns.media import check, gif, headers

MAKERS = (
    samples.jpeg_with_foreign,
    samples.png_with_foreign,
    samples.gif_with_foreign,
    samples.vcf_with_foreign,
    turned.heic_with_foreign,
    turned.webp_with_foreign,
)
POLYGLOTS = {
    f"{maker.__name__.split('_')[0]}, {what} {where}": data
    for maker in MAKERS
    for what, foreign in samples.FOREIGN.items()
    for where, data in maker(foreign).items()
}


def _rebuilt(data: bytes, name: str = "") -> bytes:
    verdict = check.review(data, name=name)
    assert verdict.data is not None, verdict.problems
    return verdict.data


def _distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference a channel, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


@pytest.mark.parametrize("data", POLYGLOTS.values(), ids=POLYGLOTS)
def test_nothing_foreign_survives(data: bytes) -> None:
    verdict = check.review(data)
    assert verdict.data is not None, verdict.problems
    made = [verdict.data, verdict.card and verdict.card.photo, verdict.poster and verdict.poster.data]
    assert [mark for mark in samples.FOREIGN_MARKS for file in made if file and mark in file] == []


@pytest.mark.parametrize(
    "data", [samples.jpeg() + samples.ZIP, samples.png() + samples.ZIP, samples.gif() + samples.ZIP]
)
def test_bytes_after_the_end_are_counted_and_left_out(data: bytes) -> None:
    verdict = check.review(data)
    assert verdict.upload.trailing_bytes == len(samples.ZIP)
    assert "trailing_bytes_removed" in verdict.notes
    assert check.review(verdict.data or b"").upload.trailing_bytes == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_forgotten(orientation: int) -> None:
    verdict = check.review(samples.jpeg(exif=samples.exif(orientation=orientation)))
    clean = samples.opened(verdict.data or b"")
    corner = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    place = tuple(5 if side == 0 else length - 6 for side, length in zip(corner, clean.size, strict=True))
    red, green, _ = clean.getpixel(place)
    assert red > 180 > 100 > green
    assert (verdict.width, verdict.height) == clean.size == ((240, 320) if orientation >= 5 else (320, 240))
    assert not clean.getexif()


def test_place_and_camera_are_gone() -> None:
    upload = samples.jpeg(exif=samples.exif())
    assert b"ForeignCamera" in upload
    clean = _rebuilt(upload)
    assert b"ForeignCamera" not in clean
    assert not samples.opened(clean).getexif().get_ifd(0x8825)


def test_orientation_in_a_png_is_applied() -> None:
    clean = samples.opened(_rebuilt(samples.png(exif=samples.exif(orientation=6))))
    assert clean.size == (240, 320)


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_jpeg_keeps_its_looks_and_becomes_rgb_or_grey(mode: str) -> None:
    upload = samples.encoded(samples.drawing(mode=mode), "JPEG", quality=85)
    clean = samples.opened(_rebuilt(upload))
    assert clean.mode == ("L" if mode == "L" else "RGB")
    assert _distance(clean, samples.opened(upload)) < 1.5


@pytest.mark.parametrize("quality, subsampling", [(60, 2), (75, 2), (85, 0), (92, 1), (95, 0), (100, 0)])
def test_jpeg_neither_grows_nor_drops_in_quality(quality: int, subsampling: int) -> None:
    upload = samples.encoded(samples.photo(800, 600), "JPEG", quality=quality, subsampling=subsampling)
    clean = _rebuilt(upload)
    assert len(clean) <= len(upload)
    assert _distance(samples.opened(clean), samples.opened(upload)) < 1.5


def test_profile_is_converted_and_dropped() -> None:
    green = Image.new("RGB", (40, 40), (0, 200, 0))
    for kind in ("JPEG", "PNG"):
        verdict = check.review(samples.encoded(green, kind, icc_profile=samples.wide_profile()))
        clean = samples.opened(verdict.data or b"")
        assert "profile_converted" in verdict.notes
        assert "icc_profile" not in clean.info
        red, was_green, _ = clean.convert("RGB").getpixel((20, 20))
        assert red > 150 > was_green  # the profile says that green means red


def test_srgb_profile_costs_nothing_but_itself() -> None:
    srgb = samples.ImageCms.ImageCmsProfile(samples.ImageCms.createProfile("sRGB")).tobytes()
    upload = samples.png(icc_profile=srgb)
    clean = samples.opened(_rebuilt(upload))
    assert "icc_profile" not in clean.info
    assert _distance(clean, samples.opened(upload)) == 0


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    clean = samples.opened(_rebuilt(samples.sixteen_bit_png()))
    row = [clean.convert("L").getpixel((x, 0)) for x in range(64)]
    assert row[0] == 0
    assert abs(row[32] - 129) <= 2
    assert row[63] == 255


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA"])
def test_png_keeps_every_pixel_and_does_not_grow(mode: str) -> None:
    upload = samples.png(mode=mode, optimize=True)
    clean = _rebuilt(upload)
    assert len(clean) <= len(upload)
    same = ImageChops.difference(samples.opened(clean).convert("RGBA"), samples.opened(upload).convert("RGBA"))
    assert same.getextrema() == ((0, 0),) * 4


def test_png_keeps_the_transparency_of_a_palette() -> None:
    upload = samples.encoded(samples.drawing().quantize(8), "PNG", transparency=0)
    verdict = check.review(upload)
    before, after = (samples.opened(data).convert("RGBA") for data in (upload, verdict.data or b""))
    assert verdict.has_alpha
    assert before.getchannel("A").tobytes() == after.getchannel("A").tobytes()


def test_png_keeps_the_one_colour_that_is_see_through() -> None:
    upload = samples.encoded(samples.drawing(), "PNG", transparency=(0xD6, 0x30, 0x31))
    clean = samples.opened(_rebuilt(upload)).convert("RGBA")
    assert clean.getpixel((2, 2))[3] == 0
    assert clean.getpixel((300, 2))[3] == 255


def test_an_animated_png_says_that_it_stands_still() -> None:
    frames = [samples.drawing(40 + step, 40).resize((40, 40)) for step in range(3)]
    verdict = check.review(samples.encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert [(problem.code, problem.found) for problem in verdict.problems] == [("animation_dropped", 3)]
    assert verdict.ok


def test_a_png_that_grew_says_so() -> None:
    upload = samples.four_bit_noise_png()
    verdict = check.review(upload)
    assert verdict.ok
    (problem,) = verdict.problems
    assert (problem.code, problem.limit, problem.severity) == ("grew", len(upload), "advice")
    assert problem.found == len(verdict.data or b"") > len(upload)


def test_flat_png_written_without_filters_does_not_grow() -> None:
    image = samples.drawing(200, 150).quantize(200).convert("RGB")
    stride = b"".join(b"\0" + image.tobytes()[row * 600 : row * 600 + 600] for row in range(150))
    upload = samples.raw_png(200, 150, stride)
    assert len(_rebuilt(upload)) <= len(upload)


def test_progressive_stays_progressive() -> None:
    assert headers.read(_rebuilt(samples.jpeg(progressive=True)), kind="jpeg").progressive
    assert not headers.read(_rebuilt(samples.jpeg()), kind="jpeg").progressive


def test_rebuilding_twice_gives_the_same_bytes() -> None:
    assert _rebuilt(samples.jpeg()) == _rebuilt(samples.jpeg())


def test_probe_tells_what_a_photo_is() -> None:
    facts = check.facts(samples.jpeg(exif=samples.exif()) + b"tail")
    assert (facts.kind, facts.mime, facts.width, facts.height, facts.orientation) == ("jpeg", "image/jpeg", 240, 320, 6)
    assert (facts.frames, facts.mode, facts.has_alpha, facts.metadata, facts.trailing_bytes) == (
        1, "RGB", False, ("exif", "gps"), 4
    )  # fmt: skip


def test_solid_alpha_is_no_transparency() -> None:
    assert not check.facts(samples.png(mode="RGBA")).has_alpha
    assert check.facts(samples.transparent_png()).has_alpha


def test_multi_picture_jpeg_of_a_phone_is_a_jpeg() -> None:
    out = io.BytesIO()
    samples.drawing().save(out, "MPO", save_all=True, append_images=[samples.drawing(80, 60)])
    verdict = check.review(out.getvalue())
    assert (verdict.kind, verdict.ok, verdict.width) == ("jpeg", True, 320)
    assert verdict.data is not None
    assert verdict.data.count(b"\xff\xd8\xff") == 1


def test_probe_tells_what_an_animation_is() -> None:
    facts = check.facts(samples.gif(5, loop=3))
    assert (facts.kind, facts.frames, facts.duration_ms, facts.loop) == ("gif", 5, 700, 3)
    assert gif.parse(samples.raw_gif(1, 1, [samples.gif_frame()])).loop is None


def test_lying_png_header_is_corrupt() -> None:
    data = bytearray(samples.png())
    struct.pack_into(">I", data, 29, 0)
    assert [problem.code for problem in check.review(bytes(data)).problems] == ["corrupt"]
