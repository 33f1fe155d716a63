"""Whether something shines through a file that is sent: phones put white, black or grey behind it."""

import io
from typing import Final

from PIL import Image

from campaigns.media import gif, still

_TO_BACKGROUND: Final = 2
_TO_BEFORE: Final = 3


def shines_through(data: bytes, *, kind: str) -> bool:
    """Whether any pixel that is shown, of any frame, is not solid. `data` is a copy of our own. Decodes."""
    if kind == "gif":
        return of_animation(gif.parse(data))
    if kind == "png":
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return still.has_alpha(image)
    return False


def of_animation(animation: gif.Animation) -> bool:
    """Transparent pixels mostly let the frame before stand, which says nothing: frames are laid over each other.

    Once a canvas is solid, only wiping a place opens it again.
    """
    canvas = Image.new("1", (animation.width, animation.height))
    # What was there before the first frame is nothing.
    wipes = animation.frames[0].disposal == _TO_BEFORE or any(
        frame.disposal == _TO_BACKGROUND for frame in animation.frames
    )
    for frame in animation.frames:
        before = canvas.copy() if frame.disposal == _TO_BEFORE else canvas
        solid = gif.indices(frame).point([255 * (index != frame.transparent) for index in range(256)], "1")
        canvas.paste(1, (frame.left, frame.top), solid)
        if canvas.getextrema()[0] == 0:
            return True
        if not wipes:
            return False
        canvas = before
        if frame.disposal == _TO_BACKGROUND:
            canvas.paste(0, (frame.left, frame.top, frame.left + frame.width, frame.top + frame.height))
    return False
