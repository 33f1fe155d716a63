"""The pictures of the bench, made anew each time from those that scikit-image brings along: always the same ones."""

import io
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_SHIPPED = Path(skimage.data.__file__).parent
_LANCZOS = Image.Resampling.LANCZOS
WIDE, HIGH = 4_032, 3_024


def shipped(name: str) -> Image.Image:
    return Image.open(_SHIPPED / name).convert("RGB")


def photos() -> dict[str, bytes]:
    """JPEGs of twelve megapixels, as phones take them: fine texture, sharpened, with a sensor's grain."""
    made = {
        "mosaic": _grain(_sharp(_mosaic(600)), 5),
        "fine": _grain(_sharp(_mosaic(300)), 4),
        "texture": _grain(_sharp(_textures()), 5),
        "face": _grain(_sharp(shipped("astronaut.png").crop((0, 0, 512, 384)).resize((WIDE, HIGH), _LANCZOS)), 6),
        "fur": _grain(shipped("chelsea.png").crop((0, 0, 400, 300)).resize((WIDE, HIGH), _LANCZOS), 3),
        "stars": _grain(_sharp(shipped("hubble_deep_field.jpg").crop((0, 0, 1000, 750)).resize((WIDE, HIGH))), 4),
    }
    return {name: encoded(image, "JPEG", quality=92) for name, image in made.items()}


def graphics() -> dict[str, bytes]:
    """PNGs: a logo with a soft shadow, a cut-out portrait, a screenshot, a poster."""
    made = {"logo": _logo(), "cutout": _cutout(), "screenshot": _screenshot(), "poster": _poster()}
    return {name: encoded(image, "PNG") for name, image in made.items()}


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _grain(image: Image.Image, strength: float) -> Image.Image:
    chance = np.random.default_rng(5)
    light = chance.normal(0, strength, (image.height, image.width, 1)).astype(np.float32)
    colour = chance.normal(0, 0.6 * strength, (image.height, image.width, 3)).astype(np.float32)
    return Image.fromarray(np.clip(np.asarray(image, dtype=np.float32) + light + colour, 0, 255).astype(np.uint8))


def _sharp(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(3, 120, 2))


def _mosaic(row: int) -> Image.Image:
    names = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "ihc.png")
    tiles = [shipped(name) for name in names]
    tiles = [tile.resize((round(tile.width * row / tile.height), row), _LANCZOS) for tile in tiles]
    whole, count = Image.new("RGB", (WIDE, HIGH)), 0
    for top in range(0, HIGH, row):
        left = 0
        while left < WIDE:
            tile = tiles[count % len(tiles)]
            whole.paste(tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if count % 3 == 0 else tile, (left, top))
            left, count = left + tile.width, count + 1
        count += 1
    return whole


def _textures() -> Image.Image:
    whole = Image.new("RGB", (WIDE, HIGH))
    kinds = (("grass.png", (90, 130, 60)), ("gravel.png", (150, 140, 130)), ("brick.png", (170, 95, 75)))
    for top in range(0, HIGH, 1_024):
        for left in range(0, WIDE, 1_024):
            name, tint = kinds[(top + left) // 1_024 % 3]
            light = np.asarray(shipped(name).convert("L").resize((1_024, 1_024), _LANCZOS), dtype=np.float32) / 128
            tile = np.clip(light[..., None] * np.array(tint), 0, 255).astype(np.uint8)
            whole.paste(Image.fromarray(tile), (left, top))
    return whole


def _logo(side: int = 800) -> Image.Image:
    large = Image.new("RGBA", (2 * side, 2 * side))
    draw = ImageDraw.Draw(large)
    draw.ellipse((160, 160, 2 * side - 160, 2 * side - 160), fill=(20, 110, 190, 255))
    draw.polygon([(side, 240), (2 * side - 340, 2 * side - 400), (340, 2 * side - 400)], fill=(255, 200, 40, 255))
    draw.text((side - 420, side + 160), "MMS", fill=(255, 255, 255, 255), font=ImageFont.load_default(450))
    top = large.resize((side, side), _LANCZOS)
    whole = Image.new("RGBA", (side, side))
    whole.putalpha(top.getchannel("A").filter(ImageFilter.GaussianBlur(20)).point(lambda value: value * 0.6))
    whole.alpha_composite(top)
    return whole


def _cutout(side: int = 800) -> Image.Image:
    portrait = shipped("astronaut.png").resize((side, side), _LANCZOS).convert("RGBA")
    shape = Image.new("L", (side, side))
    ImageDraw.Draw(shape).ellipse((60, 30, side - 60, side - 30), fill=255)
    portrait.putalpha(shape.filter(ImageFilter.GaussianBlur(8)))
    return portrait


def _screenshot(width: int = 1_080, height: int = 1_920) -> Image.Image:
    page = Image.new("RGB", (width, height), "#f6f7f9")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, width, 140), fill="#12355b")
    draw.text((50, 45), "Orders today", fill="white", font=ImageFont.load_default(54))
    page.paste(shipped("coffee.png").resize((width - 100, (width - 100) * 2 // 3), _LANCZOS), (50, 180))
    words = ["Two", "boxes", "of", "wool", "and", "a", "lamp,", "to", "be", "sent", "before", "Friday", "noon."]
    for count, top in enumerate(range(880, height - 180, 210)):
        draw.rounded_rectangle((50, top, width - 50, top + 180), 20, fill="white", outline="#d7dbe0", width=3)
        draw.ellipse((75, top + 40, 175, top + 140), fill=("#e17055", "#00b894", "#0984e3", "#6c5ce7")[count % 4])
        title = f"Order {1_000 + 37 * count}   {13 * count % 97}.{7 * count % 90 + 10} EUR"
        draw.text((210, top + 30), title, fill="#1b1e23", font=ImageFont.load_default(38))
        line = " ".join(words[(3 * count + step) % len(words)] for step in range(8))
        draw.text((210, top + 100), line, fill="#69707a", font=ImageFont.load_default(29))
    return page


def _poster(width: int = 1_080, height: int = 1_350) -> Image.Image:
    down, across = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[None, :, None]
    sky = np.array([255, 94, 98]) * (1 - down) + np.array([255, 195, 113]) * down + 30 * np.sin(3 * across)
    poster = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(poster)
    draw.text((90, 150), "SUMMER", fill="white", font=ImageFont.load_default(190))
    draw.text((90, 370), "SALE -20%", fill="#2d3436", font=ImageFont.load_default(170))
    shape = Image.new("L", (700, 465))
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, 699, 464), 60, fill=255)
    poster.paste(shipped("chelsea.png").resize((700, 465), _LANCZOS), (190, 700), shape)
    draw.text((90, 1230), "Show this message in store. Until 31 August.", fill="white", font=ImageFont.load_default(40))
    return poster
