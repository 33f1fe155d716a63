"""Animations that the tests of fitting need, made by code: the same ones in every run, whatever ran before."""

import io

import media_samples as samples
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageSequence


def pan(frames: int = 14, width: int = 120, height: int = 90, **options: object) -> bytes:
    """A photo that the camera moves over: every pixel changes."""
    scene = photo(width + 4 * frames, height + 2 * frames)
    pictures = [scene.crop((4 * n, 2 * n, 4 * n + width, 2 * n + height)) for n in range(frames)]
    return written([picture.quantize(128) for picture in pictures], **options)


def talker(frames: int = 14, width: int = 120, height: int = 90, **options: object) -> bytes:
    """A ball before a photo that stands still but for the noise of the camera."""
    scene = photo(width, height)
    pictures = []
    for n in range(frames):
        picture = ImageChops.add(scene, noise(width, height, spread=4, seed=n).convert("RGB"), offset=-128)
        ImageDraw.Draw(picture).ellipse((8 + 5 * n, 30, 32 + 5 * n, 54), fill="#d63031")
        pictures.append(picture.quantize(128))
    return written(pictures, **options)


def promotion(frames: int = 16, width: int = 200, height: int = 150, **options: object) -> bytes:
    """Flat shapes in few colours, every frame whole and with a palette of its own, as naive tools write them."""
    pictures = []
    for n in range(frames):
        picture = samples.drawing(width, height)
        draw = ImageDraw.Draw(picture)
        for row in range(5):
            left = (37 * row + 11 * n) % width
            draw.rectangle((left, 25 * row, left + 12, 25 * row + 12), fill=(40 * row, 200 - 30 * row, 90))
        pictures.append(picture.quantize(16))
    return written(pictures, **options)


def fades(**options: object) -> bytes:
    """Two photos that stand for a while, with a slow change from one to the other between."""
    one, other = photo(90, 60, 3), photo(90, 60, 7)
    shares = [0.0] * 3 + [step / 12 for step in range(1, 12)] + [1.0] * 3
    return written([Image.blend(one, other, share).quantize(200) for share in shares], **options)


def sticker(frames: int = 6, side: int = 96) -> bytes:
    """A disc that wanders over nothing: what it leaves is wiped."""
    texture = noise(side, side, spread=60, seed=0).point([max(1, level // 64 * 64) for level in range(256)])
    pictures = []
    for n in range(frames):
        picture = Image.new("P", (side, side), 0)
        picture.putpalette([0, 0, 0, *(part for index in range(1, 256) for part in (index, 255 - index, index // 2))])
        mask = Image.new("L", (side, side), 0)
        ImageDraw.Draw(mask).ellipse((8 * n, 8 * n, 8 * n + 40, 8 * n + 40), fill=255)
        picture.paste(texture, mask=mask)
        pictures.append(picture)
    return written(pictures, transparency=0, disposal=2)


def written(pictures: list[Image.Image], **options: object) -> bytes:
    choices = {"duration": 70, "loop": 0, "optimize": False, "disposal": 1, **options}
    return samples.encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], **choices)


def shown(data: bytes) -> list[Image.Image]:
    """Every frame as Pillow composes it, in RGBA."""
    return [frame.convert("RGBA") for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]


def photo(width: int, height: int, seed: int = 0) -> Image.Image:
    """Soft shapes with some texture, as a photo has."""
    blobs = noise(max(2, width // 12), max(2, height // 12), spread=60, seed=seed).resize((width, height), 3)
    ramp = Image.linear_gradient("L").resize((width, height))
    grain = noise(width, height, spread=16, seed=seed + 1)
    return Image.merge("RGB", (Image.blend(blobs, grain, 0.15), Image.blend(ramp, blobs, 0.5), ramp))


def noise(width: int, height: int, *, spread: float, seed: int) -> Image.Image:
    """Grey noise around the middle. Pillow's own depends on what ran before."""
    levels = np.random.default_rng(seed).normal(128, spread, (height, width))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
