"""What a file really is, told from its content after a full decode."""

import dataclasses

from campaigns.media import kinds, problems, still


@dataclasses.dataclass(frozen=True, slots=True)
class Probe:
    """Facts about an upload.

    Sides are as seen, after the orientation is applied; a card has none. `mode` is Pillow's name of the colours as they
    are coded, `bit_depth` bits a channel (of a palette: of an index). `loop` is None for 'plays once', 0 for 'for
    ever', else how often it is repeated. `orientation` is in EXIF's numbers, 1 for upright. `metadata` names what is no
    picture: comment, depth, exif, gain map, gps, icc, other, palette, photoshop, pictures, text, thumbnail, time, xmp;
    of a card the properties that are left out.
    """

    kind: str
    mime: str
    bytes: int
    width: int | None = None
    height: int | None = None
    frames: int = 1
    duration_ms: int = 0
    loop: int | None = None
    mode: str | None = None
    bit_depth: int | None = None
    has_alpha: bool = False
    orientation: int | None = None
    metadata: tuple[str, ...] = ()
    trailing_bytes: int = 0


def identify(data: bytes, *, name: str = "") -> str:
    """The kind of a file that can be taken in, by content. Raises UnfitError for everything else."""
    if not data:
        raise problems.refuse("empty", found=0)
    kind = kinds.sniff(data, name=name)
    if kind in kinds.UPLOAD_MIME:
        return kind
    if kind in {"text", "unknown"}:
        raise problems.refuse("not_media", found=kind)
    raise problems.refuse("unsupported_kind", limit=kinds.TAKEN_IN, found=kind)


def of_still(picture: still.Still, *, size: int) -> Probe:
    """The facts about a decoded still of `size` bytes."""
    width, height = picture.whole_size
    header = picture.header
    return Probe(
        kind=picture.kind,
        mime=kinds.UPLOAD_MIME[picture.kind],
        bytes=size,
        width=width,
        height=height,
        frames=header.frames,
        duration_ms=header.duration_ms,
        loop=header.loop,
        mode=header.mode,
        bit_depth=header.bit_depth,
        has_alpha=still.has_alpha(picture.image),
        orientation=header.orientation or picture.orientation,
        metadata=picture.metadata,
        trailing_bytes=picture.trailing_bytes,
    )
