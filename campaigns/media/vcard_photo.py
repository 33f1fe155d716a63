"""The photo of a contact card: found in its line, rebuilt like any picture; and the small square that phones show."""

import math
import re
from typing import Final

from PIL import Image

from campaigns.media import crop, gif, gif_write, headers, kinds, limits, problems, rebuild, still, vcard_lines

# A phone shows the photo of a contact as a circle of at most this many pixels: 80 points at three dots each.
SIDE: Final = 240
# Small enough that a card with it leaves room for everything in the smallest budget there is.
FACE_BYTES: Final = 24_000
_GOOD: Final = 90
_QUALITIES: Final = (88, 82, 76, 70, 60, 50, 40)
_DATA: Final = re.compile(r"data:[a-z0-9/+.-]*(?:;[a-z0-9=/+.-]*)*;base64,", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ADDRESS_KINDS: Final = frozenset({"URI", "URL", "CONTENT-ID", "CID"})


def read(line: vcard_lines.Line, *, notes: list[str]) -> bytes:
    """The photo of a PHOTO line, rebuilt as a JPEG: what every phone shows. Where it is too large, says so in `notes`.

    Raises UnfitError: vcard_photo_by_address, vcard_photo_unreadable.
    """
    try:
        return _rebuilt(_bytes(line), notes)
    except problems.UnfitError as unfit:
        inner = unfit.problems[0]
        if inner.code == "vcard_photo_by_address":
            raise
        if inner.code in {"vcard_bad_encoding", "corrupt", "truncated"} or inner.found is None:
            code = "corrupt" if inner.code == "vcard_bad_encoding" else inner.code
            raise problems.refuse("vcard_photo_unreadable", found=code) from None
        raise problems.refuse(
            "vcard_photo_unreadable", limit=inner.limit, found=f"{inner.code} {inner.found}"
        ) from None


def face(data: bytes, *, kind: str = "jpeg", place: crop.Place = crop.WHOLE) -> bytes:
    """The square in the middle of a part of a JPEG or PNG, as a JPEG of at most SIDE pixels and FACE_BYTES.

    A JPEG that is that already comes back as it is. Raises UnfitError. Decodes untrusted bytes.
    """
    picture = still.canonical(still.decode(data, kind=kind, long_edge=_enough(data, kind, place)), [])
    part = crop.cut(picture, place, ratio=1.0)
    side = min(SIDE, part.width)
    if kind == "jpeg" and part is picture and side == picture.width and len(data) <= FACE_BYTES:
        return data
    small = _on_white(part).resize((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    options = {"optimize": True, "progressive": False, "subsampling": 2}
    tries = (rebuild.jpeg(small, quality=quality, **options) for quality in _QUALITIES)
    best = b""
    for best in tries:
        if len(best) <= FACE_BYTES:
            break
    return best


def _enough(data: bytes, kind: str, place: crop.Place) -> int | None:
    """The long edge at which a JPEG has all the pixels of the square, which may be a sliver of a panorama."""
    if kind != "jpeg":
        return None
    header = headers.read(data, kind=kind)
    square = min(place.width, place.height) * min(header.width, header.height)
    return math.ceil(SIDE * max(header.width, header.height) / max(square, 1))


def _bytes(line: vcard_lines.Line) -> bytes:
    if line.encoding and line.value_kind not in _ADDRESS_KINDS:
        return line.content()
    value = line.raw[:2_000].decode("latin-1").strip()
    inline = _DATA.match(value.replace("\\", ""))
    if inline is None and (line.value_kind in _ADDRESS_KINDS or _SCHEME.match(value)):
        raise problems.refuse("vcard_photo_by_address", found=value[:60])
    # Without a word about its encoding it is base64 all the same: nothing else can stand in a text file.
    coded = line.raw.replace(b"\\", b"").partition(b"base64,")[2] if inline else line.raw
    bare = vcard_lines.Line(number=line.number, name=line.name, raw=coded, encoding="BASE64")
    return bare.content()


def _rebuilt(data: bytes, notes: list[str]) -> bytes:
    kind = kinds.sniff(data)
    if kind == "gif":
        return _as_jpeg(_reduced(gif_write.first_frame(gif.parse(data)), notes))
    if kind not in {"jpeg", "png"}:
        raise problems.refuse("unsupported_kind" if data else "empty", found=kind)
    picture = still.decode(data, kind=kind, long_edge=limits.CARD_PHOTO_EDGE // 2)
    if kind == "png" or picture.scale > 1 or max(picture.image.size) > limits.CARD_PHOTO_EDGE:
        notes += ["pixels_halved"] * (picture.scale > 1)
        return _as_jpeg(_reduced(still.canonical(picture, []), notes))
    return rebuild.rebuild(picture, size=len(data), notes=[])[0]


def _reduced(image: Image.Image, notes: list[str]) -> Image.Image:
    """The picture with at most CARD_PHOTO_EDGE pixels a side. It is not held twice: there may be room for one only."""
    most = limits.CARD_PHOTO_EDGE
    if max(image.size) <= most:
        return image
    if "pixels_halved" not in notes:
        notes.append("pixels_halved")
    share = most / max(image.size)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    if image.mode not in {"L", "RGB"}:
        # Thinned out before its colours are looked up or laid on white, which would hold it twice more.
        image = image.resize((2 * size[0], 2 * size[1]), Image.Resampling.NEAREST)
        image = _on_white(image)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _as_jpeg(image: Image.Image) -> bytes:
    return rebuild.jpeg(_on_white(image), quality=_GOOD, subsampling=0, optimize=True)


def _on_white(image: Image.Image) -> Image.Image:
    if not still.has_alpha(image):
        return image.convert("RGB")
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
