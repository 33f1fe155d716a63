"""Broken and hostile files of every kind, made by code: what the fuzz tests begin with, and what must get a verdict."""

import base64
import functools
import random
import struct
import zlib

import media_samples as samples
import turned_samples as turned
from PIL import Image

_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTEL:+12025550143\r\n{}\r\nEND:VCARD\r\n"


def _card(lines: str) -> bytes:
    return _CARD.format(lines).encode()


def _flat(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), "#8ac4d0")


def _corrupt(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


def _bomb_chunk(name: bytes, start: bytes) -> bytes:
    """A PNG with a text or a profile of 20 MB that takes 20 KB."""
    return samples.with_png_chunk(samples.png(40, 30), name, start + zlib.compress(bytes(20_000_000), 9))


def _jpegs() -> dict[str, bytes]:
    small = samples.jpeg(48, 32)
    return {
        "jpeg": small,
        "jpeg, progressive": samples.jpeg(48, 32, progressive=True, exif=samples.exif()),
        "jpeg, for print": samples.encoded(samples.drawing(48, 32, "CMYK"), "JPEG"),
        "jpeg, cut": small[: len(small) // 2],
        "jpeg, without its end": small[:-2],
        "jpeg, 65,535 pixels a side": samples.resized_jpeg(65_535, 65_535),
        "jpeg, 65,535 pixels wide": samples.resized_jpeg(65_535, 1),
        "jpeg, claims too much": samples.resized_jpeg(5_000, 5_000),
        "jpeg, of many scans": small[:-2] + small[small.index(b"\xff\xda") : -2] * 200 + b"\xff\xd9",
        "jpeg, of markers only": b"\xff\xd8" + b"\xff\xe5\x00\x02" * 20_000 + b"\xff\xd9",
    }


def _pngs() -> dict[str, bytes]:
    small = samples.png(48, 32)
    see_through = samples.encoded(samples.drawing(48, 32).quantize(8), "PNG", transparency=0)
    frames = [samples.drawing(40 + step, 30).resize((40, 30)) for step in range(3)]
    return {
        "png": small,
        "png, palette": see_through,
        "png, 16 bits": samples.sixteen_bit_png(),
        "png, animated": samples.encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "png, wrong checksum": _corrupt(small, 40),
        "png, wrong checksum of the header": _corrupt(small, 30),
        "png, cut": small[:-30],
        "png, 65,535 pixels a side": samples.raw_png(65_535, 65_535, b""),
        "png, pixel bomb": samples.huge_png(7_900),
        "png, as large as may be": samples.raw_png(8_000, 3_125, bytes(24_001 * 3_125)),
        "png, text bomb": _bomb_chunk(b"zTXt", b"Comment\0\0"),
        "png, profile bomb": _bomb_chunk(b"iCCP", b"x\0\0"),
        "png, of chunks only": small[:33] + samples.png_chunk(b"tEXt", b"a\0b") * 20_000 + small[33:],
    }


def _gifs() -> dict[str, bytes]:
    frame = samples.gif_control() + samples.gif_frame()
    return {
        "gif": samples.gif(3, 32, 24),
        "gif, frames outside the canvas": samples.raw_gif(
            8, 8, [samples.gif_frame(7, 7, 4, 4, data=samples.gif_pixels(Image.new("L", (4, 4), 2))),
                   samples.gif_frame(60_000, 60_000), samples.gif_frame(0, 0)],
        ),
        "gif, zero delays": samples.raw_gif(2, 2, [samples.gif_control(duration_cs=0) + samples.gif_frame()] * 5),
        "gif, without its end": samples.raw_gif(1, 1, [frame], ending=b""),
        "gif, cut in its pixels": samples.gif(3, 32, 24)[:-20],
        "gif, 43,000 frames": samples.many_frames_gif(43_000),
        "gif, large canvas and small frames": samples.raw_gif(4_900, 4_900, [frame] * 8),
        "gif, 65,535 pixels a side": samples.raw_gif(65_535, 65_535, [frame]),
        "gif, noise for pixels": samples.raw_gif(
            64, 64, [samples.gif_frame(0, 0, 64, 64, data=b"\x08" + samples.blocks(random.Random(3).randbytes(2_000)))]
        ),
        "gif, wrong code size": samples.raw_gif(1, 1, [samples.gif_frame(data=b"\x0f\x02\x44\x01\x00")]),
        "gif, of extensions only": samples.raw_gif(1, 1, [b"\x21\xfe\x00"] * 50_000),
    }  # fmt: skip


def _cards() -> dict[str, bytes]:
    photo = base64.b64encode(samples.jpeg(24, 24)).decode()
    return {
        "vcf": samples.vcf("ORG:One;Two", "NOTE:a\\nb"),
        "vcf, with a photo": _card(f"PHOTO;ENCODING=b;TYPE=JPEG:{photo}"),
        "vcf, quoted-printable": _card("NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A9 =\r\nmore=\r\n=0A"),
        "vcf, a line of 10 MB": _card("NOTE:" + "a" * 9_900_000),
        "vcf, a photo of 10 MB that is none": _card("PHOTO;ENCODING=b:" + "QUJD" * 2_400_000),
        "vcf, folded 200,000 times": _card("NOTE:a" + "\r\n b" * 200_000),
        "vcf, soft breaks without end": _card("NOTE;ENCODING=QUOTED-PRINTABLE:" + "a=\r\n" * 100_000),
        "vcf, nested quoting": _card("TEL;X=" + '"a,' * 20_000 + '"b":+12025550144'),
        "vcf, quotes that never close": _card('TEL;TYPE="' * 5_000),
        "vcf, parameters without end": _card("TEL" + ";TYPE=CELL" * 20_000 + ":+12025550144"),
        "vcf, card in a card": b"BEGIN:VCARD\r\nVERSION:3.0\r\n" * 5_000,
        "vcf, utf-16": _card("NOTE:é").decode().encode("utf-16"),
        "vcf, half a surrogate": b"\xff\xfe" + _card("NOTE:x").decode().encode("utf-16-le") + b"\x00\xd8",
    }


def _webps() -> dict[str, bytes]:
    small, moving = samples.encoded(samples.drawing(48, 32), "WEBP"), turned.moving_webp(3, 32, 24)
    head = b"\x02\0\0\0" + struct.pack("<HBHB", 31, 0, 23, 0)
    frame = next(chunk for chunk in turned.chunks_of(moving) if chunk[0] == b"ANMF")
    return {
        "webp": small,
        "webp, lossless with alpha": samples.encoded(turned.see_through(32, 24), "WEBP", lossless=True),
        "webp, moving": moving,
        "webp, moving and see-through": turned.moving_webp(3, 32, 24, alpha=True),
        "webp, cut": small[: len(small) // 2],
        "webp, cut and measured so": turned.webp_chunks(*[(name, body[:60]) for name, body in turned.chunks_of(small)]),
        "webp, 10,000 frames": turned.webp_chunks((b"VP8X", head), (b"ANIM", bytes(6)), *[frame] * 10_000),
        "webp, frames outside the canvas": turned.webp_chunks(
            (b"VP8X", head), (b"ANIM", bytes(6)), (b"ANMF", b"\xff\xff\0\xff\xff\0" + frame[1][6:]), frame
        ),
        "webp, 16 million pixels a side": turned.webp_chunks(
            (b"VP8X", bytes(4) + b"\xff" * 6), *turned.chunks_of(small)
        ),
        "webp, says it moves": turned.webp_chunks((b"VP8X", head)),
    }


def _heics() -> dict[str, bytes]:
    small = turned.heic(samples.drawing(64, 48))
    tiled = turned.tiled_heic(3, 2, tile=_flat(64, 64), turns=1)
    return {
        "heic": small,
        "heic, with alpha and more": turned.heic(turned.see_through(64, 48), exif=samples.exif(), xmp=b"<x/>"),
        "heic, of tiles": tiled,
        "heic, cut": small[: len(small) * 2 // 3],
        "heic, cut in its structure": small[:120],
        "heic, lies about its sides": turned.lying_heic(8_000, 6_000),
        "heic, says it is tiny": turned.lying_heic(2, 2),
        "heic, tiles that are not there": tiled.replace(bytes([0, 1, 1, 2]), bytes([0, 1, 255, 255])),
        "heic, boxes in boxes": functools.reduce(
            lambda inside, _: turned.box(b"meta", bytes(4) + inside), range(2_000), small[:24]
        ),
        "heic, boxes without size": small[:28] + struct.pack(">I4s", 0, b"free") * 3_000,
        "heic, properties without end": small.replace(b"ipma", b"ipma\0\0\0\0\xff\xff\xff\xff"),
        "heic, of brands only": turned.box(b"ftyp", b"heic" * 4_000),
    }


@functools.cache
def all_of_them() -> dict[str, bytes]:
    """Each seed by its name, which begins with its kind."""
    return {**_jpegs(), **_pngs(), **_gifs(), **_cards(), **_webps(), **_heics()}


def name_of(seed: str) -> str:
    """The name under which a seed is uploaded."""
    return f"a.{seed.partition(',')[0]}"


def small(limit_bytes: int = 12_000) -> list[bytes]:
    """Those that are worth changing byte by byte."""
    return [data for data in all_of_them().values() if len(data) <= limit_bytes]
