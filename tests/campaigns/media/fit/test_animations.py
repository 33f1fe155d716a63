import struct

import media_samples as samples
import moving_samples as moving
import pytest
from PIL import Image, ImageChops

from campaigns.media import fit, gif, gif_write, problems
from campaigns.media.fit import likeness, result


def _codes(fitted: result.Fitted) -> list[str]:
    return [step.code for step in fitted.steps]


def _fit(upload: bytes, budget: int, *, ground: result.Ground = "") -> result.Fitted:
    return fit.fit(upload, budget_bytes=budget, ground=ground)


def _colours(picture: Image.Image) -> list[tuple[int, object]]:
    found = picture.getcolors(1 << 16)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def panned() -> bytes:
    return moving.pan(duration=[60 + 10 * (n % 3) for n in range(14)], loop=3)


@pytest.fixture(scope="module")
def talked() -> bytes:
    return moving.talker()


@pytest.mark.parametrize("budget", [9_000, 25_000])
@pytest.mark.parametrize("kind", ["panned", "talked"])
def test_copy_is_within_the_budget_and_lasts_as_long(kind: str, budget: int, request: pytest.FixtureRequest) -> None:
    upload = request.getfixturevalue(kind)
    before = gif.parse(upload)
    fitted = _fit(upload, budget)
    after = gif.parse(fitted.data)
    assert 0.85 * budget < len(fitted.data) <= budget
    assert after.duration_ms == before.duration_ms == fitted.duration_ms
    assert after.loop == before.loop
    assert (after.width, after.height, len(after.frames)) == (fitted.width, fitted.height, fitted.frames)
    assert after.width <= before.width
    assert fitted.similarity is not None
    assert 0.4 < fitted.similarity < 1


def test_same_input_gives_the_same_copy(talked: bytes) -> None:
    assert _fit(talked, 20_000) == _fit(talked, 20_000)


def test_similarity_is_what_a_player_shows(panned: bytes) -> None:
    fitted = _fit(panned, 20_000)
    before, after = moving.shown(panned), moving.shown(fitted.data)
    ends = [sum(frame.duration_cs for frame in gif.parse(fitted.data).frames[: n + 1]) for n in range(len(after))]
    now, found = 0, []
    for picture, frame in zip(before, gif.parse(panned).frames, strict=True):
        then = next(n for n, end in enumerate(ends) if end > now)
        found.append(likeness.Look(picture.convert("L")).similarity(after[then].convert("L")))
        now += frame.duration_cs
    assert fitted.similarity == pytest.approx(sum(found) / len(found), abs=0.02)


def test_still_background_keeps_its_size_where_a_film_of_as_many_bytes_cannot(talked: bytes) -> None:
    fitted = _fit(talked, 25_000)
    assert "steadied" in _codes(fitted)
    alone = _fit(moving.pan(), 25_000)
    assert fitted.width is not None
    assert alone.width is not None
    assert fitted.width > 1.3 * alone.width


def test_first_picture_is_close_to_that_of_the_upload(panned: bytes) -> None:
    fitted = _fit(panned, 9_000)
    before, after = moving.shown(panned)[0], moving.shown(fitted.data)[0]
    first = likeness.Look(before.convert("L")).similarity(after.convert("L"))
    assert fitted.similarity is not None
    assert first > max(0.9, fitted.similarity - 0.005)
    assert len(_colours(after)) > len(_colours(moving.shown(fitted.data)[1]))


def test_flat_animation_is_packed_without_loss() -> None:
    upload = moving.promotion()
    clean = gif_write.rebuild(gif.parse(upload))
    fitted = _fit(upload, len(clean) - 100)
    assert _codes(fitted) == ["packed"]
    assert fitted.similarity == 1.0
    for one, other in zip(moving.shown(upload), moving.shown(fitted.data), strict=True):
        assert ImageChops.difference(one, other).getbbox() is None


def test_what_fits_already_is_kept() -> None:
    fitted = _fit(samples.gif(), 600_000)
    assert _codes(fitted) == ["kept"]
    assert (fitted.frames, fitted.similarity) == (4, 1.0)


def test_copy_is_never_larger_than_the_upload(talked: bytes) -> None:
    upload = samples.encoded(moving.shown(talked)[0].convert("RGB").quantize(256), "GIF", optimize=True)
    assert len(_fit(upload, 600_000).data) <= len(upload)


def test_pictures_that_stand_still_are_one_with_all_their_time() -> None:
    pictures = [moving.photo(60, 45, 5 * n).quantize(200) for n in range(4)]
    frames = [samples.gif_control(duration_cs=9) + _again(picture) for picture in pictures for _ in range(3)]
    upload = samples.raw_gif(60, 45, frames)
    fitted = _fit(upload, len(upload) // 6)
    assert fitted.frames == 4
    assert fitted.steps[0] == result.Step("frames_merged", 4)
    assert [frame.duration_cs for frame in gif.parse(fitted.data).frames] == [27] * 4


def _again(picture: Image.Image) -> bytes:
    """A whole frame with a palette of its own."""
    palette = bytes(picture.getpalette("RGB") or []).ljust(768, b"\0")
    place = struct.pack("<BHHHHB", 0x2C, 0, 0, *picture.size, 0x87)
    return place + palette + samples.gif_pixels(Image.frombytes("L", picture.size, picture.tobytes()))


def test_left_out_frames_leave_their_time_to_the_one_before() -> None:
    upload = moving.fades(duration=[50 + 10 * n for n in range(17)])
    fitted = _fit(upload, 9_000)
    assert "frames_dropped" in _codes(fitted)
    assert fitted.frames < 15
    assert gif.parse(fitted.data).duration_ms == gif.parse(upload).duration_ms == fitted.duration_ms


def test_frames_of_no_time_are_all_kept_as_nobody_knows_how_long_they_last() -> None:
    pictures = [_again(moving.photo(60, 45, 5 * n).quantize(200)) for n in range(4)]
    frames = [samples.gif_control(duration_cs=0) + picture for picture in pictures for _ in range(3)]
    fitted = _fit(samples.raw_gif(60, 45, frames), 6_000)
    kept = gif.parse(fitted.data).frames
    assert len(kept) == 12
    assert {frame.duration_cs for frame in kept} == {0}


def test_time_too_long_for_one_frame_is_kept() -> None:
    pictures = [_again(moving.shown(moving.pan(2))[n].convert("RGB").quantize(200)) for n in (0, 1)]
    frames = [samples.gif_control(duration_cs=60_000) + pictures[n // 2] for n in range(4)]
    upload = samples.raw_gif(120, 90, frames)
    fitted = _fit(upload, len(upload) // 4)
    assert gif.parse(fitted.data).duration_ms == 4 * 600_000 == fitted.duration_ms


def test_single_picture_fits_by_colours_and_sides() -> None:
    upload = samples.encoded(moving.photo(300, 200).quantize(256), "GIF")
    fitted = _fit(upload, len(upload) // 3)
    assert fitted.frames == 1
    assert fitted.width is not None
    assert fitted.width < 300
    assert gif.parse(fitted.data).loop is None


@pytest.mark.parametrize("ground, level", [("white", 255), ("black", 0)])
def test_ground_is_put_behind_what_shines_through(ground: result.Ground, level: int) -> None:
    fitted = _fit(moving.sticker(), 9_000, ground=ground)
    assert fitted.steps[0] == result.Step(f"on_{ground}")
    assert not fitted.has_alpha
    for picture in moving.shown(fitted.data):
        assert picture.getpixel((picture.width - 1, 0)) == (level, level, level, 255)


def test_ground_that_is_needed_is_put_there_even_if_the_upload_fits() -> None:
    fitted = _fit(moving.sticker(), 600_000, ground="white")
    assert fitted.steps[0] == result.Step("on_white")
    assert not fitted.has_alpha


def test_ground_of_a_solid_animation_changes_nothing() -> None:
    assert _codes(_fit(samples.gif(), 600_000, ground="white")) == ["kept"]


@pytest.mark.parametrize("budget", [4_000, 7_000])
def test_what_moves_over_nothing_leaves_nothing_behind(budget: int) -> None:
    upload = moving.sticker()
    fitted = _fit(upload, budget)
    assert fitted.has_alpha
    for one, other in zip(moving.shown(upload), moving.shown(fitted.data), strict=True):
        before, after = one.getchannel("A"), other.getchannel("A").resize(one.size, Image.Resampling.NEAREST)
        off = ImageChops.difference(before, after)
        assert sum(off.histogram()[128:]) < 0.04 * one.width * one.height


def test_too_small_a_budget_is_refused_with_what_could_be_done() -> None:
    with pytest.raises(problems.UnfitError) as refusal:
        _fit(moving.pan(), 900)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.limit) == ("cannot_fit", 900)
    assert isinstance(problem.found, int)
    assert 900 < problem.found < 12_000


def test_tells_how_far_it_is(talked: bytes) -> None:
    told: list[float] = []
    fit.fit(talked, budget_bytes=20_000, tell=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 6
