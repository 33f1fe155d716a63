"""HEIC and WebP: taken in, and turned into what can be sent."""

import media_samples as samples
import pytest
import turned_samples as turned
from PIL import Image, ImageChops, ImageStat

from campaigns.media import check, fence, fit, gif, heif, limits, reviews, webp
from campaigns.media.fit import result


def _distance(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def _copy(data: bytes) -> tuple[reviews.Review, Image.Image]:
    verdict = check.review(data)
    assert verdict.data is not None, verdict.problems
    return verdict, samples.opened(verdict.data)


@pytest.mark.parametrize(
    "data, was",
    [
        (turned.heic(samples.blurred_photo(320, 240)), "heic"),
        (samples.encoded(samples.blurred_photo(320, 240), "WEBP"), "webp"),
        (samples.encoded(samples.blurred_photo(320, 240).convert("RGBA"), "WEBP", lossless=True), "webp"),
        (turned.heic(samples.blurred_photo(320, 240).convert("RGBA")), "heic"),
    ],
    ids=["heic", "webp", "webp with solid alpha", "heic with solid alpha"],
)
def test_an_opaque_picture_becomes_a_jpeg(data: bytes, was: str) -> None:
    verdict, copy = _copy(data)
    assert (verdict.kind, verdict.mime, copy.format, verdict.upload.kind) == ("jpeg", "image/jpeg", "JPEG", was)
    assert verdict.notes[0] == "became_jpeg"
    assert not verdict.has_alpha
    assert _distance(copy, samples.opened(data)) < 3


@pytest.mark.parametrize(
    "data", [turned.heic(turned.see_through()), samples.encoded(turned.see_through(), "WEBP")], ids=["heic", "webp"]
)
def test_a_see_through_picture_becomes_a_png(data: bytes) -> None:
    verdict, copy = _copy(data)
    assert (verdict.kind, copy.format, verdict.notes[0], verdict.has_alpha) == ("png", "PNG", "became_png", True)
    before, after = (picture.convert("RGBA").getchannel("A") for picture in (samples.opened(data), copy))
    assert max(ImageStat.Stat(ImageChops.difference(before, after)).mean) < 1


def test_a_drawing_of_few_colours_stays_exact() -> None:
    upload = samples.encoded(samples.drawing().quantize(16).convert("RGB"), "WEBP", lossless=True)
    verdict, copy = _copy(upload)
    assert verdict.kind == "png"
    assert _distance(copy, samples.opened(upload)) == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_turned_once(orientation: int) -> None:
    verdict, copy = _copy(turned.heic(exif=samples.exif(orientation=orientation)))
    corner = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    place = tuple(5 if side == 0 else length - 6 for side, length in zip(corner, copy.size, strict=True))
    red, green, _ = copy.convert("RGB").getpixel(place)
    assert red > 180 > 100 > green
    assert copy.size == (verdict.upload.width, verdict.upload.height) == ((240, 320) if orientation > 4 else (320, 240))
    assert verdict.upload.orientation == orientation
    assert ("orientation_applied" in verdict.notes) == (orientation != 1)


def test_the_orientation_of_a_webp_is_applied() -> None:
    verdict, copy = _copy(samples.encoded(samples.drawing(), "WEBP", exif=samples.exif(orientation=6)))
    assert (copy.size, verdict.upload.orientation) == ((240, 320), 6)


def test_what_was_beside_the_picture_is_named_and_gone() -> None:
    for data in (turned.heic(exif=samples.exif(), xmp=b"<x:xmpmeta/>", icc_profile=samples.wide_profile()),
                 samples.encoded(samples.drawing(), "WEBP", exif=samples.exif(), xmp=b"<x:xmpmeta/>",
                                 icc_profile=samples.wide_profile())):  # fmt: skip
        verdict, copy = _copy(data)
        assert verdict.upload.metadata == ("exif", "gps", "icc", "xmp")
        assert {"metadata_removed", "profile_converted"} <= set(verdict.notes)
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(copy.info)


def test_more_than_eight_bits_become_eight() -> None:
    level = Image.new("I;16", (64, 64), 40_000)
    verdict, copy = _copy(turned.heic(level))
    assert (verdict.upload.bit_depth, "depth_reduced" in verdict.notes) == (10, True)
    assert abs(copy.convert("L").getpixel((9, 9)) - 40_000 / 257) < 3


def test_the_primary_picture_is_taken() -> None:
    first, second = samples.drawing(90, 60), samples.drawing(320, 240)
    verdict, copy = _copy(turned.heic(first, save_all=True, append_images=[second], primary_index=1))
    assert copy.size == (320, 240)
    assert "pictures" in verdict.upload.metadata


def test_an_animation_becomes_a_gif_of_the_same_frames_and_times() -> None:
    upload = turned.moving_webp(6, duration=[120, 40, 80, 200, 30, 50], loop=3)
    verdict, _ = _copy(upload)
    animation = gif.parse(verdict.data or b"")
    assert (verdict.kind, verdict.notes[0], verdict.frames) == ("gif", "became_gif", 6)
    assert [frame.duration_cs for frame in animation.frames] == [12, 4, 8, 20, 3, 5]
    assert (animation.loop, verdict.loop, verdict.upload.loop) == (2, 2, 2)
    assert (verdict.upload.frames, verdict.upload.duration_ms) == (6, 520)
    for index in range(6):
        assert _distance(_frame(upload, index), _frame(verdict.data or b"", index)) < 3


def test_a_see_through_animation_leaves_no_trail() -> None:
    upload = turned.moving_webp(5, alpha=True)
    verdict, _ = _copy(upload)
    assert verdict.has_alpha
    for index in range(5):
        before, after = (_frame(data, index).getchannel("A") for data in (upload, verdict.data or b""))
        assert ImageChops.difference(before.point([255 * (a >= 128) for a in range(256)]), after).getbbox() is None


def test_only_what_changes_is_drawn_again() -> None:
    verdict, _ = _copy(turned.moving_webp(6, 200, 150))
    later = gif.parse(verdict.data or b"").frames[1:]
    assert all(frame.height <= 16 and frame.width < 100 for frame in later)


def test_frames_too_short_for_a_gif_are_left_out_and_the_whole_takes_as_long() -> None:
    verdict, _ = _copy(turned.moving_webp(9, duration=16))
    frames = gif.parse(verdict.data or b"").frames
    assert 4 <= len(frames) < 9
    assert min(frame.duration_cs for frame in frames) >= 2
    assert verdict.duration_ms == pytest.approx(144, abs=6)


def test_frames_without_a_time_stay() -> None:
    verdict, _ = _copy(turned.moving_webp(3, duration=0))
    assert [frame.duration_cs for frame in gif.parse(verdict.data or b"").frames] == [0, 0, 0]


@pytest.mark.parametrize("plays, loop", [(0, 0), (1, None), (2, 1), (9, 8)])
def test_how_often_it_plays_is_kept(plays: int, loop: int | None) -> None:
    assert gif.parse(_copy(turned.moving_webp(2, loop=plays))[0].data or b"").loop == loop


def test_limits_hold_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("decoded"))
    assert _codes(turned.webp_chunks((b"VP8X", bytes(4) + b"\xff\x3f\0\xff\x3f\0"))) == ["too_many_pixels"]
    assert _codes(turned.webp_chunks((b"VP8X", b"\x02\0\0\0" + b"\x63\0\0" * 2), *[(b"ANMF", bytes(16))] * 301)) == [
        "too_many_frames"
    ]
    assert _codes(turned.webp_chunks((b"VP8X", b"\x02\0\0\0" + b"\xcf\7\0" * 2), *[(b"ANMF", bytes(16))] * 30)) == [
        "too_much_animation"
    ]
    assert _codes(turned.lying_heic(20_000, 10)) == ["side_too_long"]
    assert _codes(turned.lying_heic(16_000, 16_000)) == ["too_many_pixels"]


@pytest.mark.parametrize("sides", [(32, 24), (640, 480), (1, 1)])
def test_a_heic_that_lies_about_its_sides_gets_a_verdict(sides: tuple[int, int]) -> None:
    verdict = fence.review(turned.lying_heic(*sides), name="a.heic")
    assert verdict.data is None or verdict.peak_bytes < 300_000_000


def test_a_phone_photo_of_12_megapixels_stays_under_300_mb() -> None:
    verdict = fence.review(turned.tiled_heic(4, 3, tile=samples.blurred_photo(1_008, 1_008), turns=3))
    assert (verdict.width, verdict.height, verdict.upload.orientation) == (3_024, 4_032, 6)
    assert verdict.peak_bytes is not None
    assert verdict.peak_bytes < 300_000_000


def test_the_largest_phone_photo_comes_in_at_half_its_sides_and_stays_under_300_mb() -> None:
    verdict = fence.review(turned.tiled_heic(8, 6, tile=samples.blurred_photo(1_020, 1_020)))
    assert (verdict.width, verdict.height, verdict.upload.width) == (4_080, 3_060, 8_160)
    assert "pixels_halved" in verdict.notes
    assert verdict.peak_bytes is not None
    assert verdict.peak_bytes < 300_000_000


def test_the_largest_webp_stays_under_300_mb() -> None:
    picture = samples.drawing(4_032, 3_024, "RGBA")
    picture.putalpha(200)
    verdict = fence.review(samples.encoded(picture, "WEBP", method=0))
    assert verdict.kind == "png"
    assert verdict.peak_bytes is not None
    assert verdict.peak_bytes < 300_000_000


@pytest.mark.parametrize("was", ["heic", "webp"])
def test_it_is_made_to_fit_from_what_was_uploaded(was: str) -> None:
    picture = samples.blurred_photo(900, 700)
    upload = turned.heic(picture, quality=95) if was == "heic" else samples.encoded(picture, "WEBP", quality=98)
    fitted = fence.fit(upload, budget_bytes=20_000)
    assert isinstance(fitted, result.Fitted), fitted
    assert fitted.kind == samples.opened(fitted.data).format.lower() == "jpeg"
    assert len(fitted.data) <= 20_000
    assert fitted.steps[0] == result.Step("became_jpeg", was)
    assert [step.code for step in fitted.steps].count("became_jpeg") == 1


def test_what_shines_through_still_does_once_it_fits() -> None:
    fitted = fit.fit(samples.encoded(turned.see_through(), "WEBP", lossless=True), budget_bytes=600_000)
    assert (fitted.kind, fitted.has_alpha, fitted.steps[0]) == ("png", True, result.Step("became_png", "webp"))
    flat = fit.fit(turned.heic(turned.see_through()), budget_bytes=600_000, ground="white")
    assert not flat.has_alpha


def test_headers_tell_the_same_as_the_pixels() -> None:
    assert (heif.read(turned.heic()).width, webp.read(samples.webp()).height) == (320, 240)
    facts = check.facts(turned.moving_webp(3, 60, 40, duration=70))
    assert (facts.kind, facts.width, facts.frames, facts.duration_ms, facts.loop) == ("webp", 60, 3, 210, 0)
    assert check.facts(turned.heic(turned.see_through())).mode == "RGBA"
    assert limits.review("heic").memory_bytes > limits.review("jpeg").memory_bytes


def _codes(data: bytes) -> list[str]:
    return [problem.code for problem in check.review(data).problems]


def _frame(data: bytes, index: int) -> Image.Image:
    image = samples.opened(data)
    image.seek(index)
    return image.convert("RGBA")
