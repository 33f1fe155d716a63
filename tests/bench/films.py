"""The animations that the bench fits, made from photographs that scikit-image carries."""

import functools
import io
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage import data

Picture = Image.Image
GRAIN: Final = 3.0


def film(frames: int = 60, side: int = 480) -> bytes:
    """A camera moves over photographs, with grain; dithered: about 9 MB."""
    scene = _wall(1_200, 900)
    pictures = []
    for n in range(frames):
        left, top = 20 + 3 * n, 20 + 1.8 * n + 10 * np.sin(n / 5)
        part = scene.transform((side, side), Image.Transform.AFFINE, (1, 0, left, 0, 1, top), Image.Resampling.BICUBIC)
        pictures.append(_grainy(part, n))
    return _written(pictures, 80, colours=256, dither=True)


def talker(frames: int = 60, side: int = 400) -> bytes:
    """Something moves before a background that stands still, with grain; dithered: about 7 MB."""
    behind = Image.fromarray(data.coffee()).crop((100, 0, 500, 400)).resize((side, side))
    cat = Image.fromarray(data.chelsea()).resize((225, 150))
    mask = Image.new("L", cat.size, 0)
    ImageDraw.Draw(mask).ellipse((5, 5, 220, 145), fill=255)
    pictures = []
    for n in range(frames):
        picture = behind.copy()
        picture.paste(cat, (90 + int(70 * np.sin(n / 6)), 120 + int(30 * np.cos(n / 4))), mask)
        pictures.append(_grainy(picture, n))
    return _written(pictures, 70, colours=256, dither=True)


def promotion(frames: int = 60, side: int = 600) -> bytes:
    """Flat shapes with smooth edges, words and confetti on turning rays: about 1.7 MB."""
    chance = np.random.default_rng(3).random((80, 4))
    pictures = [_promotion(n, frames, side, chance) for n in range(frames)]
    return _written(pictures, 70, colours=128, dither=False)


def _promotion(n: int, frames: int, side: int, chance: np.ndarray) -> Picture:
    picture = Image.new("RGB", (2 * side, 2 * side), "#3a0ca3")
    draw = ImageDraw.Draw(picture)
    middle, zoom = float(side), 1 + 0.08 * np.sin(n / 4)
    for ray in range(16):
        turn = 2 * np.pi * (ray / 16 + n / frames / 4)
        tips = [(middle + 1.5 * side * np.cos(a), middle + 1.5 * side * np.sin(a)) for a in (turn, turn + 0.2)]
        draw.polygon([(middle, middle), *tips], fill="#4361ee")
    for x, y, speed, hue in chance:
        left = (2 * side * x + 40 * np.sin(n / 4 + 10 * hue)) % (2 * side)
        top = (2 * side * y + n * (6 + 14 * speed)) % (2 * side)
        colour = ("#f72585", "#ffd60a", "#4cc9f0", "#ffffff")[int(4 * hue)]
        draw.rectangle((left, top, left + 16, top + 16), fill=colour)
    wide, tall = 420 * zoom, 200 * zoom
    draw.rounded_rectangle((middle - wide, middle - tall, middle + wide, middle + tall), 60, fill="#f72585")
    picture = picture.resize((side, side), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    draw.text((side / 2, 0.45 * side), "FLASH SALE", anchor="mm", font=ImageFont.load_default(int(80 * zoom)))
    draw.text((side / 2, 0.58 * side), f"ends in {frames - n} s", anchor="mm", font=ImageFont.load_default(34))
    return picture


def slides(frames: int = 200, side: int = 360) -> bytes:
    """Four photographs that stand, fade into the next, and have a badge run over them; dithered: about 5 MB."""
    photos = [picture.resize((side, side)) for picture in _photos()]
    pictures = []
    for n in range(frames):
        turn, now = divmod(4 * n / frames, 1)
        picture = Image.blend(photos[int(turn) % 4], photos[(int(turn) + 1) % 4], max(0.0, (now - 0.7) / 0.3))
        left = 5 + 4 * n % (side - 40)
        ImageDraw.Draw(picture).rectangle((left, side - 40, left + 30, side - 10), fill="#ef476f")
        pictures.append(picture)
    return _written(pictures, 60, colours=256, dither=True)


ALL: Final[dict[str, Callable[[], bytes]]] = {
    "film": film,
    "talker": talker,
    "promotion": promotion,
    "slides": slides,
}


@functools.cache
def _photos() -> list[Picture]:
    photos = (data.astronaut(), data.coffee(), data.chelsea(), data.rocket())
    return [Image.fromarray(photo).convert("RGB") for photo in photos]


def _wall(width: int, height: int) -> Picture:
    whole = Image.new("RGB", (width, height))
    for n, photo in enumerate(_photos()):
        row, column = divmod(n, 2)
        whole.paste(photo.resize((width // 2, height // 2)), (column * width // 2, row * height // 2))
    return whole


def _grainy(picture: Picture, seed: int) -> Picture:
    pixels = np.asarray(picture).astype(np.float32)
    grain = np.random.default_rng(seed).normal(0, GRAIN, pixels.shape[:2])
    return Image.fromarray(np.clip(pixels + grain[..., None], 0, 255).astype(np.uint8))


def _written(pictures: list[Picture], lasts_ms: int, *, colours: int, dither: bool) -> bytes:
    """As usual tools write it: one palette from a few of the pictures, every frame whole."""
    sheet = Image.new("RGB", (pictures[0].width, 4 * pictures[0].height))
    for n in range(4):
        sheet.paste(pictures[n * (len(pictures) - 1) // 3], (0, n * pictures[0].height))
    palette = sheet.quantize(colours)
    way = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    first, *others = (picture.quantize(palette=palette, dither=way) for picture in pictures)
    out = io.BytesIO()
    choices = {"duration": lasts_ms, "loop": 0, "optimize": False, "disposal": 1}
    first.save(out, "GIF", save_all=True, append_images=others, **choices)
    return out.getvalue()
