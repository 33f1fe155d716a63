"""Turn an animated WebP into a GIF: one palette for all frames, and only what changes is drawn again."""

import dataclasses
import io
from collections.abc import Iterator
from typing import Final

from PIL import Image, ImageChops, WebPImagePlugin

from campaigns.media import gif_write, headers, limits, problems, webp

# The last colour of the palette is kept for 'nothing is drawn here'.
_NOTHING: Final = 255
# Frames that are looked at for the palette, and the longest side at which they are.
_SAMPLES: Final = 10
_SAMPLE_EDGE: Final = 160
_HALF: Final = 128
# Browsers show a GIF's frame of one hundredth of a second, or none, for ten of them; so they do with a WebP's of up to
# ten thousandths.
_SHORTEST_CS: Final = 2
_NO_TIME_MS: Final = 10


@dataclasses.dataclass(frozen=True, slots=True)
class _Palette:
    image: Image.Image
    colours: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Turned:
    """The GIF of an animated WebP, and what that was."""

    data: bytes
    header: headers.Header
    has_alpha: bool


def convert(data: bytes) -> Turned:
    """The GIF of an animated WebP: same sides, loop and total time, to a hundredth of a second.

    Raises UnfitError: too_many_frames, side_too_long, too_many_pixels, too_much_animation, truncated, corrupt.
    """
    header = webp.read(data)
    _check(header)
    try:
        palette, see_through = _colours(data, header)
        frames = _drawn(data, header, palette, see_through=see_through)
        clean = gif_write.write(frames, width=header.width, height=header.height, loop=header.loop)
    except (MemoryError, problems.UnfitError):
        raise
    except Exception as error:  # as with stills, a decoder raises nearly anything
        raise problems.refuse("corrupt", found="webp") from error
    return Turned(clean, header, see_through)


def _check(header: headers.Header) -> None:
    pixels = header.width * header.height
    if header.frames > limits.FRAMES:
        raise problems.refuse("too_many_frames", limit=limits.FRAMES, found=header.frames)
    if max(header.width, header.height) > limits.SIDE:
        raise problems.refuse("side_too_long", limit=limits.SIDE, found=max(header.width, header.height))
    if pixels > limits.WEBP_CANVAS_PIXELS:
        raise problems.refuse("too_many_pixels", limit=limits.WEBP_CANVAS_PIXELS, found=pixels)
    if pixels * header.frames > limits.WEBP_ANIMATION_PIXELS:
        raise problems.refuse("too_much_animation", limit=limits.WEBP_ANIMATION_PIXELS, found=pixels * header.frames)


def _decoded(data: bytes, header: headers.Header) -> Iterator[tuple[Image.Image, int]]:
    """Each frame as the whole canvas, and the milliseconds it lasts."""
    image = Image.open(io.BytesIO(data), formats=[WebPImagePlugin.WebPImageFile.format])
    if image.size != (header.width, header.height) or getattr(image, "n_frames", 1) != header.frames:
        raise problems.refuse("corrupt", found="webp")
    for index in range(header.frames):
        image.seek(index)
        image.load()
        yield image, int(image.info.get("duration", 0))


def _colours(data: bytes, header: headers.Header) -> tuple[_Palette, bool]:
    """The palette for all frames, and whether anything shines through in one. Decodes all of it."""
    step = max(1, header.frames // _SAMPLES)
    parts: list[Image.Image] = []
    see_through = False
    for index, (image, _) in enumerate(_decoded(data, header)):
        see_through = see_through or _is_see_through(image)
        if index % step == 0:
            share = min(1.0, _SAMPLE_EDGE / max(image.size))
            size = max(1, round(image.width * share)), max(1, round(image.height * share))
            # Nearest, since mixed colours are none of the picture's.
            parts.append(image.resize(size, Image.Resampling.NEAREST).convert("RGB"))
    mosaic = Image.new("RGB", (parts[0].width, parts[0].height * len(parts)))
    for index, part in enumerate(parts):
        mosaic.paste(part, (0, index * part.height))
    colours = bytes(mosaic.quantize(_NOTHING, method=Image.Quantize.MEDIANCUT).getpalette("RGB") or [0, 0, 0])
    # The colour of 'nothing' must not attract anything: it is the first one once more.
    whole = colours + colours[:3] * (256 - len(colours) // 3)
    table = Image.new("P", (1, 1))
    table.putpalette(whole, "RGB")
    return _Palette(table, whole), see_through


def _is_see_through(image: Image.Image) -> bool:
    return image.mode == "RGBA" and any(image.getchannel("A").histogram()[:_HALF])


def _drawn(data: bytes, header: headers.Header, palette: _Palette, *, see_through: bool) -> Iterator[gif_write.Drawn]:
    before: Image.Image | None = None
    waiting: gif_write.Drawn | None = None
    passed_ms = told_cs = 0
    for image, lasts_ms in _decoded(data, header):
        passed_ms += lasts_ms
        lasts_cs = (passed_ms + 5) // 10 - told_cs
        if waiting is not None and lasts_cs < _SHORTEST_CS and lasts_ms > _NO_TIME_MS:
            # Too short for a GIF: the one before stands a little longer instead.
            waiting.duration_cs += lasts_cs
            told_cs += lasts_cs
            continue
        told_cs += lasts_cs
        if waiting is not None:
            yield waiting
        now = image.convert("RGB")
        waiting = _whole(image, now, palette) if see_through else _change(now, before, palette)
        waiting.duration_cs = min(lasts_cs, 0xFFFF)
        before = now
    assert waiting is not None
    yield waiting


def _whole(image: Image.Image, colours: Image.Image, palette: _Palette) -> gif_write.Drawn:
    """A frame of which something shines through: drawn whole, and wiped before the next."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else Image.new("L", image.size, 255)
    shown = alpha.point([255 * (level >= _HALF) for level in range(256)])
    box = shown.getbbox() or (0, 0, 1, 1)
    pixels = _indices(colours.crop(box), palette)
    pixels.paste(_NOTHING, (0, 0), ImageChops.invert(shown.crop(box)))
    return gif_write.Drawn(pixels, box[0], box[1], palette.colours, transparent=_NOTHING, disposal=2)


def _change(now: Image.Image, before: Image.Image | None, palette: _Palette) -> gif_write.Drawn:
    """An opaque frame: what differs from the one before, and nothing where it does not."""
    if before is None:
        return gif_write.Drawn(_indices(now, palette), 0, 0, palette.colours, disposal=1)
    difference = ImageChops.difference(now, before)
    box = difference.getbbox() or (0, 0, 1, 1)
    red, green, blue = difference.crop(box).split()
    same = ImageChops.lighter(ImageChops.lighter(red, green), blue).point([255 * (not level) for level in range(256)])
    pixels = _indices(now.crop(box), palette)
    pixels.paste(_NOTHING, (0, 0), same)
    return gif_write.Drawn(pixels, box[0], box[1], palette.colours, transparent=_NOTHING, disposal=1)


def _indices(colours: Image.Image, palette: _Palette) -> Image.Image:
    found = colours.quantize(palette=palette.image, dither=Image.Dither.FLOYDSTEINBERG)
    pixels = Image.frombytes("L", found.size, found.tobytes())
    return pixels.point([0 if index == _NOTHING else index for index in range(256)])
