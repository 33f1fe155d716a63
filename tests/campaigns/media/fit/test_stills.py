import io

import media_samples as samples
import pytest
import turned_samples
from PIL import Image

from campaigns.media import fit, problems
from campaigns.media.fit import result

SMALL = {
    "1 x 1": samples.encoded(Image.new("RGB", (1, 1), (9, 99, 200)), "JPEG"),
    "1 x 300": samples.encoded(samples.photo(1, 300), "JPEG", quality=95),
    "300 x 1 png": samples.encoded(samples.photo(300, 1), "PNG"),
    "grey": samples.encoded(samples.photo(120, 90).convert("L"), "JPEG", quality=95),
    "grey png": samples.encoded(samples.photo(120, 90).convert("L"), "PNG"),
    "grey with alpha": samples.encoded(samples.opened(samples.transparent_png(120, 90)).convert("LA"), "PNG"),
    "palette with alpha": samples.encoded(
        samples.opened(samples.transparent_png(120, 90)).quantize(64, method=Image.Quantize.FASTOCTREE), "PNG"
    ),
    "two colours": samples.encoded(samples.photo(200, 150).convert("1"), "PNG"),
    "sixteen bits": samples.sixteen_bit_png(64, 64),
    "print colours": samples.encoded(samples.photo(120, 90).convert("CMYK"), "JPEG", quality=95),
    "noise": samples.four_bit_noise_png(),
    "heic": turned_samples.heic(),
    "webp": samples.webp(),
}


@pytest.mark.parametrize("ground", ["", "white"])
@pytest.mark.parametrize("share", [0.4, 0.75, 0.99, 100])
@pytest.mark.parametrize("upload", SMALL.values(), ids=SMALL.keys())
def test_odd_pictures_are_within_the_budget_or_refused(upload: bytes, share: float, ground: result.Ground) -> None:
    budget = int(len(upload) * share)
    width, height = _size(upload)
    fitted = _fitted(upload, budget=budget, ground=ground)
    if isinstance(fitted, tuple):
        assert [problem.code for problem in fitted] == ["cannot_fit"]
        assert share < 1
        return
    picture = samples.opened(fitted.data)
    assert len(fitted.data) <= budget
    assert picture.format == fitted.kind.upper()
    assert picture.size == (fitted.width, fitted.height)
    assert fitted.width <= width
    assert fitted.height <= height
    assert fitted.similarity is not None
    assert 0 <= fitted.similarity <= 1
    assert not (ground and fitted.has_alpha)


@pytest.mark.parametrize("name", ["grey", "grey with alpha", "palette with alpha", "two colours", "heic", "webp"])
def test_a_huge_budget_loses_nothing(name: str) -> None:
    fitted = fit.fit(SMALL[name], budget_bytes=10_000_000)
    assert (fitted.width, fitted.height) == _size(SMALL[name])
    assert fitted.similarity == 1.0
    assert {step.code for step in fitted.steps} <= {"kept", "packed", "became_jpeg", "became_png"}


def test_no_smaller_than_needed_where_packing_alone_is_enough() -> None:
    upload = samples.encoded(samples.drawing(500, 400), "PNG", compress_level=0)
    roomy = len(samples.encoded(samples.drawing(500, 400), "PNG", optimize=True))
    fitted = fit.fit(upload, budget_bytes=roomy - 1)
    assert fitted.similarity == 1.0
    assert samples.opened(fitted.data).convert("RGB").tobytes() == samples.drawing(500, 400).tobytes()


@pytest.mark.parametrize("upload", [turned_samples.heic(samples.photo(300, 200)), samples.webp()])
def test_what_cannot_be_sent_is_turned_and_says_from_what(upload: bytes) -> None:
    fitted = fit.fit(upload, budget_bytes=9_000)
    assert len(fitted.data) <= 9_000
    assert fitted.kind in {"jpeg", "png"}
    assert fitted.steps[0].code == f"became_{fitted.kind}"
    assert fitted.steps[0].value in {"heic", "webp"}


def test_a_moving_webp_goes_to_the_fitter_of_animations(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def fitter(data: bytes, *, kind: str, budget: int, ground: result.Ground, tell: result.Progress) -> result.Fitted:
        seen.append(data)
        return result.Fitted(data, kind, "image/gif", 1, 1, steps=(result.Step("kept"),))

    monkeypatch.setitem(fit.FITTERS, "gif", fitter)
    fitted = fit.fit(turned_samples.moving_webp(4), budget_bytes=90_000)
    assert Image.open(io.BytesIO(seen[0])).n_frames == 4
    assert fitted.steps == (result.Step("became_gif", "webp"), result.Step("kept"))


def test_a_drawing_too_dear_without_loss_gets_a_palette_or_becomes_a_jpeg_that_looks_as_good() -> None:
    drawing = samples.drawing(500, 400)
    drawing.paste(samples.photo(160, 120), (300, 20))
    upload = samples.encoded(drawing, "PNG")
    fitted = fit.fit(upload, budget_bytes=len(upload) // 3)
    assert len(fitted.data) <= len(upload) // 3
    assert fitted.similarity is not None
    assert fitted.similarity > 0.7


def test_progress_never_falls_and_ends_whole() -> None:
    shares: list[float] = []
    fit.fit(samples.encoded(samples.photo(400, 300), "PNG"), budget_bytes=20_000, tell=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1.0


def _fitted(upload: bytes, *, budget: int, ground: result.Ground) -> result.Fitted | tuple[problems.Problem, ...]:
    try:
        return fit.fit(upload, budget_bytes=budget, ground=ground)
    except problems.UnfitError as unfit:
        return unfit.problems


def _size(upload: bytes) -> tuple[int, int]:
    if upload == SMALL["heic"]:
        return samples.drawing().size
    return samples.opened(upload).size
