"""How much a file may ask of the machine. All of it is checked before any pixel is decoded.

A decoder holds four bytes a pixel, and turning or converting a picture holds it twice, so 25 million pixels cost
200 MB, which is what fits below REVIEW.memory_bytes beside the upload and the interpreter. A phone's 48 or 50 million
pixel JPEG is decoded at half its sides instead (libjpeg does that while decoding, at a quarter of the memory), which is
still far more than any phone shows. A HEIC of that size is held by libheif once as it was coded and once as RGB, and
brought down in bands.
"""

import dataclasses
from typing import Final

MEGA: Final = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Ceiling:
    """What one fenced child may use. `memory_bytes` is address space: resident memory can only be smaller."""

    memory_bytes: int
    cpu_s: int
    wall_s: float


REVIEW: Final = Ceiling(memory_bytes=295 * MEGA, cpu_s=20, wall_s=30.0)
# libheif and the encoder it is linked to take 45 MB of address space that never become resident: no file of any kind
# makes a review hold more than 300 MB.
REVIEW_HEIC: Final = Ceiling(memory_bytes=340 * MEGA, cpu_s=20, wall_s=30.0)
# A fit only ever sees files that a review let pass, holds several copies at once, and somebody watches its progress.
FIT: Final = Ceiling(memory_bytes=700 * MEGA, cpu_s=90, wall_s=120.0)
OPEN_FILES: Final = 32
# What somebody waits for, in a request or in the line of what came in, takes at most this long.
WAITED_FOR_S: Final = 12.0
# Reviews at once in one process, callers that may wait for one of them to end, and for how long. The web has more
# threads than these together (`mmsadmin/plan.py`), so that some always answer.
AT_ONCE: Final = 2
IN_LINE: Final = 3
TURN_S: Final = 5.0

PIXELS: Final = 25 * MEGA
# JPEG: libjpeg can decode at a fraction of the size. Phone panoramas reach 63 MP and 16,382 pixels a side.
# WebP: its decoder holds sixteen bytes a pixel. HEIC: phones take 12, 24, 48 and 50 million pixels.
MOST_PIXELS: Final = {"jpeg": 64 * MEGA, "webp": 13 * MEGA, "heic": 51 * MEGA}
SIDE: Final = 8_000
SIDES: Final = {"jpeg": 16_384, "webp": 16_384, "heic": 16_384}
FRAMES: Final = 300
# Each scan of a JPEG goes through the whole picture again, however few bytes it has. Encoders write about ten;
# libjpeg-turbo's own TJFLAG_LIMITSCANS stops at 500. With a hundred the largest picture takes 4 s.
SCANS: Final = 100
ANIMATION_PIXELS: Final = 200 * MEGA
# An animated WebP is decoded twice, its colours are looked up one by one, and a frame is held many times over.
WEBP_ANIMATION_PIXELS: Final = 100 * MEGA
WEBP_CANVAS_PIXELS: Final = 5 * MEGA

# What decoding one picture may hold: its pixels twice, plus libjpeg's coefficients when it is progressive.
DECODE_BYTES: Final = 205 * MEGA
# What libheif may hold: the picture as it was coded and as RGB.
HEIC_DECODE_BYTES: Final = 230 * MEGA

# A JPEG of more bytes can never be sent as it is (a message carries at most a million): its clean copy is made from the
# smallest fraction that libjpeg can decode with at least twice this long side, which is more than any phone shows. The
# original is kept for making it fit.
HEAVY_BYTES: Final = 4 * MEGA
HEAVY_LONG_EDGE: Final = 960

# Above this many pixels a picture is written in one plain pass: an optimised JPEG keeps six bytes a pixel of
# coefficients on top of the pixels, and the slower PNG candidates would take seconds.
CAREFUL_PIXELS: Final = 13 * MEGA
CAREFUL_PNG_PIXELS: Final = 4 * MEGA

# A photo straight from a phone makes a card of several megabytes; whatever else a card says takes a few thousand bytes.
CARD_BYTES: Final = 10 * MEGA
# Properties, and lines before they are unfolded: a photo of CARD_BYTES in lines of 64 characters has half as many.
CARD_LINES: Final = 2_000
CARD_PHYSICAL_LINES: Final = 300_000
# One property, but for photos and the like; and its name with all parameters.
CARD_LINE_BYTES: Final = 10_000
CARD_HEAD_BYTES: Final = 4_000
# A larger photo is reduced as it is read: no phone shows as much, and whoever reads a card holds its text as well.
CARD_PHOTO_EDGE: Final = 2_048


def review(kind: str) -> Ceiling:
    """What judging one file of `kind` may use."""
    return REVIEW_HEIC if kind == "heic" else REVIEW
