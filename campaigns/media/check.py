"""One verdict on one file: what it is, what is wrong with it, and the clean copy to send. Runs inside the fence."""

import dataclasses

from campaigns.media import (
    alpha,
    gif,
    gif_write,
    kinds,
    limits,
    posters,
    probe,
    rebuild,
    still,
    vcard,
    vcard_write,
    webp,
    webp_gif,
)
from campaigns.media.problems import Problem, UnfitError


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """The verdict. `upload` are the facts about what came in; `data` is the canonical copy and None when the file
    cannot be used at all.

    `kind`, `mime`, `width`, `height`, `frames`, `duration_ms`, `loop` (None plays once, 0 for ever) and `has_alpha` are
    of the copy. `notes` are codes of what was done: became_jpeg, became_png, became_gif, orientation_applied,
    metadata_removed, profile_converted, cmyk_converted, depth_reduced, trailing_bytes_removed, pixels_halved,
    lines_removed, name_derived. `card` is what a phone shows. `poster` stands for the file in lists; a card without a
    photo has none. `peak_bytes` is the most memory the decoder held.
    """

    kind: str
    mime: str
    upload: probe.Probe
    data: bytes | None = None
    width: int | None = None
    height: int | None = None
    frames: int = 0
    duration_ms: int = 0
    loop: int | None = None
    has_alpha: bool = False
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
        if kind == "gif":
            return _gif(data)
        if kind == "webp" and webp.read(data).frames > 1:
            return _moving_webp(data)
        return _still(data, kind=kind)
    except UnfitError as unfit:
        return refused(data, kind=kind, found=unfit.problems)


def refused(data: bytes, *, kind: str, found: tuple[Problem, ...], uploaded_bytes: int | None = None) -> Review:
    """The verdict on a file that cannot be used."""
    whole = len(data) if uploaded_bytes is None else uploaded_bytes
    mime = kinds.UPLOAD_MIME.get(kind, "")
    return Review(kind=kind, mime=mime, upload=probe.Probe(kind=kind, mime=mime, bytes=whole), problems=found)


def _still(data: bytes, *, kind: str) -> Review:
    heavy = len(data) > limits.HEAVY_BYTES
    picture = still.decode(data, kind=kind, long_edge=limits.HEAVY_LONG_EDGE if heavy else None)
    facts = probe.of_still(picture, size=len(data))
    notes = _removed(facts)
    if picture.scale > 1:
        notes.append("pixels_halved")
    clean, image = rebuild.rebuild(picture, size=len(data), notes=notes)
    sent = kinds.sniff(clean)
    if sent != kind:
        notes.insert(0, f"became_{sent}")
    found = _grew(data, clean) if sent == kind else ()
    if facts.frames > 1:
        advice = Problem("animation_dropped", limit=1, found=facts.frames, severity="advice")
        found = (*found, advice)
    return Review(
        kind=sent,
        mime=kinds.MIME[sent],
        upload=facts,
        data=clean,
        width=image.width,
        height=image.height,
        frames=1,
        has_alpha=facts.has_alpha,
        problems=found,
        notes=tuple(notes),
        poster=posters.of_image(image),
    )


def _gif(data: bytes) -> Review:
    animation = gif.parse(data)
    clean = gif_write.rebuild(animation)
    facts = probe.of_animation(animation, size=len(data))
    return _moving(clean, animation, facts, notes=_removed(facts), found=_grew(data, clean))


def _moving_webp(data: bytes) -> Review:
    turned = webp_gif.convert(data)
    facts = probe.of_moving_webp(data, turned)
    return _moving(turned.data, gif.parse(turned.data), facts, notes=["became_gif", *_removed(facts)])


def _moving(
    clean: bytes, animation: gif.Animation, facts: probe.Probe, *, notes: list[str], found: tuple[Problem, ...] = ()
) -> Review:
    return Review(
        kind="gif",
        mime=kinds.MIME["gif"],
        upload=facts,
        data=clean,
        width=animation.width,
        height=animation.height,
        frames=len(animation.frames),
        duration_ms=animation.duration_ms,
        loop=animation.loop,
        has_alpha=alpha.of_animation(animation),
        problems=found,
        notes=tuple(notes),
        poster=posters.of_animation(animation),
    )


def _card(data: bytes) -> Review:
    card = vcard.read(data)
    return Review(
        kind="vcf",
        mime=kinds.MIME["vcf"],
        upload=probe.of_card(card, size=len(data)),
        data=vcard_write.write(card),
        notes=(*card.notes, *["lines_removed"] * bool(card.left_out)),
        card=card.as_shown(),
        poster=posters.of_file(card.photo) if card.photo else None,
    )


def _removed(facts: probe.Probe) -> list[str]:
    """Notes on what stood beside the picture."""
    notes = ["metadata_removed"] if facts.metadata else []
    return [*notes, "trailing_bytes_removed"] if facts.trailing_bytes else notes


def _grew(data: bytes, clean: bytes) -> tuple[Problem, ...]:
    if len(clean) <= len(data):
        return ()
    return (Problem("grew", limit=len(data), found=len(clean), severity="advice"),)
