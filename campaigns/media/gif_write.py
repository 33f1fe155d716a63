"""Write an animation again from its pixels: same frames, times, loop, disposal and transparency, nothing else.

What is drawn stays exactly the same. Bytes are saved where it costs nothing: one palette for all frames that share
one, code sizes no wider than the colours in use, and frames cut down to what changes.
"""

import dataclasses
import struct
from collections import Counter
from collections.abc import Iterable
from typing import Final

from PIL import Image, ImageChops

from campaigns.media import gif

# Separator and four numbers of an image descriptor, before its flags.
_PLACE_BYTES: Final = 9


@dataclasses.dataclass(slots=True)
class Drawn:
    """A frame to write, inside the canvas: colour indices in an L image, and what they mean."""

    pixels: Image.Image
    left: int
    top: int
    palette: bytes
    transparent: int | None = None
    duration_cs: int = 0
    disposal: int = 0

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.left + self.pixels.width, self.top + self.pixels.height


@dataclasses.dataclass(slots=True)
class _Canvas:
    """What stands on the screen before the next frame, as indices into `palette`; unknown while that is None."""

    pixels: Image.Image
    palette: bytes | None = None


def rebuild(animation: gif.Animation) -> bytes:
    """The canonical GIF89a of `animation`. Raises UnfitError when a frame cannot be decoded."""
    canvas = _Canvas(Image.new("L", (animation.width, animation.height)))
    drawn = (_trim(_draw(frame, animation), canvas) for frame in animation.frames)
    return write(drawn, width=animation.width, height=animation.height, loop=animation.loop)


def write(frames: Iterable[Drawn], *, width: int, height: int, loop: int | None) -> bytes:
    """A GIF89a of at least one frame. Holds one picture at a time. `loop`: None plays once, 0 for ever."""
    palettes: Counter[bytes] = Counter()
    used: dict[bytes, set[int]] = {}
    coded: list[tuple[bytes, bytes, bytes]] = []
    for drawn in frames:
        palettes[drawn.palette] += 1
        used.setdefault(drawn.palette, set()).update(_indices_in(drawn.pixels))
        coded.append((_control(drawn), drawn.palette, _place(drawn) + lzw(drawn.pixels, drawn.transparent)))
    shared = palettes.most_common(1)[0][0]
    tables = {palette: _table(palette, indices) for palette, indices in used.items()}
    table = tables[shared]
    out = [b"GIF89a", struct.pack("<HHBBB", width, height, 0xF0 | _bits(table) - 1, 0, 0), table]
    if loop is not None and len(coded) > 1:
        out.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", loop, 0))
    for control, palette, placed in coded:
        local = b"" if palette == shared else tables[palette]
        flags = 0x80 | _bits(local) - 1 if local else 0
        out += [control, placed[:_PLACE_BYTES], bytes([flags]), local, placed[_PLACE_BYTES:]]
    return b"".join([*out, b"\x3b"])


def first_frame(animation: gif.Animation) -> Image.Image:
    """The first frame on its canvas, in mode P or, where it covers only a part, RGBA."""
    drawn = _draw(animation.frames[0], animation)
    picture = Image.frombytes("P", drawn.pixels.size, drawn.pixels.tobytes())
    picture.putpalette(drawn.palette, "RGB")
    if drawn.transparent is not None:
        picture.info["transparency"] = drawn.transparent
    if picture.size == (animation.width, animation.height):
        return picture
    canvas = Image.new("RGBA", (animation.width, animation.height))
    canvas.paste(picture.convert("RGBA"), drawn.box[:2])
    return canvas


def _draw(frame: gif.Frame, animation: gif.Animation) -> Drawn:
    """Decode a frame and cut off what lies outside the canvas."""
    pixels = gif.indices(frame)
    palette = frame.palette or animation.palette or gif.RAMP
    right = min(frame.left + frame.width, animation.width)
    bottom = min(frame.top + frame.height, animation.height)
    if right <= frame.left or bottom <= frame.top:
        return Drawn(Image.new("L", (1, 1)), 0, 0, palette, 0, frame.duration_cs, frame.disposal)
    if (right - frame.left, bottom - frame.top) != pixels.size:
        pixels = pixels.crop((0, 0, right - frame.left, bottom - frame.top))
    # A frame that is wiped afterwards keeps the mark unused too: some players wipe to the background without it.
    shown = frame.transparent if frame.disposal == 2 or frame.transparent in _indices_in(pixels) else None
    return Drawn(pixels, frame.left, frame.top, palette, shown, frame.duration_cs, frame.disposal)


def _trim(drawn: Drawn, canvas: _Canvas) -> Drawn:
    """Cut an opaque frame down to the box that differs from what is on the screen; note what it leaves there."""
    stays = drawn.disposal in {0, 1}
    known = canvas.palette is not None and canvas.palette == drawn.palette
    whole = drawn.pixels.size == canvas.pixels.size and drawn.transparent is None
    full, box = drawn.pixels, drawn.box
    if known and stays and drawn.transparent is None:
        changed = ImageChops.difference(canvas.pixels.crop(box), full).getbbox() or (0, 0, 1, 1)
        drawn.pixels = full.crop(changed)
        drawn.left, drawn.top = box[0] + changed[0], box[1] + changed[1]
    if stays and (whole or known):
        mask = None
        if drawn.transparent is not None:
            mask = full.point([0 if index == drawn.transparent else 255 for index in range(256)])
        canvas.pixels.paste(full, box, mask)
        canvas.palette = drawn.palette
    else:
        canvas.palette = None
    return drawn


def _indices_in(pixels: Image.Image) -> set[int]:
    return {index for index, count in enumerate(pixels.histogram()) if count}


def _table(palette: bytes, used: set[int]) -> bytes:
    """`palette` as short as the indices in use allow; entries not in use are blanked, since anything may hide there."""
    size = 1 << max(1, max(used).bit_length())
    table = bytearray(3 * size)
    for index in used:
        table[3 * index : 3 * index + 3] = palette[3 * index : 3 * index + 3].ljust(3, b"\0")
    return bytes(table)


def _bits(table: bytes) -> int:
    return (len(table) // 3).bit_length() - 1


def _control(drawn: Drawn) -> bytes:
    if not drawn.duration_cs and not drawn.disposal and drawn.transparent is None:
        return b""
    flags = drawn.disposal << 2 | (drawn.transparent is not None)
    return struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, drawn.duration_cs, drawn.transparent or 0, 0)


def _place(drawn: Drawn) -> bytes:
    return struct.pack("<BHHHH", 0x2C, drawn.left, drawn.top, *drawn.pixels.size)


def lzw(pixels: Image.Image, transparent: int | None) -> bytes:
    """The LZW code size and data sub-blocks of an L image. Pillow's own writer always starts with eight bits."""
    highest = max(*_indices_in(pixels), transparent or 0)
    bits = max(2, highest.bit_length())
    encoder = Image._getencoder("L", "gif", ("L", bits, 0), ())
    encoder.setimage(pixels.im, (0, 0, *pixels.size))
    out = [bytes([bits])]
    status = 0
    while status == 0:
        _, status, chunk = encoder.encode(65_536)
        out.append(chunk)
    if status < 0:
        raise RuntimeError(f"GIF encoder error {status}")
    return b"".join([*out, b"\0"])
