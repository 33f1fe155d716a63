"""What a file of a kind that cannot be sent is made to fit from: the best file of a kind that can."""

from typing import Final

from campaigns.media import rebuild, still, webp, webp_gif

KINDS: Final = frozenset({"heic", "webp"})
# It is decoded once more at once: a loss far below that of any fit.
_QUALITY: Final = 97


def turn(data: bytes, *, kind: str) -> tuple[bytes, str]:
    """A HEIC or WebP as a GIF if it moves, a PNG if something shines through, else a JPEG; and which.

    Raises UnfitError. Decodes untrusted bytes: call it inside the fence.
    """
    if kind == "webp" and webp.read(data).frames > 1:
        return webp_gif.convert(data).data, "gif"
    image = still.canonical(still.decode(data, kind=kind), [])
    if still.has_alpha(image):
        return rebuild.plain_png(image), "png"
    flat = image if image.mode in {"L", "RGB"} else image.convert("RGB")
    return rebuild.jpeg(flat, quality=_QUALITY, subsampling=0), "jpeg"
