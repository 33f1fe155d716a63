"""The verdict on one animation."""

from campaigns.media import alpha, gif, gif_write, kinds, posters, probe, reviews, webp_gif
from campaigns.media.problems import Problem


def judge(data: bytes, *, kind: str) -> reviews.Review:
    """Decode a GIF or an animated WebP, and rebuild it as a GIF. Raises UnfitError."""
    return _webp(data) if kind == "webp" else _gif(data)


def _gif(data: bytes) -> reviews.Review:
    animation = gif.parse(data)
    clean = gif_write.rebuild(animation)
    facts = _facts(animation, size=len(data))
    return _moving(clean, animation, facts, notes=reviews.removed(facts), found=reviews.grew(data, clean))


def _webp(data: bytes) -> reviews.Review:
    turned = webp_gif.convert(data)
    facts = _facts_of_webp(data, turned)
    return _moving(turned.data, gif.parse(turned.data), facts, notes=["became_gif", *reviews.removed(facts)])


def _moving(
    clean: bytes, animation: gif.Animation, facts: probe.Probe, *, notes: list[str], found: tuple[Problem, ...] = ()
) -> reviews.Review:
    return reviews.Review(
        kind="gif",
        mime=kinds.MIME["gif"],
        upload=facts,
        data=clean,
        width=animation.width,
        height=animation.height,
        frames=len(animation.frames),
        duration_ms=animation.duration_ms,
        loop=animation.loop,
        has_alpha=facts.has_alpha,
        problems=found,
        notes=tuple(notes),
        poster=posters.of_image(gif_write.first_frame(animation)),
    )


def _facts(animation: gif.Animation, *, size: int) -> probe.Probe:
    """The facts about a GIF of `size` bytes. Decodes frames."""
    return probe.Probe(
        kind="gif",
        mime=kinds.MIME["gif"],
        bytes=size,
        width=animation.width,
        height=animation.height,
        frames=len(animation.frames),
        duration_ms=animation.duration_ms,
        loop=animation.loop,
        mode="P",
        bit_depth=8,
        has_alpha=alpha.of_animation(animation),
        orientation=1,
        metadata=animation.metadata,
        trailing_bytes=animation.trailing_bytes,
    )


def _facts_of_webp(data: bytes, turned: webp_gif.Turned) -> probe.Probe:
    """The facts about an animated WebP, all of which was decoded into the GIF `turned`."""
    header = turned.header
    return probe.Probe(
        kind="webp",
        mime=kinds.UPLOAD_MIME["webp"],
        bytes=len(data),
        width=header.width,
        height=header.height,
        frames=header.frames,
        duration_ms=header.duration_ms,
        loop=header.loop,
        mode=header.mode,
        bit_depth=header.bit_depth,
        has_alpha=turned.has_alpha,
        orientation=1,
        metadata=header.metadata,
        trailing_bytes=len(data) - header.end,
    )
