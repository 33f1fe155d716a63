"""What a plan would cost and how alike it would look: told by carrying it out, on strips of the film first."""

import dataclasses
import math
from typing import Final

import numpy as np
from PIL import Image

from campaigns.media import limits
from campaigns.media.fit import film as films
from campaigns.media.fit import likeness, paint, palettes, thinning

_STRIPS: Final = 4
# Films are tried in strips of at least so many rows as written, if that saves much.
_TRIAL_PIXELS: Final = 1_600_000
_STRIP_ROWS: Final = 24
_WHOLE: Final = 0.7
_COLOUR_PICTURES: Final = 16
_COLOUR_PIXELS: Final = 40_000
_FIRST_COLOURS: Final = 4
HEAD_BYTES: Final = 800
_REMEMBERED_PIXELS: Final = 8 * limits.MEGA


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How to write a film: the share of its sides, the pictures that stay, colours for all but the first (which has a
    palette of its own, with more), and the tolerance of `paint.Painter`."""

    scale: float
    kept: thinning.Kept
    colours: int
    tolerance: float


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A film as a GIF, and what it shows in place of some pictures of the film: their numbers, the brightness, and how
    far colours are off (see `paint.Painter.colour_off`)."""

    data: bytes
    size: films.Size
    frames: int
    shown: tuple[tuple[int, Image.Image, float], ...]


class Studio:
    """Carries out plans for one film."""

    def __init__(self, film: films.Film, *, looks: int) -> None:
        """Similarity is the mean over at most `looks` pictures of the film."""
        self.film = film
        count = len(film.pictures)
        self._chosen = frozenset(_spread(count, looks))
        self._looks: dict[int, likeness.Look] = {}
        self._palettes: dict[tuple[int, bool, bool], palettes.Palette] = {}
        self._scaled: dict[int, Image.Image] = {}
        self._scaled_to = film.size
        self._has_alpha = film.has_alpha

    def size(self, plan: Plan) -> films.Size:
        """The sides of what comes of a plan."""
        width, height = self.film.size
        return max(1, round(width * plan.scale)), max(1, round(height * plan.scale))

    def make(self, plan: Plan, *, palette: palettes.Palette | None = None) -> Made:
        """Carry out a plan, with this palette for all pictures if one is given."""
        size = self.size(plan)
        painter = paint.Painter(size, tolerance=plan.tolerance)
        drawn: list[paint.Drawn] = []
        shown: list[tuple[int, Image.Image, float]] = []
        for index, end in zip(plan.kept, [*plan.kept[1:], len(self.film.pictures)], strict=True):
            colours = palette or self._palette(plan, size, first=index == 0)
            solid = self._solid(index, size)
            then = self._solid(end, size) if end < len(self.film.pictures) else None
            wiped = solid & ~then if solid is not None and then is not None else None
            picture = self._picture(index, size)
            drawn.append(painter.draw(picture, colours, solid=solid, wiped=wiped))
            looks = [look for look in range(index, end) if look in self._chosen]
            if looks:
                brightness, off = painter.brightness(), painter.colour_off(picture)
                shown += [(look, brightness, off) for look in looks]
        data, frames = paint.assemble(size, drawn, thinning.merged(self.film, plan.kept), loop=self.film.loop)
        return Made(data, size, frames, tuple(shown))

    def similarity(self, made: Made) -> tuple[float, float]:
        """How alike the copy is over time (see `likeness`), and how far its colours are off."""
        weights = [self.film.weights[look] for look, _, _ in made.shown]
        alike = [self._look(look).similarity(brightness) for look, brightness, _ in made.shown]
        offs = [off for _, _, off in made.shown]
        return float(np.average(alike, weights=weights)), float(np.average(offs, weights=weights))

    def _look(self, index: int) -> likeness.Look:
        if index not in self._looks:
            self._looks[index] = likeness.Look(self.film.pictures[index].convert("L"))
        return self._looks[index]

    def _palette(self, plan: Plan, size: films.Size, *, first: bool) -> palettes.Palette:
        """The colours of the first picture, or those of all others, found once for full size and once for less."""
        colours = plan.colours
        if first and len(self.film.pictures) > 1:
            colours = min(palettes.MOST_COLOURS, _FIRST_COLOURS * (colours + 1) - 1)
        key = (colours, first, plan.scale == 1.0)
        if key not in self._palettes:
            self._palettes[key] = palettes.choose(self._sample(size, first=first), colours=colours)
        return self._palettes[key]

    def _sample(self, size: films.Size, *, first: bool) -> palettes.Bytes:
        count = len(self.film.pictures)
        few = 1 if first else min(count, _COLOUR_PICTURES)
        chosen = [turn * count // few for turn in range(few)]
        pixels = []
        for index in chosen:
            rgb = np.asarray(self._picture(index, size)).reshape(-1, 3)
            mask = self._solid(index, size)
            if mask is not None and mask.any():
                rgb = rgb[mask.reshape(-1)]
            pixels.append(rgb[:: max(1, len(rgb) * few // _COLOUR_PIXELS)])
        return np.concatenate(pixels)

    def _solid(self, index: int, size: films.Size) -> paint.Mask | None:
        """Where nothing shines through one picture; None where nothing does anywhere in the film."""
        if not self._has_alpha:
            return None
        mask = self.film.solid[index]
        if mask is None:
            return np.ones((size[1], size[0]), np.bool_)
        return np.asarray(mask.resize(size, Image.Resampling.BOX)) >= 128

    def _picture(self, index: int, size: films.Size) -> Image.Image:
        """One picture at `size`; those of the size asked for last are remembered if they are small."""
        if size == self.film.size:
            return self.film.pictures[index]
        if size != self._scaled_to:
            self._scaled, self._scaled_to = {}, size
        picture = self._scaled.get(index)
        if picture is None:
            picture = self.film.pictures[index].resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
            if size[0] * size[1] * len(self.film.pictures) <= _REMEMBERED_PIXELS:
                self._scaled[index] = picture
        return picture


def strips(film: films.Film, *, scale: float) -> tuple[films.Film, float]:
    """Strips of each picture on top of each other, as a film of its own that is quick to write at about this scale, and
    the share of the pixels it has.

    What happens over time is all there, and lines keep their length, which their code depends on.
    """
    width, height = film.size
    share = _TRIAL_PIXELS / (width * height * len(film.pictures) * scale**2)
    count = min(max(int(height * share * scale / _STRIP_ROWS), 1), _STRIPS)
    tall = max(round(height * share / count), math.ceil(_STRIP_ROWS / scale))
    if tall * count > _WHOLE * height:
        return film, 1.0
    tops = [round((strip + 0.5) * height / count - tall / 2) for strip in range(count)]

    def cut(picture: Image.Image) -> Image.Image:
        part = Image.new(picture.mode, (width, tall * count))
        for strip, top in enumerate(tops):
            part.paste(picture.crop((0, top, width, top + tall)), (0, strip * tall))
        return part

    part = dataclasses.replace(
        film,
        size=(width, tall * count),
        pictures=[cut(picture) for picture in film.pictures],
        solid=[cut(mask) if mask is not None else None for mask in film.solid],
    )
    return part, tall * count / height


def _spread(count: int, looks: int) -> list[int]:
    """At most so many of `count` places, spread over them but in step with no rhythm (by the golden section)."""
    if looks >= count:
        return list(range(count))
    return [int((turn + turn * 0.618_034 % 1.0) * count / looks) for turn in range(looks)]
