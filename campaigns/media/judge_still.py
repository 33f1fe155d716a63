"""The verdict on one still picture."""

from campaigns.media import kinds, limits, posters, probe, rebuild, reviews, still
from campaigns.media.problems import Problem


def judge(data: bytes, *, kind: str) -> reviews.Review:
    """Decode a JPEG, PNG, HEIC or WebP that stands, and rebuild it. Raises UnfitError."""
    heavy = len(data) > limits.HEAVY_BYTES
    picture = still.decode(data, kind=kind, long_edge=limits.HEAVY_LONG_EDGE if heavy else None)
    facts = probe.of_still(picture, size=len(data))
    notes = reviews.removed(facts)
    if picture.scale > 1:
        notes.append("pixels_halved")
    clean, image = rebuild.rebuild(picture, size=len(data), notes=notes)
    sent = kinds.sniff(clean)
    if sent != kind:
        notes.insert(0, f"became_{sent}")
    found = reviews.grew(data, clean) if sent == kind else ()
    if facts.frames > 1:
        advice = Problem("animation_dropped", limit=1, found=facts.frames, severity="advice")
        found = (*found, advice)
    return reviews.Review(
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
