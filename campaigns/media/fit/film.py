"""An animation as it is seen: whole pictures and how long each stands, whatever pieces the file is made of."""

import dataclasses
from collections.abc import Iterator
from typing import Final

from PIL import Image, ImageChops

from campaigns.media import gif, limits
from campaigns.media.fit import result

# More than this is not worked on: at a budget of a megabyte it would leave a quarter of a bit for each pixel.
WORKED_PIXELS: Final = 32 * limits.MEGA
# A phone in the hand shows no more than this on its long side.
LONG_EDGE: Final = 1_600
_BAND_PIXELS: Final = limits.MEGA
# Players show a frame of no time, or of 10 ms, for as long as they like (browsers: 100 ms), so that the sum of two such
# times would not be what was seen: these frames are not merged.
SHORTEST_CS: Final = 2
_GROUNDS: Final = {"white": (255, 255, 255), "black": (0, 0, 0), "": (255, 255, 255)}

Size = tuple[int, int]
Box = tuple[int, int, int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Film:
    """`pictures` are RGB, all of `size`; where one lets something shine through, `solid` is 255 where it does not.

    Pictures that follow their own likeness are one. `delays_cs` are the file's own times, added up; `weights` count the
    frames of the file that each picture stands for. `grounded`: something shone
    through, and the ground was put behind it.
    """

    size: Size
    pictures: list[Image.Image]
    solid: list[Image.Image | None]
    delays_cs: list[int]
    weights: list[int]
    loop: int | None
    ground: result.Ground
    grounded: bool

    @property
    def has_alpha(self) -> bool:
        """Whether anything shines through anywhere."""
        return any(mask is not None for mask in self.solid)


def load(animation: gif.Animation, *, ground: result.Ground) -> Film:
    """Every picture of `animation`, on `ground` if there is one, at a size that can be worked on.

    Raises UnfitError when a frame cannot be decoded.
    """
    size = worked_size(animation)
    film = Film(size, [], [], [], [], animation.loop, ground, grounded=False)
    grounded = False
    for picture, mask, delay in _composed(animation, behind=_GROUNDS[ground]):
        shines = mask.getextrema()[0] == 0
        grounded |= shines and bool(ground)
        scaled = picture.copy() if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        solid = mask.resize(size, Image.Resampling.BOX).point(_halves) if shines and not ground else None
        if film.pictures and min(delay, film.delays_cs[-1]) >= SHORTEST_CS and _alike(film, scaled, solid):
            film.delays_cs[-1] += delay
            film.weights[-1] += 1
            continue
        film.pictures.append(scaled)
        film.solid.append(solid)
        film.delays_cs.append(delay)
        film.weights.append(1)
    return dataclasses.replace(film, grounded=grounded)


def worked_size(animation: gif.Animation) -> Size:
    """The sides of the pictures that `load` gives."""
    width, height = animation.width, animation.height
    pixels = width * height * len(animation.frames)
    share = min(1.0, LONG_EDGE / max(width, height), (WORKED_PIXELS / pixels) ** 0.5)
    return max(1, round(width * share)), max(1, round(height * share))


def _halves(value: int) -> int:
    return 255 if value >= 128 else 0


def _alike(film: Film, picture: Image.Image, solid: Image.Image | None) -> bool:
    before = film.solid[-1]
    if (before is None) != (solid is None):
        return False
    if before is not None and solid is not None and ImageChops.difference(before, solid).getbbox():
        return False
    return ImageChops.difference(film.pictures[-1], picture).getbbox() is None


def _composed(
    animation: gif.Animation, *, behind: tuple[int, int, int]
) -> Iterator[tuple[Image.Image, Image.Image, int]]:
    """Each frame as a player shows it: its colours, where they are solid, and its time in hundredths of a second.

    The pictures are the ones that are worked on: to be copied before the next one is asked for.
    """
    size = animation.width, animation.height
    canvas, solid = Image.new("RGB", size, behind), Image.new("L", size)
    last = animation.frames[-1]
    for frame in animation.frames:
        saved = (canvas.copy(), solid.copy()) if frame.disposal == 3 and frame is not last else None
        box = _paint(frame, animation, canvas, solid)
        yield canvas, solid, frame.duration_cs
        if saved is not None:
            canvas, solid = saved
        elif frame.disposal == 2 and box is not None:
            canvas.paste(behind, box)
            solid.paste(0, box)


def _paint(frame: gif.Frame, animation: gif.Animation, canvas: Image.Image, solid: Image.Image) -> Box | None:
    """Paint one frame where it is inside the canvas, and tell where that was."""
    indices = gif.indices(frame)
    right = min(frame.left + frame.width, animation.width)
    bottom = min(frame.top + frame.height, animation.height)
    if right <= frame.left or bottom <= frame.top:
        return None
    palette = (frame.palette or animation.palette or gif.RAMP).ljust(768, b"\0")
    shows = [0 if index == frame.transparent else 255 for index in range(256)]
    # In bands, since the colours of a large picture take four times the memory of its indices.
    tall = max(1, _BAND_PIXELS // frame.width)
    for top in range(frame.top, bottom, tall):
        end = min(top + tall, bottom)
        band = indices.crop((0, top - frame.top, right - frame.left, end - frame.top))
        colours = Image.frombytes("P", band.size, band.tobytes())
        colours.putpalette(palette, "RGB")
        mask = band.point(shows) if frame.transparent is not None else None
        canvas.paste(colours.convert("RGB"), (frame.left, top, right, end), mask)
        solid.paste(255, (frame.left, top, right, end), mask)
    return frame.left, frame.top, right, bottom
