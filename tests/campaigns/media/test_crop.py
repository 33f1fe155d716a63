import math

import pytest
from PIL import Image

from campaigns.media import crop

# Four colours: red at the top left, green right of it, blue below, white in the last corner.
CORNERS = {"red": (0, 0), "green": (1, 0), "blue": (0, 1), "white": (1, 1)}


def quartered(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (2, 2))
    for colour, place in CORNERS.items():
        image.paste(colour, (*place, place[0] + 1, place[1] + 1))
    return image.resize((width, height), Image.Resampling.NEAREST)


def colour(image: Image.Image, x: int, y: int) -> object:
    return image.getpixel((x, y))


def test_the_whole_is_the_picture_itself() -> None:
    picture = quartered(40, 20)
    assert crop.cut(picture, crop.WHOLE) is picture


def test_shares_are_of_the_sides() -> None:
    part = crop.cut(quartered(400, 200), crop.Place(0.5, 0.25, 0.25, 0.5))
    assert (part.size, colour(part, 0, 0), colour(part, 99, 99)) == ((100, 100), (0, 128, 0), (255, 255, 255))


@pytest.mark.parametrize("turn, corner", [(90, "blue"), (180, "white"), (270, "green")])
def test_it_is_turned_clockwise_before_it_is_cut(turn: int, corner: str) -> None:
    part = crop.cut(quartered(400, 200), crop.Place(0, 0, 0.5, 0.5, turn))
    assert part.size == ((200, 100) if turn == 180 else (100, 200))
    assert colour(part, 1, 1) == Image.new("RGB", (1, 1), corner).getpixel((0, 0))


def test_a_ratio_cuts_both_ends_alike() -> None:
    part = crop.cut(quartered(300, 100), crop.WHOLE, ratio=1.0)
    assert (part.size, colour(part, 0, 0), colour(part, 99, 0)) == ((100, 100), (255, 0, 0), (0, 128, 0))
    assert crop.cut(quartered(100, 300), crop.WHOLE, ratio=1.0).size == (100, 100)


@pytest.mark.parametrize("place", [crop.Place(1, 1, 0, 0), crop.Place(0.999999, 0.999999, 1e-9, 1e-9)])
@pytest.mark.parametrize("ratio", [None, 1.0, 9 / 16])
def test_there_is_always_a_pixel(place: crop.Place, ratio: float | None) -> None:
    assert crop.cut(quartered(3, 5), place, ratio=ratio).size == (1, 1)


@pytest.mark.parametrize(
    "values", [(-0.1, 0, 1, 1, 0), (0, 0, 1.5, 1, 0), (0, math.nan, 1, 1, 0), (0, 0, 1, math.inf, 0), (0, 0, 1, 1, 45)]
)
def test_what_is_no_place_is_refused(values: tuple[float, float, float, float, int]) -> None:
    with pytest.raises(ValueError, match="Place"):
        crop.Place(*values)
