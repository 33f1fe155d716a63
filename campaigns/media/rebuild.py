"""Write the canonical file for sending, from pixels only, as close to the upload in looks and bytes as can be."""

import io
import struct
import zlib

from PIL import Image, ImageChops, ImageFile

from campaigns.media import limits, still

_PNG_COLOUR_TYPE = {"L": 0, "RGB": 2, "P": 3, "LA": 4, "RGBA": 6}
# Of what becomes a JPEG: at this quality the second loss is not seen.
_TURNED_QUALITY = 92


def rebuild(picture: still.Still, *, size: int, notes: list[str]) -> tuple[bytes, Image.Image]:
    """The canonical JPEG or PNG of a decoded picture, and the pixels that it was made of.

    What is neither becomes a PNG where something shines through, or where it is a drawing without loss, else a JPEG.
    `size` is the upload's, in bytes: more is tried where the first result is larger. What was done is appended to
    `notes`. Empties `picture`.
    """
    image = still.canonical(picture, notes)
    if picture.kind == "jpeg":
        return _jpeg_as_before(image, picture, size=size), image
    if picture.kind != "png":
        return _turned(image, picture, size=size)
    return png(image, size=size), image


def _turned(image: Image.Image, picture: still.Still, *, size: int) -> tuple[bytes, Image.Image]:
    if still.has_alpha(image):
        return png(image, size=size), image
    image = image if image.mode in {"L", "RGB"} else image.convert("RGB")
    if picture.kind == "webp" and picture.header.full_colour and image.getcolors(256):
        return png(image, size=size), image
    careful = image.width * image.height <= limits.CAREFUL_PIXELS
    subsampling = 0 if picture.header.full_colour else 2
    clean = jpeg(image, quality=_TURNED_QUALITY, subsampling=subsampling, optimize=careful, progressive=careful)
    return clean, image


def jpeg(image: Image.Image, **options: object) -> bytes:
    """`image` as JPEG with Pillow's `options` and nothing but pixels in it."""
    out = io.BytesIO()
    if options.get("optimize"):
        # The whole file is then written at once, and Pillow's guess of its size is too small for noise at high quality.
        ImageFile.MAXBLOCK = max(65_536, 4 * image.width * image.height)
    image.save(out, "JPEG", **options)
    return out.getvalue()


def _jpeg_as_before(image: Image.Image, picture: still.Still, *, size: int) -> bytes:
    """JPEG with the tables and the subsampling of the upload: a second loss smaller than any eye can see."""
    image = image if image.mode in {"L", "RGB"} else image.convert("RGB")
    tables = [[min(max(step, 1), 255) for step in table] for table in picture.quantisation or []]
    # libjpeg wants a table of its own for the colours, also where the upload used one for all.
    tables = tables[:1] if image.mode == "L" else tables + tables[-1:] * (len(tables) == 1)
    options = {"qtables": tables or None, "subsampling": picture.subsampling}
    if image.width * image.height > limits.CAREFUL_PIXELS or size > limits.HEAVY_BYTES:
        return jpeg(image, **options)
    first = jpeg(image, optimize=True, progressive=picture.header.progressive, **options)
    if len(first) <= size:
        return first
    return min(first, jpeg(image, optimize=True, progressive=not picture.header.progressive, **options), key=len)


def png(image: Image.Image, *, size: int) -> bytes:
    """PNG without loss, as small as Pillow makes it; more ways are tried while it is larger than `size` bytes."""
    if image.mode == "P":
        image = _blank_unused(image)
    careful = image.width * image.height <= limits.CAREFUL_PNG_PIXELS
    best = _png(image, careful=careful)
    if not careful:
        return best
    fewer = _with_palette(image)
    if fewer is not None:
        best = min(best, _png(fewer, careful=True), key=len)
    if len(best) > size:
        best = min(best, _png_unfiltered(image), key=len)
    return best


def plain_png(image: Image.Image) -> bytes:
    """PNG without loss, in one quick pass."""
    return _png(image, careful=False)


def _png(image: Image.Image, *, careful: bool) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=careful, transparency=image.info.get("transparency"))
    return out.getvalue()


def _blank_unused(image: Image.Image) -> Image.Image:
    """A P image whose palette holds only the colours in use: anything may hide in the others."""
    used = {index for index, count in enumerate(image.histogram()) if count}
    colours = bytes(image.getpalette("RGB") or []).ljust(768, b"\0")
    kept = bytearray(3 * (max(used) + 1))
    for index in used:
        kept[3 * index : 3 * index + 3] = colours[3 * index : 3 * index + 3]
    alpha = still.palette_alpha(image)
    clean = Image.frombytes("P", image.size, image.tobytes())
    clean.putpalette(bytes(kept), "RGB")
    if min(alpha[index] for index in used) < 255:
        faint = [alpha[index] if index in used else 255 for index in range(max(used) + 1)]
        clean.info["transparency"] = bytes(faint)
    return clean


def _with_palette(image: Image.Image) -> Image.Image | None:
    """The same picture with a palette, if it has few enough colours for one to be exact and shorter."""
    if image.mode == "L":
        levels = [level for level, count in enumerate(image.histogram()) if count]
        if len(levels) > 16:
            return None
        ranks = {level: rank for rank, level in enumerate(levels)}
        indices = image.point([ranks.get(level, 0) for level in range(256)])
        fewer = Image.frombytes("P", image.size, indices.tobytes())
        fewer.putpalette(bytes(level for level in levels for _ in range(3)), "RGB")
        return fewer
    colours = image.getcolors(256) if image.mode == "RGB" else None
    if colours is None:
        return None
    table = Image.new("P", (1, 1))
    table.putpalette(bytes(part for _, colour in sorted(colours) for part in _parts(colour)), "RGB")
    fewer = image.quantize(palette=table, dither=Image.Dither.NONE)
    # Pillow looks colours up in a coarse cache, so two close ones may have become one.
    same = ImageChops.difference(fewer.convert("RGB"), image).getbbox() is None
    return _blank_unused(fewer) if same else None


def _parts(colour: object) -> tuple[int, ...]:
    assert isinstance(colour, tuple)
    return colour


def _png_unfiltered(image: Image.Image) -> bytes:
    """PNG without line filters, which flat drawings often compress better without. Pillow always filters."""
    colour_type = _PNG_COLOUR_TYPE.get(image.mode)
    if colour_type is None or image.mode == "P":
        return _png(image, careful=True)
    stride = image.width * len(image.getbands())
    pixels = image.tobytes()
    lines = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, len(pixels), stride))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", image.width, image.height, 8, colour_type, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
