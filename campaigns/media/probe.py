"""What a file really is, told from its content after a full decode."""

import dataclasses

from campaigns.media import gif, kinds, problems, still, vcard


@dataclasses.dataclass(frozen=True, slots=True)
class Probe:
    """Facts about an upload. Sides are as seen, after the orientation is applied; a card has none."""

    kind: str
    mime: str
    bytes: int
    width: int | None = None
    height: int | None = None
    frames: int = 1
    duration_ms: int = 0
    loop: int | None = None
    mode: str | None = None
    has_alpha: bool = False
    orientation: int = 1
    metadata: tuple[str, ...] = ()
    trailing_bytes: int = 0


def identify(data: bytes, *, name: str = "") -> str:
    """The kind of a file that can be sent, by content. Raises UnfitError for everything else."""
    if not data:
        raise problems.refuse("empty", found=0)
    kind = kinds.sniff(data, name=name)
    if kind in kinds.MIME:
        return kind
    if kind in {"text", "unknown"}:
        raise problems.refuse("not_media", found=kind)
    raise problems.refuse("unsupported_kind", limit=kinds.SENDABLE, found=kind)


def read(data: bytes, *, name: str = "") -> Probe:
    """Decode all of `data` and tell what it is. Raises UnfitError with the problems of a file that cannot be used.

    Decoders of untrusted bytes run here: call it inside the fence, never in a web process.
    """
    kind = identify(data, name=name)
    if kind == "vcf":
        vcard.read(data)
        return Probe(kind=kind, mime=kinds.MIME[kind], bytes=len(data))
    if kind == "gif":
        return of_animation(gif.parse(data), size=len(data))
    return of_still(still.decode(data, kind=kind), size=len(data))


def of_still(picture: still.Still, *, size: int) -> Probe:
    """The facts about a decoded JPEG or PNG of `size` bytes."""
    width, height = picture.seen_size
    return Probe(
        kind=picture.kind,
        mime=kinds.MIME[picture.kind],
        bytes=size,
        width=width,
        height=height,
        frames=picture.frames,
        mode=picture.image.mode,
        has_alpha=still.has_alpha(picture.image),
        orientation=picture.orientation,
        metadata=picture.metadata,
        trailing_bytes=picture.trailing_bytes,
    )


def of_animation(animation: gif.Animation, *, size: int) -> Probe:
    """The facts about a GIF of `size` bytes. Decodes every frame."""
    for frame in animation.frames:
        gif.indices(frame)
    return Probe(
        kind="gif",
        mime=kinds.MIME["gif"],
        bytes=size,
        width=animation.width,
        height=animation.height,
        frames=len(animation.frames),
        duration_ms=animation.duration_ms,
        loop=animation.loop,
        mode="P",
        has_alpha=any(frame.transparent is not None for frame in animation.frames),
        metadata=animation.metadata,
        trailing_bytes=animation.trailing_bytes,
    )
