"""Every file the tests need, made by code: good ones, odd ones and nasty ones."""

import base64
import io
import random
import struct
import zlib

from PIL import Image, ImageCms, ImageDraw, ImageFilter

ZIP = b"PK\x03\x04\x14\x00\x00\x00\x00\x00evil.class-in-an-archive PK\x05\x06" + bytes(18)
SCRIPT = b"<script>alert('foreign')</script>"
HTML = b"<!doctype html><html><body onload=alert('foreign')>foreign</body></html>"
FOREIGN = {"zip": ZIP, "script": SCRIPT, "html": HTML}
FOREIGN_MARKS = (b"PK\x03\x04", b"<script", b"<html", b"foreign", b"evil.class")


def drawing(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """A flat picture with few colours; its top left corner is red, so that turning it shows."""
    image = Image.new("RGB", (width, height), "#f4f1ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 4), fill="#d63031")
    draw.ellipse((width // 3, height // 3, width - 10, height - 10), fill="#0984e3")
    return image.convert(mode)


def photo(width: int, height: int) -> Image.Image:
    """A picture with gradients and fine noise, which compresses like a photograph."""
    small = Image.effect_noise((max(1, width // 8), max(1, height // 8)), 90).resize((width, height))
    grain = Image.effect_noise((width, height), 24)
    ramp = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (Image.blend(small, grain, 0.4), grain, Image.blend(ramp, grain, 0.3)))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def jpeg(width: int = 320, height: int = 240, **options: object) -> bytes:
    return encoded(drawing(width, height), "JPEG", **{"quality": 85, **options})


def many_scans_jpeg(scans: int, *, side: int = 320) -> bytes:
    """A progressive JPEG with this many scans: the last one again and again, a few bytes each."""
    whole = encoded(drawing(side, side), "JPEG", progressive=True, quality=5)
    last = whole.rfind(b"\xff\xda")
    again = scans - whole.count(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * again + whole[-2:]


def photo_jpeg(megapixels: float = 12, *, quality: int = 90, **options: object) -> bytes:
    """A 4:3 photo as a phone takes it. Noise at one small tile's cost: the tile is repeated."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    height = round(width * 3 / 4)
    tile = photo(512, 384)
    whole = Image.new("RGB", (width, height))
    for left in range(0, width, 512):
        for top in range(0, height, 384):
            whole.paste(tile, (left, top))
    return encoded(whole, "JPEG", quality=quality, **options)


def png(width: int = 320, height: int = 240, mode: str = "RGB", **options: object) -> bytes:
    return encoded(drawing(width, height, mode), "PNG", **options)


def transparent_png(width: int = 320, height: int = 240) -> bytes:
    image = photo(width, height).convert("RGBA")
    image.putalpha(Image.radial_gradient("L").resize((width, height)))
    return encoded(image, "PNG")


def sixteen_bit_png(width: int = 64, height: int = 4) -> bytes:
    """Grey, 16 bits, from black to white: a decoder that clips makes nearly all of it white."""
    row = b"\0" + b"".join(struct.pack(">H", x * 65_535 // (width - 1)) for x in range(width))
    return raw_png(width, height, row * height, depth=16, colour_type=0)


def four_bit_noise_png(side: int = 64) -> bytes:
    """Grey noise of 16 levels without a palette: ours needs one, and so comes out larger."""
    noise = random.Random(7).randbytes(side * side // 2)
    lines = b"".join(b"\0" + noise[start : start + side // 2] for start in range(0, len(noise), side // 2))
    return raw_png(side, side, lines, depth=4, colour_type=0)


def raw_png(width: int, height: int, lines: bytes, *, depth: int = 8, colour_type: int = 2) -> bytes:
    """A PNG with just that header, whatever the lines hold."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = (png_chunk(b"IHDR", head), png_chunk(b"IDAT", zlib.compress(lines)), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_png_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """`data` with a chunk right after the header."""
    return data[:33] + png_chunk(name, body) + data[33:]


def gif(frames: int = 4, width: int = 80, height: int = 60, *, loop: int = 0, duration_ms: int = 120) -> bytes:
    """A ball that rolls. Frame n lasts duration_ms + 10 n."""
    pictures = []
    for index in range(frames):
        picture = drawing(width, height)
        left = index * max(1, (width - 12) // max(1, frames))
        ImageDraw.Draw(picture).ellipse((left, height - 12, left + 10, height - 2), fill="#00b894")
        pictures.append(picture.quantize(16))
    durations = [duration_ms + 10 * index for index in range(frames)]
    return encoded(
        pictures[0], "GIF", save_all=True, append_images=pictures[1:], loop=loop, duration=durations, disposal=0
    )


def raw_gif(width: int, height: int, frames: list[bytes], *, ending: bytes = b"\x3b", palette: bytes = b"") -> bytes:
    """A GIF of ready-made blocks, with a palette of four colours."""
    table = (palette or b"\xff\x00\x00\x00\xff\x00\x00\x00\xff\xff\xff\xff").ljust(12, b"\0")
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF1, 0, 0) + table + b"".join(frames) + ending


# One pixel of colour 0, 1 or 2: clear, the pixel, end.
PIXELS = {0: b"\x02\x02\x44\x01\x00", 1: b"\x02\x02\x4c\x01\x00", 2: b"\x02\x02\x54\x01\x00"}


def gif_frame(left: int = 0, top: int = 0, width: int = 1, height: int = 1, *, data: bytes = PIXELS[0]) -> bytes:
    return struct.pack("<BHHHHB", 0x2C, left, top, width, height, 0) + data


def gif_control(*, duration_cs: int = 10, disposal: int = 0, transparent: int | None = None) -> bytes:
    flags = disposal << 2 | (transparent is not None)
    return struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, duration_cs, transparent or 0, 0)


def gif_pixels(image: Image.Image) -> bytes:
    """The coded data of an L image whose values are colour indices, as a frame of raw_gif takes them."""
    coded = encoded(image, "GIF", optimize=False, interlace=0)
    return coded[coded.rindex(b"\x2c" + bytes(4) + struct.pack("<HH", *image.size)) + 10 : -1]


def blocks(body: bytes) -> bytes:
    """`body` as GIF sub-blocks."""
    parts = [body[start : start + 255] for start in range(0, len(body), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def exif(*, orientation: int = 6) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "ForeignCamera"
    tags.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return tags.tobytes()


def swapped_profile() -> bytes:
    """A profile that is not sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def wide_profile() -> bytes:
    """An RGB profile like sRGB but with red and green primaries exchanged, so that converting is plain to see."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    tags = {}
    for index in range(count):
        place = 132 + 12 * index
        tags[bytes(data[place : place + 4])] = place
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = data[green + 4 : green + 12], data[red + 4 : red + 12]
    return bytes(data).replace("sRGB".encode("utf-16-be"), "Odd ".encode("utf-16-be")).replace(b"sRGB", b"Odd ")


def vcf(*extra: str, version: str = "3.0", name: str = "Ada Byron", phone: str = "+1 202 555 0143") -> bytes:
    lines = ["BEGIN:VCARD", f"VERSION:{version}", "N:Byron;Ada;;;", f"FN:{name}", f"TEL;TYPE=CELL:{phone}"]
    return "\r\n".join([*lines, *extra, "END:VCARD", ""]).encode()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
TEXT = b"Dear all, this is the picture.\n" * 20


def webp() -> bytes:
    return encoded(drawing(), "WEBP")


def jpeg_with_foreign(foreign: bytes) -> dict[str, bytes]:
    """One JPEG for each place where something can hide."""
    plain = jpeg()
    comment = b"\xff\xfe" + struct.pack(">H", len(foreign) + 2) + foreign
    app = b"\xff\xe5" + struct.pack(">H", len(foreign) + 2) + foreign
    return {
        "comment": plain[:2] + comment + plain[2:],
        "application segment": plain[:2] + app + plain[2:],
        "after the end": plain + foreign,
        "profile": encoded(drawing(), "JPEG", icc_profile=foreign.ljust(200, b"\0")),
        "exif": encoded(drawing(), "JPEG", exif=b"Exif\0\0" + foreign),
        "xmp": encoded(drawing(), "JPEG", xmp=foreign),
        "thumbnail": encoded(drawing(), "JPEG", exif=_thumbnail(foreign)),
    }


def _thumbnail(foreign: bytes) -> bytes:
    """An EXIF block whose second directory, the thumbnail's, holds what it should not."""
    first = struct.pack("<HI", 0, 14)
    second = (
        struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 44) + struct.pack("<HHII", 0x0202, 4, 1, len(foreign))
    )
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + second + struct.pack("<I", 0) + foreign


def png_with_foreign(foreign: bytes) -> dict[str, bytes]:
    plain = png()
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette((bytes(12) + foreign + bytes(768))[:768])
    return {
        "text": with_png_chunk(plain, b"tEXt", b"Comment\0" + foreign),
        "long text": with_png_chunk(plain, b"iTXt", b"Comment\0\0\0\0\0" + foreign),
        "exif": with_png_chunk(plain, b"eXIf", b"II*\0\x08\0\0\0\0\0" + foreign),
        "suggested palette": with_png_chunk(plain, b"sPLT", b"name\0\x08" + foreign),
        "unknown chunk": with_png_chunk(plain, b"evIl", foreign),
        "after the end": plain + foreign,
        "profile": encoded(drawing(), "PNG", icc_profile=foreign.ljust(200, b"\0")),
        "palette": encoded(palette, "PNG"),
    }


def gif_with_foreign(foreign: bytes) -> dict[str, bytes]:
    frame = gif_control() + gif_frame()
    palette = (bytes(6) + foreign + bytes(768))[:768]
    last = Image.new("L", (1, 1), 255)
    whole_palette = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0xF7, 0, 0) + palette + gif_frame() + b"\x3b"
    return {
        "comment": raw_gif(1, 1, [b"\x21\xfe" + blocks(foreign), frame]),
        "application": raw_gif(1, 1, [b"\x21\xff\x0bFOREIGN1234" + blocks(foreign), frame]),
        "plain text": raw_gif(1, 1, [b"\x21\x01" + blocks(foreign), frame]),
        "after the end": raw_gif(1, 1, [frame]) + foreign,
        "after the pixels": raw_gif(1, 1, [gif_frame(data=PIXELS[0][:-1] + blocks(foreign))]),
        "palette": whole_palette,
        "palette between colours in use": whole_palette.replace(gif_frame(), gif_frame(data=gif_pixels(last))),
    }


def vcf_with_foreign(foreign: bytes) -> dict[str, bytes]:
    text = foreign.decode("latin-1").translate(dict.fromkeys(range(32)))
    return {
        "unknown property": vcf(f"X-FOREIGN:{text}"),
        "parameter": vcf(f'TEL;X-EVIL="{text.replace(chr(34), "")}":+12025550144'),
        "address": vcf(f"URL:javascript:{text}"),
        **{
            f"photo, {where}": vcf("PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(photo).decode())
            for where, photo in jpeg_with_foreign(foreign).items()
        },
    }


def many_frames_gif(frames: int) -> bytes:
    return raw_gif(1, 1, [gif_control() + gif_frame()] * frames)


def huge_png(side: int = 30_000) -> bytes:
    """Small on the disk, enormous when decoded: one bit a pixel, all the same."""
    packer = zlib.compressobj(9)
    line = bytes(1 + (side + 7) // 8)
    body = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (png_chunk(b"IHDR", head), png_chunk(b"IDAT", body), png_chunk(b"IEND", b""))
    )


def resized_jpeg(width: int, height: int) -> bytes:
    """A JPEG whose header claims other sides than its pixels have."""
    data = bytearray(jpeg())
    place = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, place + 5, height, width)
    return bytes(data)


def blurred_photo(width: int, height: int) -> Image.Image:
    return photo(width, height).filter(ImageFilter.GaussianBlur(2))
