"""The parts that fitting an animation is made of."""

import random

import media_samples as samples
import moving_samples as moving
import numpy as np
import pytest
from PIL import Image, ImageChops

from campaigns.media import fit, gif, problems
from campaigns.media.fit import film, likeness, paint, palettes, studio, thinning


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_film_shows_what_a_player_shows(disposal: int) -> None:
    pictures = []
    for n in range(5):
        picture = Image.new("P", (40, 30), 0)
        picture.putpalette([9, 9, 9, 255, 0, 0, 0, 0, 255, 0, 200, 0])
        picture.paste(1 + n % 3, (6 * n, 4 * n, 6 * n + 14, 4 * n + 12))
        pictures.append(picture)
    upload = moving.written(pictures, transparency=0, disposal=disposal)
    shown = moving.shown(upload)
    made = film.load(gif.parse(upload), ground="")
    assert len(made.pictures) == len(shown)
    for picture, solid, wanted in zip(made.pictures, made.solid, shown, strict=True):
        alpha = solid or Image.new("L", picture.size, 255)
        assert ImageChops.difference(alpha, wanted.getchannel("A")).getbbox() is None
        seen = Image.composite(wanted.convert("RGB"), picture, alpha)
        assert ImageChops.difference(seen, picture).getbbox() is None


def test_frames_beyond_the_canvas_are_cut_off_and_keep_their_time() -> None:
    coded = samples.gif_pixels(Image.new("L", (8, 8), 1))
    frames = [
        samples.gif_control(duration_cs=5) + samples.gif_frame(0, 0, 8, 8, data=coded),
        samples.gif_control(duration_cs=6) + samples.gif_frame(50, 50),
    ]
    made = film.load(gif.parse(samples.raw_gif(4, 4, frames)), ground="")
    assert (made.size, made.delays_cs, made.weights) == ((4, 4), [11], [2])
    assert made.pictures[0].getcolors() == [(16, (0, 255, 0))]


def test_large_animations_are_worked_on_at_less_than_their_size() -> None:
    frame = gif.Frame(0, 0, 2_000, 1_000, False, None, b"")
    assert film.worked_size(gif.Animation(2_000, 1_000, None, [frame])) == (1_600, 800)
    width, height = film.worked_size(gif.Animation(800, 800, None, [frame] * 300))
    assert width == height
    assert 0.98 * film.WORKED_PIXELS < 300 * width * height < 1.02 * film.WORKED_PIXELS


def _moves(flickers: int, turns: int) -> film.Film:
    """Pictures in which one pixel moves, and then ones that are all different."""
    pictures = [Image.new("RGB", (32, 32), "white") for _ in range(flickers)]
    for n, picture in enumerate(pictures):
        picture.putpixel((n % 32, 0), (0, 0, 0))
    pictures += [moving.photo(32, 32, 5 * n) for n in range(turns)]
    count = len(pictures)
    return film.Film((32, 32), pictures, [None] * count, [7] * count, [1] * count, 0, "", grounded=False)


def test_pictures_go_where_they_cost_and_not_where_nothing_moves() -> None:
    made = _moves(10, 10)
    rows = thinning.choices(made, thinning.steps(made))
    assert rows[0] == tuple(range(20))
    assert len(rows) > 2
    for row in rows[1:3]:
        assert row[0] == 0
        assert sum(index < 10 for index in row) > sum(index >= 10 for index in row)
        assert sum(thinning.merged(made, row)) == 140


def test_one_picture_never_stands_for_more_than_six() -> None:
    made = _moves(0, 30)
    row = thinning.choices(made, thinning.steps(made))[-1]
    assert max(np.diff([*row, 30])) <= thinning.MOST_FOR_ONE
    assert len(row) < 15


def _drawn(pictures: list[Image.Image], tolerance: float, colours: int = 32) -> list[paint.Drawn]:
    palette = palettes.choose(np.asarray(pictures[0]).reshape(-1, 3), colours=colours)
    painter = paint.Painter(pictures[0].size, tolerance=tolerance)
    return [painter.draw(picture, palette) for picture in pictures]


def test_held_pixels_cost_nothing_and_moved_ones_are_drawn() -> None:
    still = moving.photo(64, 48)
    noisy = Image.blend(still, moving.noise(64, 48, spread=30, seed=9).convert("RGB"), 0.05)
    moved = noisy.copy()
    moved.paste("#ff0000", (10, 10, 20, 20))
    first, second, third = _drawn([still, noisy, moved], tolerance=400.0)
    assert len(second.coded) < len(first.coded) / 10
    assert third.box[0] >= 8
    assert third.box[2:] < (14, 14)


def test_nothing_to_draw_adds_its_time_to_the_frame_before() -> None:
    still = moving.photo(20, 20)
    drawn = _drawn([still, still.copy(), still.copy()], tolerance=0.0)
    data, frames = paint.assemble((20, 20), drawn, [5, 6, 7], loop=None)
    assert frames == 1
    assert [frame.duration_cs for frame in gif.parse(data).frames] == [18]


def test_first_picture_has_more_colours_than_the_others() -> None:
    made = film.load(gif.parse(moving.pan(4)), ground="")
    plan = studio.Plan(1.0, (0, 1, 2, 3), 7, 15.0)
    shown = moving.shown(studio.Studio(made, looks=1).make(plan).data)
    assert len(shown[0].getcolors() or []) == 31
    assert len(_drawn_anew(shown)) <= 7


def _drawn_anew(shown: list[Image.Image]) -> set[object]:
    """The colours that the last picture has and the first one has not."""
    first, last = ({colour for _, colour in picture.getcolors() or []} for picture in (shown[0], shown[-1]))
    return last - first


def test_palette_is_exact_where_there_are_few_colours() -> None:
    picture = moving.shown(moving.promotion(1))[0].convert("RGB")
    palette = palettes.exact([picture])
    assert palette is not None
    packed = np.asarray(picture.convert("RGBA")).view(np.uint32).ravel()
    assert np.array_equal(palette.rgb[palette.nearest(packed)], np.asarray(picture).reshape(-1, 3))
    assert palettes.exact([moving.photo(200, 200)]) is None


def test_palette_serves_rare_colours_too() -> None:
    pixels = np.tile(np.array([[250, 250, 250]], np.uint8), (5_000, 1))
    pixels[:, 0] -= np.arange(5_000, dtype=np.uint8) % 8
    pixels[:3] = [[255, 0, 0], [0, 0, 255], [0, 160, 0]]
    rgb = palettes.choose(pixels, colours=5).rgb.astype(int)
    for wanted in pixels[:3].astype(int):
        assert np.abs(rgb - wanted).sum(axis=1).min() < 12


def test_likeness_of_the_same_picture_is_one_and_falls_with_blur() -> None:
    picture = moving.photo(90, 70).convert("L")
    look = likeness.Look(picture)
    little, much = (picture.resize((90 // by, 70 // by), Image.Resampling.BOX) for by in (2, 6))
    assert look.similarity(picture) == pytest.approx(1.0)
    assert 1.0 > look.similarity(little) > look.similarity(much) > 0.0


@pytest.mark.parametrize("size", [(1, 1), (3, 90), (7, 7)])
def test_likeness_of_tiny_pictures(size: tuple[int, int]) -> None:
    assert likeness.Look(Image.new("L", size, 90)).similarity(Image.new("L", size, 90)) == pytest.approx(1.0)


def _outcome(upload: bytes, *, budget: int) -> str:
    """The bytes of the copy, or the code of the refusal."""
    try:
        return str(len(fit.fit(upload, budget_bytes=budget).data))
    except problems.UnfitError as unfit:
        return unfit.problems[0].code


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 40), (300, 2)])
def test_tiny_canvases_end_in_a_copy_or_a_refusal(size: tuple[int, int]) -> None:
    noise = [moving.photo(*size, n).quantize(16) for n in range(5)]
    upload = moving.written(noise)
    for budget in (100, 400, len(upload) - 1):
        outcome = _outcome(upload, budget=budget)
        assert outcome == "cannot_fit" or int(outcome) <= budget


@pytest.mark.parametrize("seed", range(4))
def test_broken_animations_end_in_a_copy_or_a_refusal(seed: int) -> None:
    chance = random.Random(seed)
    upload = [moving.sticker(4, 48), moving.promotion(4, 60, 40)][seed % 2]
    outcomes = set()
    for _ in range(12):
        broken = bytearray(upload)
        for _ in range(chance.choice((1, 4, 20))):
            broken[chance.randrange(6, len(broken))] = chance.randrange(256)
        outcomes.add(_outcome(bytes(broken), budget=1_500))
    sizes = {int(outcome) for outcome in outcomes if outcome.isdecimal()}
    assert max(sizes, default=0) <= 1_500
    assert len(outcomes) > len(sizes)
