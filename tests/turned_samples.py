"""Files of the kinds that are turned into others when they come in: HEIC, and WebP that stands or moves."""

import struct

import media_samples as samples
import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()  # for writing them; what reads them here never asks Pillow for a decoder by guess


def heic(image: Image.Image | None = None, **options: object) -> bytes:
    """A HEIC as a phone writes it; an orientation in `exif` becomes one of its structure too."""
    return samples.encoded(image or samples.drawing(), "HEIF", **{"quality": 70, **options})


def see_through(width: int = 320, height: int = 240) -> Image.Image:
    """A drawing that fades out from left to right."""
    image = samples.drawing(width, height)
    image.putalpha(Image.linear_gradient("L").rotate(90).resize((width, height)))
    return image


def moving_webp(frames: int = 4, width: int = 80, height: int = 60, *, alpha: bool = False, **options: object) -> bytes:
    """A ball that rolls, over a picture or over nothing."""
    pictures = []
    for index in range(frames):
        ground = Image.new("RGBA", (width, height)) if alpha else samples.drawing(width, height, "RGBA")
        left = index * max(1, (width - 12) // max(1, frames))
        ImageDraw.Draw(ground).ellipse((left, height - 14, left + 12, height - 2), fill="#00b894")
        pictures.append(ground if alpha else ground.convert("RGB"))
    settings = {"duration": 120, "loop": 0, "lossless": True, **options}
    return samples.encoded(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], **settings)


def webp_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of ready-made chunks."""
    body = b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) & 1) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    found, position = [], 12
    while position < len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        found.append((name, data[position + 8 : position + 8 + size]))
        position += 8 + size + (size & 1)
    return found


def box(name: bytes, body: bytes) -> bytes:
    """One ISO box."""
    return struct.pack(">I4s", len(body) + 8, name) + body


def lying_heic(width: int, height: int) -> bytes:
    """A HEIC whose structure claims other sides than its pixels have."""
    data = heic()
    return data.replace(struct.pack(">4sIII", b"ispe", 0, 320, 240), struct.pack(">4sIII", b"ispe", 0, width, height))


def heic_with_foreign(foreign: bytes) -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x010E] = foreign.decode("latin-1")
    return {
        "exif": heic(exif=exif.tobytes()),
        "xmp": heic(xmp=foreign),
        "profile": heic(icc_profile=foreign.ljust(200, b"\0")),
        "free box": heic() + box(b"free", foreign),
        "unknown box": heic() + box(b"uuid", bytes(16) + foreign),
        "after the end": heic() + foreign,
    }


def webp_with_foreign(foreign: bytes) -> dict[str, bytes]:
    plain, moving = samples.webp(), moving_webp()
    coded = chunks_of(plain)
    head = struct.pack("<BBBB", 0x0C, 0, 0, 0) + struct.pack("<HBHB", 319, 0, 239, 0)
    return {
        "exif": samples.encoded(samples.drawing(), "WEBP", exif=b"Exif\0\0" + foreign),
        "xmp": samples.encoded(samples.drawing(), "WEBP", xmp=foreign),
        "profile": samples.encoded(samples.drawing(), "WEBP", icc_profile=foreign.ljust(200, b"\0")),
        "unknown chunk": webp_chunks((b"VP8X", head), *coded, (b"EVIL", foreign)),
        "after the end": plain + foreign,
        "moving, after the end": moving + foreign,
        "moving, unknown chunk": webp_chunks(*chunks_of(moving), (b"EVIL", foreign)),
        "moving, xmp": moving_webp(xmp=foreign),
    }


def tiled_heic(columns: int, rows: int, *, tile: Image.Image, turns: int = 0) -> bytes:
    """A picture of many tiles as phones write it, made quickly: the same coded tile stands in every place."""
    coded = heic(tile)
    place = coded.index(b"hvcC") - 4
    settings = coded[place : place + int.from_bytes(coded[place : place + 4], "big")]
    pixels = coded[coded.index(b"mdat") + 4 :]
    across, down = tile.width * columns, tile.height * rows

    def full(name: bytes, body: bytes, version: int = 0) -> bytes:
        return box(name, bytes([version, 0, 0, 0]) + body)

    def ispe(width: int, height: int) -> bytes:
        return full(b"ispe", struct.pack(">II", width, height))

    def infe(item: int, kind: bytes, flags: int = 0) -> bytes:
        return box(b"infe", bytes([2, 0, 0, flags]) + struct.pack(">HH4s", item, 0, kind) + b"\0")

    properties = settings + ispe(*tile.size) + ispe(across, down) + box(b"irot", bytes([turns]))
    links = struct.pack(">IHBBBHBBB", 2, 1, 2, 3, 0x84, 2, 2, 0x81, 2)
    grid = bytes([0, 1, rows - 1, columns - 1]) + struct.pack(">II", across, down)
    references = struct.pack(f">HH{columns * rows}H", 1, columns * rows, *[2] * (columns * rows))

    def meta(start: int) -> bytes:
        where = struct.pack(">HHHHHII", 2, 1, 1, 0, 1, 0, len(grid))
        where += struct.pack(">HHHHII", 2, 0, 0, 1, start, len(pixels))
        return full(
            b"meta",
            full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + full(b"pitm", struct.pack(">H", 1))
            + full(b"iloc", b"\x44\x00" + where, version=1)
            + full(b"iinf", struct.pack(">H", 2) + infe(1, b"grid") + infe(2, b"hvc1", flags=1))
            + full(b"iref", box(b"dimg", references))
            + box(b"iprp", box(b"ipco", properties) + full(b"ipma", links))
            + box(b"idat", grid),
        )

    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", pixels)
