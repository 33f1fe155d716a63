"""Every row of bad input that is about files, through the fence, as an upload goes."""

import time

import media_samples as samples
import pytest

from campaigns.media import fence

TAKEN_IN = "jpeg, gif, png, vcf, heic, webp"
REFUSED = {
    "empty": (b"", "a.jpg", "empty", None, 0),
    "text under a .jpg name": (samples.TEXT, "a.jpg", "not_media", None, "text"),
    "noise": (bytes(range(128, 256)) * 9, "a.jpg", "not_media", None, "unknown"),
    "html under a .jpg name": (samples.HTML, "a.jpg", "unsupported_kind", TAKEN_IN, "html"),
    "zip": (samples.ZIP, "a.jpg", "unsupported_kind", TAKEN_IN, "zip"),
    "svg": (samples.SVG, "a.png", "unsupported_kind", TAKEN_IN, "svg"),
    "avif": (samples.HEIC.replace(b"heic", b"avif"), "a.jpg", "unsupported_kind", TAKEN_IN, "avif"),
    "heif of pictures coded as avif": (samples.HEIC[:8] + b"mif1\0\0\0\0miafavif" + bytes(64), "a.heif",
                                       "unsupported_kind", TAKEN_IN, "avif"),
    "heic without a picture": (samples.HEIC, "a.heic", "corrupt", None, "heic"),
    "pdf": (samples.PDF, "a.jpg", "unsupported_kind", TAKEN_IN, "pdf"),
    "truncated jpeg": (samples.jpeg()[:-900], "a.jpg", "truncated", None, "jpeg"),
    "jpeg cut in its header": (samples.jpeg()[:150], "a.jpg", "truncated", None, "jpeg"),
    "truncated png": (samples.png()[:-200], "a.png", "truncated", None, "png"),
    "truncated gif": (samples.gif()[:-60], "a.gif", "truncated", None, "gif"),
    "gif without its end": (samples.gif()[:-1], "a.gif", "truncated", None, "gif"),
    "0 x n jpeg": (samples.resized_jpeg(0, 40), "a.jpg", "zero_size", 1, "0 x 40"),
    "n x 0 png": (samples.raw_png(40, 0, b""), "a.png", "zero_size", 1, "40 x 0"),
    "0 x n gif": (samples.raw_gif(0, 40, [samples.gif_frame()]), "a.gif", "zero_size", 1, "0 x 40"),
    "30,000 x 30,000 png": (samples.huge_png(), "a.png", "side_too_long", 8_000, 30_000),
    "30,000 x 30,000 jpeg": (samples.resized_jpeg(30_000, 30_000), "a.jpg", "side_too_long", 16_384, 30_000),
    "16,000 x 16,000 jpeg": (samples.resized_jpeg(16_000, 16_000), "a.jpg", "too_many_pixels", 64_000_000, 256_000_000),
    "7,000 x 7,000 png": (samples.huge_png(7_000), "a.png", "too_many_pixels", 25_000_000, 49_000_000),
    "3,000-scan jpeg": (samples.many_scans_jpeg(3_000, side=6_000), "a.jpg", "too_many_scans", 100, 3_000),
    "one scan too many": (samples.many_scans_jpeg(101), "a.jpg", "too_many_scans", 100, 101),
    "10,000-frame gif": (samples.many_frames_gif(10_000), "a.gif", "too_many_frames", 300, 10_000),
    "large canvas, small frames": (
        samples.raw_gif(4_000, 4_000, [samples.gif_frame()] * 20), "a.gif", "too_much_animation", 200_000_000,
        320_000_000,
    ),
    "frame larger than its canvas": (
        samples.raw_gif(10, 10, [samples.gif_frame(width=6_000, height=6_000)]), "a.gif", "too_many_pixels",
        25_000_000, 36_000_000,
    ),
}  # fmt: skip


@pytest.mark.parametrize("data, name, code, limit, found", REFUSED.values(), ids=REFUSED)
def test_refused_with_code_limit_and_what_was_found(
    data: bytes, name: str, code: str, limit: object, found: object
) -> None:
    verdict = fence.review(data, name=name)
    assert verdict.data is None
    assert not verdict.ok
    assert [(problem.code, problem.limit, problem.found) for problem in verdict.problems] == [(code, limit, found)]


@pytest.mark.parametrize(
    "name", ["30,000 x 30,000 png", "3,000-scan jpeg", "10,000-frame gif", "large canvas, small frames"]
)
def test_bombs_are_refused_quickly(name: str) -> None:
    data, file_name, *_ = REFUSED[name]
    start = time.monotonic()
    fence.review(data, name=file_name)
    assert time.monotonic() - start < 5


def test_as_many_scans_as_are_allowed() -> None:
    assert fence.review(samples.many_scans_jpeg(100), name="a.jpg").ok


def test_upload_over_the_limit_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fence._Child, "run", lambda *_, **__: pytest.fail("a child was started"))
    verdict = fence.review(samples.jpeg(), name="a.jpg", upload_limit_bytes=1_000)
    assert [(problem.code, problem.limit) for problem in verdict.problems] == [("too_large_upload", 1_000)]


@pytest.mark.parametrize("flip", range(40, 2_000, 140))
def test_flipped_bytes_give_a_verdict(flip: int) -> None:
    data = bytearray(samples.gif())
    data[flip % len(data)] ^= 0xFF
    verdict = fence.review(bytes(data), name="a.gif")
    assert (verdict.data is None) == any(problem.severity == "error" for problem in verdict.problems)
