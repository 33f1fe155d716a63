"""Make a still picture fit: as it is, packed without loss, with a palette, as a JPEG, or with smaller sides."""

import dataclasses
from typing import Final

from PIL import Image

from campaigns.media import kinds, problems, rebuild, still
from campaigns.media.fit import jpeg, measure, png, result

# A file larger than this many times the budget is not worth cleaning first to see whether that alone makes it fit.
_NEAR: Final = 2
# What packing a JPEG without loss saves at most.
_JPEG_PACKING: Final = 1.12
# Kinds that may hold a drawing, which a palette may suit better than a JPEG does; not where the JPEG looks this good.
_DRAWN: Final = frozenset({"png", "webp"})
_GOOD_JPEG: Final = 0.95


def fit(data: bytes, *, kind: str, budget: int, ground: result.Ground, tell: result.Progress) -> result.Fitted:
    """The best-looking copy of a still of any kind that is taken in.

    Raises UnfitError: cannot_fit, and whatever makes the file unusable.
    """
    image: Image.Image | None = None
    if len(data) <= _NEAR * budget:
        clean, image = rebuild.rebuild(still.decode(data, kind=kind), size=budget, notes=[])
        if not (ground and still.has_alpha(image)):
            kept = _kept(clean, image, was=kind, budget=budget)
            if kept is not None:
                return kept
    tell(0.1)
    if image is None:
        image = still.canonical(still.decode(data, kind=kind, long_edge=measure.SEEN_EDGE), [])
    steps: tuple[result.Step, ...] = ()
    if ground and still.has_alpha(image):
        image = measure.on_ground(image, measure.GROUNDS[ground])
        steps = (result.Step(f"on_{ground}"),)
    tell(0.2)
    fitted = _smaller(image, was=kind, budget=budget, tell=lambda share: tell(0.2 + 0.8 * share))
    return dataclasses.replace(fitted, steps=(*steps, *_turned(kind, fitted.kind), *fitted.steps))


def _kept(clean: bytes, image: Image.Image, *, was: str, budget: int) -> result.Fitted | None:
    """The canonical copy as it is, or packed without loss, where that fits."""
    kind = kinds.sniff(clean)
    steps = _turned(was, kind)
    if len(clean) > budget:
        packed = _packed(clean, image, kind=kind, budget=budget)
        if packed is None:
            return None
        clean, steps = packed, [*steps, result.Step("packed")]
    kept = tuple(steps) or (result.Step("kept"),)
    return result.Fitted(clean, kind, kinds.MIME[kind], *image.size, similarity=1.0, steps=kept)


def _turned(was: str, kind: str) -> list[result.Step]:
    return [result.Step(f"became_{kind}", was)] if was != kind else []


def _packed(clean: bytes, image: Image.Image, *, kind: str, budget: int) -> bytes | None:
    if kind == "png":
        return png.lossless(image, budget=budget, plain=clean)
    if len(clean) > _JPEG_PACKING * budget:
        return None
    packed = jpeg.packed(clean)
    return packed if len(packed) <= budget else None


def _smaller(image: Image.Image, *, was: str, budget: int, tell: result.Progress) -> result.Fitted:
    if still.has_alpha(image):
        image = image if image.mode in {"LA", "RGBA"} else image.convert("RGBA")
        found, smallest = png.best(image, original=measure.Original(image), budget=budget)
        if found is None:
            raise problems.refuse("cannot_fit", limit=budget, found=smallest)
        return _png(found, image)
    sizes = jpeg.Sizes(image if image.mode in {"L", "RGB"} else image.convert("RGB"))
    if was in _DRAWN:
        whole = png.lossless(sizes.seen, budget=budget)
        if whole is not None:
            return _png(png.Copy(whole, sizes.seen.size, None, 0.0), image)
    tell(0.3)
    original = measure.Original(sizes.seen)
    copy = jpeg.best(sizes, original=original, budget=budget, tell=lambda share: tell(0.3 + 0.7 * share))
    if was in _DRAWN and copy.similarity < _GOOD_JPEG:
        drawn, _ = png.with_palette(sizes.seen, original=original, budget=budget)
        if drawn is not None and measure.alike(drawn.distance) > copy.similarity:
            return _png(drawn, image)
    return _jpeg(copy, image)


def _jpeg(copy: jpeg.Copy, image: Image.Image) -> result.Fitted:
    steps = [result.Step("scaled", max(copy.size))] if copy.size != image.size else []
    steps += [result.Step("quality", copy.quality)]
    steps += [result.Step("halved_colour")] if copy.colour == jpeg.HALF_COLOUR and image.mode != "L" else []
    return result.Fitted(
        copy.data, "jpeg", kinds.MIME["jpeg"], *copy.size,
        quality=copy.quality, similarity=copy.similarity, steps=tuple(steps),
    )  # fmt: skip


def _png(copy: png.Copy, image: Image.Image) -> result.Fitted:
    steps = [result.Step("scaled", max(copy.size))] if copy.size != image.size else []
    steps += [result.Step("palette", copy.colours)] if copy.colours else [result.Step("packed")]
    similarity = measure.alike(copy.distance)
    return result.Fitted(copy.data, "png", kinds.MIME["png"], *copy.size, similarity=similarity, steps=tuple(steps))
