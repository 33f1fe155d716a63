"""One verdict on one file: what it is, what is wrong with it, and the clean copy to send. Runs inside the fence."""

import dataclasses

from campaigns.media import gif, gif_write, kinds, posters, probe, rebuild, still, vcard, vcard_write
from campaigns.media.problems import Problem, UnfitError


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """The verdict. `data` is the canonical copy and None when the file cannot be used at all.

    `width`, `height`, `frames`, `duration_ms` (and `loop`: None plays once, 0 for ever) are of the copy. `metadata`,
    `trailing_bytes` and `uploaded_bytes` are of the upload: what was found and left out. `notes` are codes of what was
    done: orientation_applied, metadata_removed, profile_converted, cmyk_converted, depth_reduced,
    trailing_bytes_removed, pixels_halved, lines_removed, name_derived. `card` is what a phone shows. `poster` stands
    for the file in lists; a card without a photo has none. `peak_bytes` is the most memory the decoder held.
    """

    kind: str
    mime: str
    uploaded_bytes: int
    data: bytes | None = None
    width: int | None = None
    height: int | None = None
    frames: int = 0
    duration_ms: int = 0
    loop: int | None = None
    has_alpha: bool = False
    metadata: tuple[str, ...] = ()
    trailing_bytes: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    card: vcard.Card | None = None
    poster: posters.Poster | None = None
    peak_bytes: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the copy can be sent: there is one, and nothing but advice was found."""
        return self.data is not None and all(problem.severity != "error" for problem in self.problems)


def review(data: bytes, *, name: str = "") -> Review:
    """Decode, judge and rebuild `data`. Never raises for a bad file: what is wrong is in `problems`.

    MemoryError passes through, for the fence to tell.
    """
    kind = kinds.sniff(data, name=name)
    try:
        probe.identify(data, name=name)
        if kind == "vcf":
            return _card(data)
        return _gif(data) if kind == "gif" else _still(data, kind=kind)
    except UnfitError as unfit:
        return refused(data, kind=kind, found=unfit.problems)


def refused(data: bytes, *, kind: str, found: tuple[Problem, ...], uploaded_bytes: int | None = None) -> Review:
    """The verdict on a file that cannot be used."""
    whole = len(data) if uploaded_bytes is None else uploaded_bytes
    return Review(kind=kind, mime=kinds.MIME.get(kind, ""), uploaded_bytes=whole, problems=found)


def _still(data: bytes, *, kind: str) -> Review:
    picture = still.decode(data, kind=kind)
    facts = probe.of_still(picture, size=len(data))
    notes: list[str] = []
    if facts.metadata:
        notes.append("metadata_removed")
    if facts.trailing_bytes:
        notes.append("trailing_bytes_removed")
    if picture.scale > 1:
        notes.append("pixels_halved")
    clean, image = rebuild.rebuild(picture, size=len(data), notes=notes)
    found = _grew(data, clean)
    if facts.frames > 1:
        advice = Problem("animation_dropped", limit=1, found=facts.frames, severity="advice")
        found = (*found, advice)
    return Review(
        kind=kind,
        mime=facts.mime,
        uploaded_bytes=len(data),
        data=clean,
        width=image.width,
        height=image.height,
        frames=1,
        has_alpha=facts.has_alpha,
        metadata=facts.metadata,
        trailing_bytes=facts.trailing_bytes,
        problems=found,
        notes=tuple(notes),
        poster=posters.of_image(image),
    )


def _gif(data: bytes) -> Review:
    animation = gif.parse(data)
    clean = gif_write.rebuild(animation)
    return Review(
        kind="gif",
        mime=kinds.MIME["gif"],
        uploaded_bytes=len(data),
        data=clean,
        width=animation.width,
        height=animation.height,
        frames=len(animation.frames),
        duration_ms=animation.duration_ms,
        loop=animation.loop,
        has_alpha=any(frame.transparent is not None for frame in animation.frames),
        metadata=animation.metadata,
        trailing_bytes=animation.trailing_bytes,
        problems=_grew(data, clean),
        notes=("metadata_removed",) * bool(animation.metadata)
        + ("trailing_bytes_removed",) * bool(animation.trailing_bytes),
        poster=posters.of_animation(animation),
    )


def _card(data: bytes) -> Review:
    card = vcard.read(data)
    clean = vcard_write.write(card)
    return Review(
        kind="vcf",
        mime=kinds.MIME["vcf"],
        uploaded_bytes=len(data),
        data=clean,
        notes=("name_derived",) * card.is_name_derived + ("lines_removed",) * bool(card.left_out),
        metadata=card.left_out,
        card=card.as_shown(),
        poster=posters.of_file(card.photo) if card.photo else None,
    )


def _grew(data: bytes, clean: bytes) -> tuple[Problem, ...]:
    if len(clean) <= len(data):
        return ()
    return (Problem("grew", limit=len(data), found=len(clean), severity="advice"),)
