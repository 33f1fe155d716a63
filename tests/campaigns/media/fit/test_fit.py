import media_samples as samples
import pytest

from campaigns.media import fit, problems
from campaigns.media.fit import result


def _codes(fitted: result.Fitted) -> list[str]:
    return [step.code for step in fitted.steps]


@pytest.mark.parametrize("budget", [7_000, 20_000, 50_000])
@pytest.mark.parametrize(
    "upload",
    [
        samples.encoded(samples.photo(600, 450), "JPEG", quality=95, subsampling=0),
        samples.encoded(samples.photo(600, 450).convert("L"), "JPEG", quality=95),
        samples.encoded(samples.photo(450, 350), "PNG"),
        samples.transparent_png(300, 200),
    ],
    ids=["jpeg", "grey jpeg", "opaque png", "transparent png"],
)
def test_copy_is_within_the_budget_and_opens(upload: bytes, budget: int) -> None:
    fitted = fit.fit(upload, budget_bytes=budget)
    picture = samples.opened(fitted.data)
    assert len(fitted.data) <= budget
    assert picture.size == (fitted.width, fitted.height)
    assert picture.format == fitted.kind.upper()


def test_large_photo_gets_a_long_edge_of_1600_and_uses_its_budget() -> None:
    fitted = fit.fit(samples.photo_jpeg(12, exif=samples.exif(orientation=6)), budget_bytes=600_000)
    assert (fitted.kind, fitted.width, fitted.height) == ("jpeg", 1_200, 1_600)
    assert 540_000 < len(fitted.data) <= 600_000
    assert fitted.quality is not None
    assert fitted.quality >= 70


def test_one_quality_more_would_not_fit() -> None:
    upload = samples.encoded(samples.photo(1_200, 900), "JPEG", quality=97, subsampling=0)
    fitted = fit.fit(upload, budget_bytes=300_000)
    assert fitted.quality is not None
    subsampling = 2 if "halved_colour" in _codes(fitted) else 0
    one_more = samples.encoded(
        samples.opened(upload).resize((fitted.width, fitted.height), 1),
        "JPEG", quality=fitted.quality + 2, subsampling=subsampling, optimize=True, progressive=True,
    )  # fmt: skip
    assert len(one_more) > 300_000


def test_same_input_gives_the_same_copy() -> None:
    upload = samples.encoded(samples.photo(500, 400), "JPEG", quality=95)
    assert fit.fit(upload, budget_bytes=30_000) == fit.fit(upload, budget_bytes=30_000)


@pytest.mark.parametrize("upload", [samples.jpeg(), samples.png(), samples.jpeg(40, 30)])
def test_what_fits_already_is_kept(upload: bytes) -> None:
    fitted = fit.fit(upload, budget_bytes=600_000)
    width, height = samples.opened(upload).size
    assert _codes(fitted) == ["kept"]
    assert (fitted.width, fitted.height) == (width, height)
    assert len(fitted.data) <= len(upload)


def test_copy_is_never_larger_than_the_upload_even_where_cleaning_alone_would_be() -> None:
    upload = samples.four_bit_noise_png()
    assert len(fit.fit(upload, budget_bytes=600_000).data) <= len(upload)


def test_copy_is_never_wider_than_the_upload() -> None:
    upload = samples.encoded(samples.photo(700, 500), "JPEG", quality=30)
    assert fit.fit(upload, budget_bytes=600_000).width <= 700


def test_transparency_stays_transparent() -> None:
    fitted = fit.fit(samples.transparent_png(300, 200), budget_bytes=30_000)
    assert fitted.kind == "png"
    lowest, highest = samples.opened(fitted.data).convert("RGBA").getchannel("A").getextrema()
    assert lowest < 60 < 200 < highest


@pytest.mark.parametrize("ground, light", [("white", 255), ("black", 0)])
@pytest.mark.parametrize("budget", [600_000, 20_000])
def test_ground_stands_behind_what_shone_through(ground: result.Ground, light: int, budget: int) -> None:
    fitted = fit.fit(samples.transparent_png(300, 200), budget_bytes=budget, ground=ground)
    picture = samples.opened(fitted.data)
    assert "A" not in picture.getbands()
    assert "transparency" not in picture.info
    # The gradient of the sample's alpha is clear in its middle.
    middle = picture.convert("L").getpixel((fitted.width // 2, fitted.height // 2))
    assert abs(middle - light) < 30
    assert _codes(fitted)[0] == f"on_{ground}"


def test_ground_changes_nothing_where_nothing_shines_through() -> None:
    assert "on_white" not in _codes(fit.fit(samples.png(), budget_bytes=60_000, ground="white"))


def test_opaque_photograph_becomes_a_jpeg_and_says_so() -> None:
    fitted = fit.fit(samples.encoded(samples.photo(300, 200), "PNG"), budget_bytes=20_000)
    assert fitted.kind == "jpeg"
    assert fitted.mime == "image/jpeg"
    assert _codes(fitted)[0] == "became_jpeg"


def test_drawing_stays_a_png() -> None:
    upload = samples.encoded(samples.drawing(3_000, 2_400), "PNG", compress_level=0)
    fitted = fit.fit(upload, budget_bytes=60_000)
    assert (fitted.kind, max(fitted.width, fitted.height)) == ("png", 1_600)


def test_nothing_but_pixels_in_the_copy() -> None:
    upload = samples.encoded(samples.photo(900, 700), "JPEG", quality=95, exif=samples.exif(), comment=samples.SCRIPT)
    fitted = fit.fit(upload + samples.ZIP, budget_bytes=60_000)
    assert not any(mark in fitted.data for mark in (*samples.FOREIGN_MARKS, b"ForeignCamera"))


@pytest.mark.parametrize("quality", [100, 95])
def test_pure_noise_at_the_highest_quality_fits_too(quality: int) -> None:
    noise = samples.Image.effect_noise((600, 600), 200).convert("RGB")
    upload = samples.encoded(noise, "PNG") if quality == 100 else samples.encoded(noise, "JPEG", quality=quality)
    assert len(fit.fit(upload, budget_bytes=len(upload) - 1_000).data) <= len(upload) - 1_000


@pytest.mark.parametrize(
    "upload, budget, code",
    [
        (samples.vcf(), 60, "cannot_fit"),
        (samples.jpeg()[:-900], 3_000, "truncated"),
        (samples.encoded(samples.photo(900, 700), "JPEG"), 300, "cannot_fit"),
        (samples.transparent_png(), 300, "cannot_fit"),
    ],
)
def test_refusals_have_a_code(upload: bytes, budget: int, code: str) -> None:
    with pytest.raises(problems.UnfitError) as refusal:
        fit.fit(upload, budget_bytes=budget)
    assert [problem.code for problem in refusal.value.problems] == [code]
