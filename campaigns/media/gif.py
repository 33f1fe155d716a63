"""The structure of a GIF: frames with their places, times, palettes and disposal. Pixels come from Pillow's decoder.

Each frame is decoded alone, from a one-frame file built here, so that its colour indices come out exactly as they were
coded: composing the animation and finding new palettes would cost both looks and bytes.
"""

import dataclasses
import io
import struct
from typing import Final

from PIL import Image

from campaigns.media import limits, problems

# With a palette of plain greys Pillow hands out the colour indices themselves.
RAMP: Final = bytes(value for index in range(256) for value in (index, index, index))
_NETSCAPE: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_APPLICATIONS: Final = {b"XMP DataXMP": "xmp", b"ICCRGBG1012": "icc"}


@dataclasses.dataclass(slots=True)
class Frame:
    """One frame; `coded` are its data sub-blocks led by the LZW code size, as they stood in the file."""

    left: int
    top: int
    width: int
    height: int
    interlaced: bool
    palette: bytes | None
    coded: bytes
    duration_cs: int = 0
    disposal: int = 0
    transparent: int | None = None


@dataclasses.dataclass(slots=True)
class Animation:
    """`loop` is None for 'play once', 0 for 'for ever', else the number of repetitions."""

    width: int
    height: int
    palette: bytes | None
    frames: list[Frame] = dataclasses.field(default_factory=list)
    loop: int | None = None
    metadata: tuple[str, ...] = ()
    trailing_bytes: int = 0

    @property
    def duration_ms(self) -> int:
        """Total of the frames' own durations."""
        return sum(frame.duration_cs for frame in self.frames) * 10


class _Reader:
    """Walks the blocks of one GIF; running off the end raises IndexError or struct.error."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 6
        self.control: tuple[int, int, int | None] = (0, 0, None)
        self.frame_count = 0
        self.painted = 0
        self.metadata: set[str] = set()

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return values

    def palette(self, flags: int) -> bytes | None:
        if not flags & 0x80:
            return None
        length = 3 << ((flags & 7) + 1)
        table = self.data[self.position : self.position + length]
        if len(table) < length:
            raise IndexError
        self.position += length
        return table

    def skip_blocks(self) -> None:
        while size := self.data[self.position]:
            self.position += size + 1
        self.position += 1


def parse(data: bytes) -> Animation:
    """Read the structure of a GIF. Raises UnfitError: truncated, corrupt, zero_size, and whatever goes over a limit."""
    reader = _Reader(data)
    try:
        width, height, flags, _, _ = reader.take("<HHBBB")
        animation = Animation(width=width, height=height, palette=reader.palette(flags))
        while (block := reader.data[reader.position]) != 0x3B:
            reader.position += 1
            if block == 0x2C:
                _image(reader, animation)
            elif block == 0x21:
                _extension(reader, animation)
            else:
                raise problems.refuse("corrupt", found="gif")
    except (IndexError, struct.error):
        raise problems.refuse("truncated", found="gif") from None
    _check(reader, animation)
    animation.trailing_bytes = len(data) - reader.position - 1
    animation.metadata = tuple(sorted(reader.metadata))
    return animation


def _check(reader: _Reader, animation: Animation) -> None:
    width, height = animation.width, animation.height
    if not width or not height:
        raise problems.refuse("zero_size", limit=1, found=f"{width} x {height}")
    if max(width, height) > limits.SIDE:
        raise problems.refuse("side_too_long", limit=limits.SIDE, found=max(width, height))
    largest = max([width * height, *(frame.width * frame.height for frame in animation.frames)])
    if largest > limits.PIXELS:
        raise problems.refuse("too_many_pixels", limit=limits.PIXELS, found=largest)
    if reader.frame_count > limits.FRAMES:
        raise problems.refuse("too_many_frames", limit=limits.FRAMES, found=reader.frame_count)
    # Whoever shows the animation composes the whole canvas for each frame, however small the frame is.
    work = max(reader.painted, width * height * reader.frame_count)
    if work > limits.ANIMATION_PIXELS:
        raise problems.refuse("too_much_animation", limit=limits.ANIMATION_PIXELS, found=work)
    if not animation.frames:
        raise problems.refuse("corrupt", found="gif")


def _image(reader: _Reader, animation: Animation) -> None:
    left, top, width, height, flags = reader.take("<HHHHB")
    palette = reader.palette(flags)
    start = reader.position
    reader.position += 1
    reader.skip_blocks()
    reader.frame_count += 1
    reader.painted += width * height
    disposal, duration, transparent = reader.control
    reader.control = (0, 0, None)
    if reader.frame_count > limits.FRAMES:
        return  # refused at the end, with the count; nothing is kept of the rest
    if not width or not height:
        raise problems.refuse("zero_size", limit=1, found=f"{width} x {height}")
    animation.frames.append(
        Frame(
            left=left,
            top=top,
            width=width,
            height=height,
            interlaced=bool(flags & 0x40),
            palette=palette,
            coded=reader.data[start : reader.position],
            duration_cs=duration,
            disposal=disposal if disposal <= 3 else 0,
            transparent=transparent,
        )
    )


def _extension(reader: _Reader, animation: Animation) -> None:
    label = reader.data[reader.position]
    reader.position += 1
    start = reader.position
    reader.skip_blocks()
    if label == 0xF9:
        _, flags, duration, index = struct.unpack_from("<BBHB", reader.data, start)
        reader.control = (flags >> 2) & 7, duration, index if flags & 1 else None
    elif label == 0xFF and reader.data[start + 1 : start + 12] in _NETSCAPE:
        if reader.data[start + 13] == 1:
            (animation.loop,) = struct.unpack_from("<H", reader.data, start + 14)
    elif label == 0xFF:
        reader.metadata.add(_APPLICATIONS.get(reader.data[start + 1 : start + 12], "other"))
    else:
        reader.metadata.add({0xFE: "comment", 0x01: "text"}.get(label, "other"))


def indices(frame: Frame) -> Image.Image:
    """The colour indices of one frame as an L image. Raises UnfitError when its data are broken or too short."""
    whole = (
        b"GIF89a"
        + struct.pack("<HHBBB", frame.width, frame.height, 0xF7, 0, 0)
        + RAMP
        + struct.pack("<BHHHHB", 0x2C, 0, 0, frame.width, frame.height, 0x40 if frame.interlaced else 0)
        + frame.coded
        + b"\x3b"
    )
    try:
        image = Image.open(io.BytesIO(whole), formats=["GIF"])
        image.load()
    except MemoryError:
        raise
    except Exception as error:
        code = "truncated" if "truncated" in str(error).lower() else "corrupt"
        raise problems.refuse(code, found="gif") from error
    if image.mode != "L" or image.size != (frame.width, frame.height):
        raise problems.refuse("corrupt", found="gif")
    return image
