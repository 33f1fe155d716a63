import io

import media_samples as samples
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from campaigns.media import problems
from campaigns.media.fit import jpeg, measure


def _best(image: Image.Image, budget: int) -> jpeg.Copy:
    sizes = jpeg.Sizes(image)
    return jpeg.best(sizes, original=measure.Original(sizes.seen), budget=budget)


def _photo(width: int, height: int) -> Image.Image:
    return samples.photo(width, height).filter(ImageFilter.GaussianBlur(1))


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    budget=st.integers(-3, 6_000),
    mode=st.sampled_from(["L", "RGB"]),
)
def test_any_picture_is_within_any_budget_or_refused(width: int, height: int, budget: int, mode: str) -> None:
    image = samples.photo(width, height).convert(mode)
    try:
        copy = _best(image, budget)
    except problems.UnfitError as unfit:
        (problem,) = unfit.problems
        assert (problem.code, problem.limit) == ("cannot_fit", budget)
        assert problem.found > max(budget, 0)
        return
    picture = samples.opened(copy.data)
    assert len(copy.data) <= budget
    assert picture.size == copy.size
    assert picture.mode == mode
    assert copy.size[0] <= width
    assert copy.size[1] <= height
    assert 1 <= copy.quality <= 95


@pytest.mark.parametrize("budget", [30_000, 70_000])
def test_the_budget_is_used(budget: int) -> None:
    assert 0.92 * budget < len(_best(_photo(400, 300), budget).data) <= budget


def test_looks_better_than_stock_tables_at_the_same_size() -> None:
    photo = _photo(400, 300)
    original = measure.Original(photo)
    stock = samples.encoded(photo, "JPEG", quality=85, subsampling=0, optimize=True, progressive=True)
    with Image.open(io.BytesIO(stock)) as after:
        assert _best(photo, len(stock)).similarity > original.similarity(after)


def test_more_bytes_look_better() -> None:
    likes = [_best(_photo(400, 300), budget).similarity for budget in (8_000, 20_000, 60_000)]
    assert likes == sorted(likes)
    assert likes[0] < likes[-1]


def test_sides_shrink_where_that_looks_better() -> None:
    copy = _best(_photo(800, 600), 5_000)
    assert max(copy.size) < 800
    assert len(copy.data) <= 5_000


def test_with_bytes_to_spare_a_large_photo_keeps_more_pixels_than_a_phone_shows() -> None:
    plain = Image.linear_gradient("L").resize((2_600, 1_950)).convert("RGB")
    assert max(_best(plain, 900_000).size) == 2_600


@pytest.mark.parametrize("size", [(3_000, 4), (4, 3_000), (8_000, 700)])
def test_extreme_shapes_keep_their_shape(size: tuple[int, int]) -> None:
    copy = _best(_photo(*size), 9_000)
    assert len(copy.data) <= 9_000
    assert abs(copy.size[0] / copy.size[1] / (size[0] / size[1]) - 1) < 0.3 or min(copy.size) == 1


def test_no_scan_is_lost_when_they_are_rearranged() -> None:
    data = samples.encoded(_photo(200, 150), "JPEG", quality=30)
    packed = jpeg.packed(data)
    assert len(packed) < len(data)
    assert samples.opened(packed).tobytes() == samples.opened(data).tobytes()
