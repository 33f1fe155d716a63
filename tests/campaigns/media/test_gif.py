import media_samples as samples
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageSequence

from campaigns.media import check, gif


def _shown(data: bytes) -> list[tuple[Image.Image, int]]:
    """Every composed frame as a phone shows it, and its milliseconds."""
    image = samples.opened(data)
    return [(frame.convert("RGBA"), frame.info.get("duration", 0)) for frame in ImageSequence.Iterator(image)]


def _rebuilt(data: bytes) -> bytes:
    verdict = check.review(data)
    assert verdict.data is not None, verdict.problems
    return verdict.data


def _assert_same_show(before: bytes, after: bytes) -> None:
    one, other = _shown(before), _shown(after)
    assert len(one) == len(other)
    for (picture, lasts), (picture_after, lasts_after) in zip(one, other, strict=True):
        assert lasts == lasts_after
        assert ImageChops.difference(picture, picture_after).getbbox() is None
        assert picture.getchannel("A").tobytes() == picture_after.getchannel("A").tobytes()


def _spread_out(frames: int = 6, **options: object) -> bytes:
    """An animation as naive tools write it: every frame whole, with a palette of its own."""
    pictures = []
    for index in range(frames):
        picture = samples.drawing(120, 90)
        ImageDraw.Draw(picture).rectangle((10 * index, 40, 10 * index + 8, 60), fill=(0, 40 * index % 255, 90))
        pictures.append(picture.quantize(32))
    return samples.encoded(
        pictures[0], "GIF", save_all=True, append_images=pictures[1:], optimize=False, duration=90, **options
    )


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_animation_shows_the_same_frames_for_the_same_times(disposal: int) -> None:
    upload = _spread_out(disposal=disposal, loop=0)
    clean = _rebuilt(upload)
    _assert_same_show(upload, clean)
    assert {frame.disposal for frame in gif.parse(clean).frames} <= {disposal, 0}


@pytest.mark.parametrize("disposal", [0, 2, 3])
def test_transparent_animation_shows_the_same(disposal: int) -> None:
    frames = []
    for index in range(4):
        picture = Image.new("P", (40, 40), 0)
        picture.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
        picture.paste(1 + index % 2, (8 * index, 8 * index, 8 * index + 12, 8 * index + 12))
        frames.append(picture)
    upload = samples.encoded(
        frames[0], "GIF", save_all=True, append_images=frames[1:], transparency=0, disposal=disposal, duration=50
    )
    _assert_same_show(upload, _rebuilt(upload))


@pytest.mark.parametrize("loop", [None, 0, 1, 7])
def test_loop_is_kept(loop: int | None) -> None:
    upload = _spread_out(**({} if loop is None else {"loop": loop}))
    assert gif.parse(_rebuilt(upload)).loop == gif.parse(upload).loop == loop


def test_total_duration_is_kept_also_where_delays_are_zero() -> None:
    frames = [
        samples.gif_control(duration_cs=0) + samples.gif_frame(),
        samples.gif_control(duration_cs=7) + samples.gif_frame(),
    ]
    clean = gif.parse(_rebuilt(samples.raw_gif(2, 2, frames)))
    assert [frame.duration_cs for frame in clean.frames] == [0, 7]


@pytest.mark.parametrize("frames", [1, 2, 12])
def test_rebuilt_is_not_larger(frames: int) -> None:
    for upload in (samples.gif(frames), _spread_out(frames)):
        assert len(_rebuilt(upload)) <= len(upload)


def test_noise_with_its_own_palettes_is_not_larger() -> None:
    pictures = [samples.photo(160, 120).quantize(256) for _ in range(4)]
    upload = samples.encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=100)
    clean = _rebuilt(upload)
    _assert_same_show(upload, clean)
    assert len(clean) <= len(upload)


def test_frames_outside_the_canvas_are_cut_and_keep_their_time() -> None:
    coded = samples.gif_pixels(Image.new("L", (8, 8), 1))
    frames = [
        samples.gif_control(duration_cs=5) + samples.gif_frame(0, 0, 8, 8, data=coded),
        samples.gif_control(duration_cs=6) + samples.gif_frame(50, 50),
    ]
    clean = gif.parse(_rebuilt(samples.raw_gif(4, 4, frames)))
    assert (clean.width, clean.height) == (4, 4)
    assert [(frame.width <= 4, frame.duration_cs) for frame in clean.frames] == [(True, 5), (True, 6)]


def test_interlaced_frames_come_out_in_order() -> None:
    picture = samples.drawing(64, 50).quantize(16)
    upload = samples.encoded(picture, "GIF", interlace=1)
    assert gif.parse(upload).frames[0].interlaced
    _assert_same_show(upload, _rebuilt(upload))


def test_unused_frame_data_is_not_copied() -> None:
    padded = samples.PIXELS[0][:-1] + samples.blocks(b"left over" * 30)
    assert b"left over" not in _rebuilt(samples.raw_gif(1, 1, [samples.gif_frame(data=padded)]))


def test_whole_frames_of_one_palette_are_cut_to_what_changes() -> None:
    pictures = [Image.new("L", (40, 30), 1) for _ in range(4)]
    for index, picture in enumerate(pictures):
        picture.paste(2, (0, 0, 40, 3))
        picture.paste(0, (5 * index, 10, 5 * index + 4, 16))
    frames = [samples.gif_control() + samples.gif_frame(0, 0, 40, 30, data=samples.gif_pixels(p)) for p in pictures]
    upload = samples.raw_gif(40, 30, frames)
    clean = _rebuilt(upload)
    _assert_same_show(upload, clean)
    assert [(frame.left, frame.top, frame.width, frame.height) for frame in gif.parse(clean).frames] == [
        (0, 0, 40, 30), (0, 10, 9, 6), (5, 10, 9, 6), (10, 10, 9, 6)
    ]  # fmt: skip
