"""Decode one still picture and bring its pixels into canonical form: upright, sRGB, eight bits, nothing beside them."""

import contextlib
import dataclasses
import importlib
import io
import warnings
from typing import Any, Final

from PIL import Image, ImageCms, JpegImagePlugin

from campaigns.media import headers, limits, problems

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG: Final = 0x0112
# The only decoders of Pillow that ever see a file; HEIC goes to libheif, GIF to its own module.
_FORMATS: Final = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}


@dataclasses.dataclass(slots=True)
class Still:
    """A decoded picture, not yet turned, and what is needed to write it again as it was.

    `orientation` is what still has to be done; libheif has turned a HEIC already, as `header.orientation` says.
    """

    kind: str
    image: Image.Image
    header: headers.Header
    orientation: int
    scale: int
    metadata: tuple[str, ...]
    trailing_bytes: int
    profile: bytes | None
    quantisation: list[list[int]] | None = None
    subsampling: int = -1

    @property
    def whole_size(self) -> tuple[int, int]:
        """Width and height of the upload, as they are seen once it is upright."""
        if self.kind == "heic":  # cut and turned already
            return self.image.width * self.scale, self.image.height * self.scale
        width, height = self.header.width, self.header.height
        return (height, width) if self.orientation >= 5 else (width, height)


def decode(data: bytes, *, kind: str, long_edge: int | None = None) -> Still:
    """Decode all of a JPEG, PNG, HEIC or the first picture of a WebP. Raises UnfitError; limits are checked before any
    pixel is decoded.

    With `long_edge` a JPEG is decoded at the smallest fraction that still has twice that many pixels a side.
    """
    header = header_of(data, kind=kind)
    scale = _scale(header, kind=kind, long_edge=long_edge)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if kind == "heic":
                return _load_heic(data, header=header, scale=scale)
            return _load(data, kind=kind, header=header, scale=scale)
    except (MemoryError, problems.UnfitError):
        raise
    except Exception as error:
        # Decoders raise nearly anything on broken input: SyntaxError, ValueError, IndexError, struct.error …
        if "bytes failed" in str(error):  # libheif could not have as much as it asked for
            raise MemoryError from error
        code = "truncated" if "truncated" in str(error).lower() else "corrupt"
        raise problems.refuse(code, found=kind) from error


def header_of(data: bytes, *, kind: str) -> headers.Header:
    """What a still or an animated WebP says of itself. Raises UnfitError: truncated, corrupt, zero_size."""
    if kind in {"webp", "heic"}:
        header: headers.Header = _module("webp" if kind == "webp" else "heif").read(data)
        return header
    return headers.read(data, kind=kind)


def _module(name: str) -> Any:
    """One of ours that most files have no use for: not loaded before it is, since a review waits for it."""
    return importlib.import_module(f"campaigns.media.{name}")


def _scale(header: headers.Header, *, kind: str, long_edge: int | None) -> int:
    """By what the sides are divided while decoding. Raises UnfitError: side_too_long, too_many_pixels."""
    side, longest = limits.SIDES.get(kind, limits.SIDE), max(header.width, header.height)
    if longest > side:
        raise problems.refuse("side_too_long", limit=side, found=longest)
    most, pixels = limits.MOST_PIXELS.get(kind, limits.PIXELS), header.width * header.height
    if kind == "heic" and header.buffered_bytes > limits.HEIC_DECODE_BYTES:
        most = min(most, pixels * limits.HEIC_DECODE_BYTES // header.buffered_bytes)
    if pixels > most:
        raise problems.refuse("too_many_pixels", limit=most, found=pixels)
    if kind == "heic":
        return 1 if pixels <= limits.PIXELS else 2
    for scale in (1, 2, 4, 8) if kind == "jpeg" else (1,):
        roomy = kind == "jpeg" and long_edge is not None and scale < 8 and longest >= 4 * scale * long_edge
        kept = pixels // scale**2
        cost = max(8 * kept, 4 * kept + header.buffered_bytes)
        if kept <= limits.PIXELS and cost <= limits.DECODE_BYTES and not roomy:
            return scale
    raise problems.refuse("too_many_pixels", limit=limits.PIXELS, found=pixels)


def _load(data: bytes, *, kind: str, header: headers.Header, scale: int) -> Still:
    if kind == "webp":
        importlib.import_module("PIL.WebPImagePlugin")  # else Pillow would load the decoders of all kinds to find it
    image: Image.Image = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
    if image.size != (header.width, header.height):
        raise problems.refuse("corrupt", found=kind)
    if scale > 1:
        image.draft(None, (header.width // scale, header.height // scale))
    image.load()
    picture = Still(
        kind=kind,
        image=image,
        header=header,
        orientation=_orientation(image),
        scale=scale,
        metadata=header.metadata,
        trailing_bytes=len(data) - header.end,
        profile=image.info.get("icc_profile"),
    )
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        picture.quantisation = [list(image.quantization[key]) for key in sorted(image.quantization)][:3]
        picture.subsampling = JpegImagePlugin.get_sampling(image)
    if kind == "webp":
        picture.image = image.copy()  # what was opened holds the decoder, and that three copies of the picture
    return picture


def _load_heic(data: bytes, *, header: headers.Header, scale: int) -> Still:
    image, names = _module("heif_pixels").decode(data, header=header, scale=scale)
    return Still(
        kind="heic",
        image=image,
        header=header,
        orientation=1,
        scale=scale,
        metadata=tuple(sorted({*header.metadata, *names})),
        trailing_bytes=len(data) - header.end,
        profile=image.info.get("icc_profile"),
    )


def _orientation(image: Image.Image) -> int:
    with contextlib.suppress(Exception):  # a broken EXIF block only means that nothing says how to turn
        turn = image.getexif().get(_ORIENTATION_TAG, 1)
        return turn if turn in _TURNS else 1
    return 1


def has_alpha(image: Image.Image) -> bool:
    """Whether any pixel lets something shine through; an alpha channel that is solid does not count."""
    if "transparency" not in image.info and "A" not in image.getbands():
        return False
    if image.mode == "P":
        # Only palette entries in use count; and no full copy of a large picture is made to find out.
        alpha = palette_alpha(image)
        return any(count and alpha[index] < 255 for index, count in enumerate(image.histogram()))
    whole = image if "A" in image.getbands() else image.convert("RGBA")
    return any(whole.getchannel("A").histogram()[:255])


def palette_alpha(image: Image.Image) -> bytes:
    """The alpha of each of 256 palette entries of a P image."""
    mark = image.info.get("transparency")
    if isinstance(mark, bytes):
        return mark[:256].ljust(256, b"\xff")
    solid = bytearray(b"\xff" * 256)
    if isinstance(mark, int) and 0 <= mark < 256:
        solid[mark] = 0
    return bytes(solid)


def canonical(picture: Still, notes: list[str]) -> Image.Image:
    """The pixels to send, in mode 1, L, P, LA, RGB or RGBA, owning nothing but themselves (P keeps its alpha).

    Appends to `notes` what was done: depth_reduced, profile_converted, cmyk_converted, orientation_applied.
    Empties `picture.image`, so that only one copy of a large picture is held at a time.
    """
    image, picture.image = picture.image, Image.new("1", picture.image.size)
    transparency = image.info.get("transparency")
    if picture.header.bit_depth > 8:
        notes.append("depth_reduced")
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image, transparency)
    elif image.mode in {"RGB", "L", "1"} and transparency is not None:
        image = _see_through(image, transparency, picture.header.bit_depth)
    cmyk = image.mode in {"CMYK", "YCbCr", "LAB", "HSV"}
    image = _to_srgb(image, picture.profile, notes)
    if cmyk:
        notes.append("cmyk_converted")
    if picture.orientation in _TURNS:
        image = image.transpose(_TURNS[picture.orientation])
    if picture.orientation in _TURNS or picture.header.orientation in _TURNS:
        notes.append("orientation_applied")
    return _fresh(image, transparency if image.mode == "P" else None)


def _fresh(image: Image.Image, transparency: bytes | int | None) -> Image.Image:
    """The pixels alone, without what a decoder put beside them."""
    if image.mode != "P":
        return Image.Image()._new(image.im)  # not a copy, which would take the memory of a second picture
    clean = Image.new(image.mode, image.size)
    clean.putpalette(image.getpalette("RGB") or [0, 0, 0], "RGB")
    clean.paste(image)
    if transparency is not None:
        clean.info["transparency"] = transparency
    return clean


def _eight_bits(image: Image.Image, transparency: object) -> Image.Image:
    """Grey of sixteen bits as L, or as LA where one level of it is see-through."""
    if image.mode == "F":
        raise problems.refuse("corrupt", found="png")
    # Pillow clips sixteen bits to eight instead of scaling them; from I it looks each level up.
    whole = image.convert("I")
    grey = whole.point([(level + 128) // 257 for level in range(65_536)], "L")
    if not isinstance(transparency, int):
        return grey
    return Image.merge("LA", (grey, whole.point([255 * (level != transparency) for level in range(65_536)], "L")))


def _see_through(image: Image.Image, transparency: object, depth: int) -> Image.Image:
    """A picture with one see-through colour, with an alpha channel instead."""
    if depth > 8 and isinstance(transparency, tuple):
        image.info["transparency"] = tuple(level >> 8 for level in transparency)
    return image.convert("LA" if image.mode != "RGB" else "RGBA")


def _to_srgb(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """`image` in sRGB and in a mode that can be sent. A profile that cannot be used is left out."""
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "srgb" in ImageCms.getProfileDescription(source).lower():
                profile = None
            else:
                converted = _through_profile(image, source)
                notes.append("profile_converted")
                return converted
    return image.convert("RGB") if image.mode not in {"1", "L", "LA", "P", "RGB", "RGBA"} else image


def _through_profile(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    if image.mode == "P":
        colours = image.getpalette("RGB") or [0, 0, 0]
        row = Image.frombytes("RGB", (len(colours) // 3, 1), bytes(colours))
        image.putpalette(_convert(row, source, target, "RGB").tobytes(), "RGB")
        return image
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        image = _convert(image.convert("RGB"), source, target, "RGB")
        image.putalpha(alpha)
        return image
    if image.mode == "LA":
        alpha = image.getchannel("A")
        grey = _convert(image.getchannel("L"), source, target, "RGB").convert("L")
        return Image.merge("LA", (grey, alpha))
    if image.mode in {"L", "1"}:
        return _convert(image.convert("L"), source, target, "RGB").convert("L")
    return _convert(image, source, target, "RGB")


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile, target: Any, mode: str) -> Image.Image:
    converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    assert converted is not None  # only an in-place conversion returns nothing
    return converted
