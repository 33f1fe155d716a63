"""How much a file may ask of the machine. All of it is checked before any pixel is decoded.

A decoder holds four bytes a pixel, and turning or converting a picture holds it twice, so 25 million pixels cost
200 MB, which is what fits below REVIEW.memory_bytes beside the upload and the interpreter. A phone's 48 or 50 million
pixel JPEG is decoded at half its sides instead (libjpeg does that while decoding, at a quarter of the memory), which is
still far more than any phone shows.
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
# JPEG only, since libjpeg can decode at a fraction of the size. Phone panoramas reach 63 MP and 16,382 pixels a side.
JPEG_PIXELS: Final = 64 * MEGA
SIDE: Final = 8_000
JPEG_SIDE: Final = 16_384
FRAMES: Final = 300
# Each scan of a JPEG goes through the whole picture again, however few bytes it has. Encoders write about ten;
# libjpeg-turbo's own TJFLAG_LIMITSCANS stops at 500. With a hundred the largest picture takes 4 s.
SCANS: Final = 100
ANIMATION_PIXELS: Final = 200 * MEGA

# What decoding one picture may hold: its pixels twice, plus libjpeg's coefficients when it is progressive.
DECODE_BYTES: Final = 205 * MEGA

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
CARD_PHOTO_SIDE: Final = 4_096
