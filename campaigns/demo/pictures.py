"""The pictures of the demo world, drawn by code: nobody's photo and nobody's font is needed."""

import io
import math

from PIL import Image, ImageDraw, ImageFont

SKY_TOP, SKY_LOW = (28, 98, 168), (255, 206, 150)
SEA, SEA_FAR, FOAM = (20, 124, 142), (46, 160, 172), (226, 246, 244)
SAND, SAND_DARK = (246, 222, 178), (226, 192, 140)
SUN, CORAL, NAVY, CREAM = (255, 236, 170), (240, 96, 82), (18, 42, 76), (255, 250, 240)

CARD = (
    "BEGIN:VCARD",
    "VERSION:3.0",
    "N:Shop;Tidewater;;;",
    "FN:Tidewater Harbour Street",
    "ORG:Tidewater",
    "TITLE:Your store",
    "TEL;TYPE=WORK,VOICE:+18005550199",
    "EMAIL;TYPE=WORK:hello@tidewater.example",
    "URL:https://tidewater.example/",
    "ADR;TYPE=WORK:;;1 Harbour Street;Portland;OR;97200;USA",
    "NOTE:Open every day from 9 to 6.",
    "END:VCARD",
    "",
)


def poster() -> bytes:
    """A beach sale poster: JPEG, 1600 x 1200."""
    image = _beach((1600, 1200), sun=(1180, 400))
    draw = ImageDraw.Draw(image)
    _parasol(draw, (1240, 1060), 300)
    _ball(draw, (860, 1080), 82)
    draw.rounded_rectangle((90, 110, 800, 690), radius=36, fill=CREAM)
    draw.text((150, 150), "TIDEWATER", font=_font(46), fill=CORAL)
    draw.text((146, 210), "Summer", font=_font(150), fill=NAVY)
    draw.text((146, 360), "sale", font=_font(150), fill=NAVY)
    draw.rounded_rectangle((150, 555, 560, 640), radius=42, fill=CORAL)
    draw.text((190, 566), "20% off today", font=_font(54), fill=CREAM)
    return _bytes(image, "JPEG", quality=88, optimize=True, progressive=True)


def waves() -> bytes:
    """An evening at the sea that moves: GIF, 480 x 360, 16 frames, no end."""
    frames = [_evening((480, 360), phase / 16) for phase in range(16)]
    palette = frames[0].quantize(colors=96, method=Image.Quantize.MEDIANCUT)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    out = io.BytesIO()
    drawn[0].save(out, "GIF", save_all=True, append_images=drawn[1:], duration=110, loop=0, optimize=True)
    return out.getvalue()


def logo() -> bytes:
    """The shop's mark on a see-through ground: PNG, 600 x 600."""
    image = Image.new("RGBA", (1200, 1200), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 1160, 1160), fill=NAVY)
    draw.ellipse((420, 230, 780, 590), fill=SUN)
    for row, colour in enumerate((SEA_FAR, SEA, FOAM)):
        top = 560 + row * 150
        curve = [(x, top + 46 * math.sin(x / 90 + row * 1.4)) for x in range(40, 1161, 8)]
        # A polygon, since the joints of so wide a line leave cracks.
        draw.polygon([*curve, *((x, y + 64) for x, y in reversed(curve))], fill=colour)
    # The waves end where the disc ends.
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((40, 40, 1160, 1160), fill=255)
    round_one = Image.new("RGBA", image.size, (0, 0, 0, 0))
    round_one.paste(image, mask=mask)
    return _bytes(round_one.resize((600, 600), Image.Resampling.LANCZOS), "PNG", optimize=True)


def card() -> bytes:
    """The shop's contact card: vCard 3.0."""
    return "\r\n".join(CARD).encode()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _gradient(size: tuple[int, int], top: tuple[int, ...], low: tuple[int, ...]) -> Image.Image:
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        share = y / max(size[1] - 1, 1)
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True)))
    return column.resize(size)


def _beach(size: tuple[int, int], *, sun: tuple[int, int]) -> Image.Image:
    width, height = size
    horizon, shore = round(height * 0.56), round(height * 0.76)
    image = Image.new("RGB", size, SAND)
    image.paste(_gradient((width, horizon), SKY_TOP, SKY_LOW), (0, 0))
    draw = ImageDraw.Draw(image, "RGBA")
    for radius, strength in ((330, 26), (250, 40), (180, 255)):
        draw.ellipse((sun[0] - radius, sun[1] - radius, sun[0] + radius, sun[1] + radius), fill=(*SUN, strength))
    image.paste(_gradient((width, shore - horizon + 60), SEA_FAR, SEA), (0, horizon))
    for row in range(7):
        y = horizon + 14 + row * row * 6
        for x in range((row * 97) % 190, width, 190):
            draw.line((x, y, x + 40 + row * 10, y), fill=(*FOAM, 90 + row * 12), width=2 + row)
    edge = [(x, shore + 22 * math.sin(x / 170) + 8 * math.sin(x / 47)) for x in range(0, width + 1, 10)]
    draw.polygon([*((x, y - 16) for x, y in edge), (width, height), (0, height)], fill=FOAM)
    draw.polygon([*edge, (width, height), (0, height)], fill=SAND)
    for x in range(0, width, 58):
        y = shore + 60 + (x * 37) % max(height - shore - 80, 1)
        draw.ellipse((x, y, x + 9, y + 5), fill=SAND_DARK)
    return image


def _parasol(draw: ImageDraw.ImageDraw, foot: tuple[int, int], size: int) -> None:
    x, y = foot
    top = y - round(size * 1.5)
    draw.ellipse((x - size * 0.8, y - 16, x + size * 0.8, y + 22), fill=SAND_DARK)
    draw.line((x, y, x, top), fill=NAVY, width=12)
    box = (x - size, top, x + size, top + 2 * size)
    for stripe in range(6):
        draw.pieslice(box, 180 + stripe * 30, 210 + stripe * 30, fill=CORAL if stripe % 2 else CREAM)
    draw.ellipse((x - 10, top - 20, x + 10, top + 4), fill=NAVY)


def _ball(draw: ImageDraw.ImageDraw, middle: tuple[int, int], radius: int) -> None:
    x, y = middle
    draw.ellipse((x - radius, y + radius - 14, x + radius, y + radius + 14), fill=SAND_DARK)
    box = (x - radius, y - radius, x + radius, y + radius)
    for slice_, colour in enumerate((CORAL, CREAM, SEA, CREAM, SUN, CREAM)):
        draw.pieslice(box, slice_ * 60 + 15, slice_ * 60 + 75, fill=colour)
    draw.ellipse((x - 14, y - 14, x + 14, y + 14), fill=NAVY)


def _evening(size: tuple[int, int], phase: float) -> Image.Image:
    """One frame: the sun above a sea whose waves come back to where they were at phase 1."""
    width, height = size
    turn = 2 * math.pi * phase
    image = _gradient(size, (64, 46, 110), (255, 158, 110))
    draw = ImageDraw.Draw(image)
    rise = round(6 * math.sin(turn))
    draw.ellipse((width // 2 - 62, 96 - rise, width // 2 + 62, 220 - rise), fill=SUN)
    for row, colour in enumerate(((116, 78, 128), (74, 66, 122), (42, 56, 108), (22, 40, 84))):
        base = 176 + row * 44
        top = [
            (
                x,
                base
                + (6 + row * 2) * math.sin(2 * math.pi * x * (3 - row % 2) / width + (1 if row % 2 else -1) * turn),
            )
            for x in range(0, width + 1, 6)
        ]
        draw.polygon([*top, (width, height), (0, height)], fill=colour)
        draw.line(top, fill=tuple(min(part + 46, 255) for part in colour), width=3)
    draw.text((width // 2, 318), "Open late tonight", font=_font(34), fill=CREAM, anchor="mm")
    return image
