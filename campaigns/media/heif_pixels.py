"""The pixels of a HEIC, by libheif: the primary picture, upright as its structure says, with eight bits a channel."""

import importlib
from typing import Any, Final

from PIL import Image

from campaigns.media import exif, headers, limits, problems

# Rows that are brought down in size at once: the whole picture is never held twice.
_BAND: Final = 128
# Each thread takes address space of its own, of which the largest pictures leave none.
_THREADS: Final = 2


def decode(data: bytes, *, header: headers.Header, scale: int) -> tuple[Image.Image, set[str]]:
    """The primary picture with its sides divided by `scale`, and names for what else was found.

    Its `info` holds at most 'icc_profile'. Raises whatever libheif makes of a broken file.
    """
    # Loaded only here: the library takes 27 MB of address space, which belong to the pixels of other kinds.
    library: Any = importlib.import_module("pillow_heif")
    options: Any = importlib.import_module("pillow_heif.options")
    options.DECODE_THREADS = _THREADS if scale == 1 else 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    file = library.HeifFile(data, convert_hdr_to_8bit=True, remove_stride=False)
    coded = file[file.primary_index]
    width, height = coded.size
    if width * height > header.width * header.height:
        raise problems.refuse("corrupt", found="heic")
    names = {"pictures"} if len(file) > 1 else set()
    names |= exif.names(coded.info["exif"]) if coded.info.get("exif") else set()
    names |= {"xmp"} if coded.info.get("xmp") else set()
    image = _whole(coded) if scale == 1 else _reduced(coded, scale)
    if coded.info.get("icc_profile"):
        image.info["icc_profile"] = coded.info["icc_profile"]
    return image.convert("RGBA") if image.mode == "RGBa" else image, names


def _whole(coded: Any) -> Image.Image:
    pixels = coded.data
    if coded.size[0] * coded.size[1] > limits.PIXELS:
        raise problems.refuse("too_many_pixels", limit=limits.PIXELS, found=coded.size[0] * coded.size[1])
    return Image.frombytes(coded.mode, coded.size, pixels, "raw", coded.mode, coded.stride)


def _reduced(coded: Any, scale: int) -> Image.Image:
    pixels, stride = coded.data, coded.stride
    width, height = coded.size
    image = Image.new(coded.mode, (-(-width // scale), -(-height // scale)))
    for top in range(0, height, _BAND):
        rows = min(_BAND, height - top)
        part = pixels[top * stride : (top + rows) * stride]
        band = Image.frombytes(coded.mode, (width, rows), part, "raw", coded.mode, stride)
        image.paste(band.reduce(scale), (0, top // scale))
    return image
