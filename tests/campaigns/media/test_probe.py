"""What a file really is: complete and right for every kind."""

import struct
import zlib

import media_samples as samples
import pytest
import turned_samples as turned
from PIL import Image

from campaigns.media import check, exif, headers, probe


def _raw_png(
    depth: int, colour: int, lines: bytes, *chunks: tuple[bytes, bytes], side: int = 4, laced: int = 0
) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, laced)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(samples.png_chunk(name, body) for name, body in parts)


def _rows(bytes_a_row: int, value: int = 0) -> bytes:
    return (b"\0" + bytes([value]) * bytes_a_row) * 4


_PALETTE = (b"PLTE", b"\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff")
# The seven passes of a picture of 4 x 4 pixels, in grey of eight bits.
_LACED = b"".join(
    (b"\0" + bytes([level]) * width) * height
    for level, width, height in ((10, 1, 1), (20, 1, 1), (30, 2, 1), (40, 2, 2), (50, 4, 2))
)
TWO = samples.gif_pixels(Image.new("L", (2, 1), 1))
MODES = {
    "grey, 1 bit": (_raw_png(1, 0, _rows(1)), "1", 1, False),
    "grey, 2 bits": (_raw_png(2, 0, _rows(1)), "L", 2, False),
    "grey, 16 bits": (_raw_png(16, 0, _rows(8)), "L", 16, False),
    "colour, 16 bits": (_raw_png(16, 2, _rows(24)), "RGB", 16, False),
    "colour with alpha, 16 bits": (_raw_png(16, 6, _rows(32)), "RGBA", 16, True),
    "grey with alpha": (_raw_png(8, 4, _rows(8)), "LA", 8, True),
    "palette, 2 bits": (_raw_png(2, 3, _rows(1), _PALETTE), "P", 2, False),
    "palette with a see-through colour": (_raw_png(2, 3, _rows(1), _PALETTE, (b"tRNS", b"\0")), "P", 2, True),
    "palette with an unused see-through colour": (
        _raw_png(2, 3, _rows(1), _PALETTE, (b"tRNS", b"\xff\0")),
        "P",
        2,
        False,
    ),
    "laced": (_raw_png(8, 0, _LACED, laced=1), "L", 8, False),
    "jpeg": (samples.jpeg(), "RGB", 8, False),
    "grey jpeg": (samples.encoded(samples.drawing(mode="L"), "JPEG"), "L", 8, False),
    "print jpeg": (samples.encoded(samples.drawing(mode="CMYK"), "JPEG"), "CMYK", 8, False),
    "gif": (samples.gif(), "P", 8, False),
    "gif on nothing": (samples.raw_gif(2, 1, [samples.gif_frame()]), "P", 8, True),
    "gif with a hole": (samples.raw_gif(1, 1, [samples.gif_control(transparent=0) + samples.gif_frame()]),
                        "P", 8, True),
    "gif that is wiped": (samples.raw_gif(2, 1, [samples.gif_control(disposal=2)
                                                 + samples.gif_frame(width=2, data=TWO), samples.gif_frame()]),
                          "P", 8, True),
    "gif that is wiped and covered": (samples.raw_gif(1, 1, [samples.gif_control(disposal=2)
                                                             + samples.gif_frame()] * 2), "P", 8, False),
    "webp": (samples.webp(), "RGB", 8, False),
    "heic": (turned.heic(), "RGB", 8, False),
}  # fmt: skip


@pytest.mark.parametrize("data, mode, depth, has_alpha", MODES.values(), ids=MODES)
def test_colours_are_told_as_they_are_coded(data: bytes, mode: str, depth: int, has_alpha: bool) -> None:
    facts = check.facts(data)
    assert (facts.mode, facts.bit_depth, facts.has_alpha) == (mode, depth, has_alpha)
    assert check.review(data).data is not None


def test_a_laced_picture_comes_out_in_order() -> None:
    clean = samples.opened(check.review(MODES["laced"][0]).data or b"").convert("L")
    assert [clean.getpixel(place) for place in ((0, 0), (2, 0), (0, 2), (1, 0), (0, 1))] == [10, 20, 30, 40, 50]


@pytest.mark.parametrize("colour, level", [(0, b"\x12\x34"), (2, b"\x12\x34" * 3)])
def test_the_see_through_colour_of_sixteen_bits_stays_so(colour: int, level: bytes) -> None:
    lines = (
        b"\0" + level + b"\xff\xff" * (len(level) // 2) * 3 + _rows(4 * len(level), 0xFF)[: 3 * (4 * len(level) + 1)]
    )
    verdict = check.review(_raw_png(16, colour, lines, (b"tRNS", level)))
    alpha = samples.opened(verdict.data or b"").convert("RGBA").getchannel("A")
    assert [alpha.getpixel((x, 0)) for x in range(4)] == [0, 255, 255, 255]
    assert "depth_reduced" in verdict.notes


def test_an_animated_png_tells_its_frames_and_its_time() -> None:
    frames = [samples.drawing(60 + step, 60).resize((60, 60)) for step in range(3)]
    data = samples.encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=[100, 250, 400], loop=2)
    facts = check.facts(data)
    assert (facts.frames, facts.duration_ms, facts.loop) == (3, 750, 1)
    assert check.facts(samples.png()).loop is None


METADATA = {
    "jpeg": (samples.jpeg(exif=samples.exif(), comment=b"hello", xmp=b"<x/>", icc_profile=samples.wide_profile()),
             ("comment", "exif", "gps", "icc", "xmp")),
    "jpeg with a thumbnail": (samples.jpeg(exif=samples._thumbnail(samples.jpeg(16, 16))), ("exif", "thumbnail")),
    "jpeg of an editor": (samples.jpeg()[:2] + b"\xff\xed\0\x15Photoshop 3.0\0\0\0\0\0\0" + samples.jpeg()[2:],
                          ("photoshop",)),
    "png": (samples.with_png_chunk(
                samples.with_png_chunk(samples.png(exif=samples.exif()), b"tEXt", b"Author\0me"), b"tIME", bytes(7)),
            ("exif", "gps", "text", "time")),
    "png with xmp": (samples.with_png_chunk(samples.png(), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"), ("xmp",)),
    "gif": (samples.raw_gif(1, 1, [b"\x21\xfe" + samples.blocks(b"me"),
                                   b"\x21\xff\x0bXMP DataXMP" + samples.blocks(b"<x/>"), samples.gif_frame()]),
            ("comment", "xmp")),
    "vcf": (samples.vcf("X-ONE:1", "X-TWO:2"), ("X-ONE", "X-TWO")),
    "plain jpeg": (samples.jpeg(), ()),
    "plain png": (samples.png(), ()),
    "plain gif": (samples.gif(), ()),
    "plain webp": (samples.webp(), ()),
}  # fmt: skip


@pytest.mark.parametrize("data, names", METADATA.values(), ids=METADATA)
def test_metadata_is_named(data: bytes, names: tuple[str, ...]) -> None:
    facts = check.facts(data)
    assert facts.metadata == names
    assert all(name in (probe.Probe.__doc__ or "") or name.startswith("X-") for name in names)


@pytest.mark.parametrize("tail", [b"", b"PK\x03\x04 and more"])
@pytest.mark.parametrize("name", ["jpeg", "png", "gif", "webp", "moving webp", "heic"])
def test_bytes_after_the_end_are_counted(name: str, tail: bytes) -> None:
    data = {
        "jpeg": samples.jpeg, "png": samples.png, "gif": samples.gif, "webp": samples.webp,
        "moving webp": turned.moving_webp, "heic": turned.heic,
    }[name]()  # fmt: skip
    assert check.facts(data + tail).trailing_bytes == len(tail)


def test_the_sides_are_those_that_are_seen() -> None:
    for data in (samples.jpeg(exif=samples.exif()), samples.png(exif=samples.exif()), turned.heic(exif=samples.exif())):
        facts = check.facts(data)
        assert (facts.width, facts.height, facts.orientation) == (240, 320, 6)


def test_a_photo_too_heavy_to_be_sent_tells_its_own_sides() -> None:
    verdict = check.review(samples.photo_jpeg(12, quality=95, exif=samples.exif()))
    assert (verdict.upload.width, verdict.upload.height) == (3_000, 4_000)
    assert (verdict.width, verdict.height) == (1_500, 2_000)
    assert "pixels_halved" in verdict.notes


@pytest.mark.parametrize("block", [b"", b"Exif\0\0", b"II*\0", b"II*\0\xff\xff\xff\x7f", b"MM\0*\0\0\0\x08\xff\xff"])
def test_a_broken_exif_block_is_only_named(block: bytes) -> None:
    assert exif.names(block) == {"exif"}


def test_the_header_alone_tells_most() -> None:
    header = headers.read(samples.encoded(Image.new("CMYK", (30, 20)), "JPEG"), kind="jpeg")
    assert (header.width, header.height, header.mode, header.bit_depth) == (30, 20, "CMYK", 8)
