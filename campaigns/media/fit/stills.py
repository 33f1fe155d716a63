"""Make a still picture fit: as it is, packed without loss, with a palette, as a JPEG, or with smaller sides."""

import dataclasses
import io
from typing import Final

from PIL import Image

from campaigns.media import kinds, problems, rebuild, still
from campaigns.media.fit import jpeg, measure, result

LONG_EDGE: Final = measure.SEEN_EDGE
SMALLEST_EDGE: Final = jpeg.SMALLEST_EDGE
_SHRINK: Final = 0.8
_COLOURS: Final = 256
_HOPELESS: Final = 1.3


def fit(data: bytes, *, kind: str, budget: int, ground: result.Ground, tell: result.Progress) -> result.Fitted:
    """The best-looking copy of a JPEG or PNG. Raises UnfitError: cannot_fit, and whatever makes the file unusable."""
    kept = None if ground else _kept(data, kind=kind, budget=budget)
    if kept is not None:
        return kept
    tell(0.1)
    image = still.canonical(still.decode(data, kind=kind, long_edge=LONG_EDGE), [])
    flattened: tuple[result.Step, ...] = ()
    if ground and still.has_alpha(image):
        image = measure.on_ground(image, measure.GROUNDS[ground])
        flattened = (result.Step(f"on_{ground}"),)
    tell(0.3)
    fitted = _smaller(image, kind=kind, budget=budget, tell=lambda share: tell(0.3 + 0.7 * share))
    if fitted.similarity is None:
        with Image.open(io.BytesIO(fitted.data)) as after:
            fitted = dataclasses.replace(fitted, similarity=measure.similarity(image, after))
    return dataclasses.replace(fitted, steps=flattened + fitted.steps)


def _smaller(image: Image.Image, *, kind: str, budget: int, tell: result.Progress) -> result.Fitted:
    if kind == "png" and still.has_alpha(image):
        return _fit_png(image, budget=budget)
    if kind == "png":
        flat = _flat_png(image, budget=budget)
        if flat is not None:
            return flat
    return _fit_jpeg(image, budget=budget, was=kind, tell=tell)


def _kept(data: bytes, *, kind: str, budget: int) -> result.Fitted | None:
    """The canonical copy as it is, where that already fits."""
    if len(data) > 2 * budget:
        return None  # rebuilding never halves a file, and takes a second for a large one
    clean, image = rebuild.rebuild(still.decode(data, kind=kind), size=budget, notes=[])
    if len(clean) > budget:
        return None
    steps = (result.Step("kept"),)
    return result.Fitted(clean, kind, kinds.MIME[kind], *image.size, similarity=1.0, steps=steps)


def _edges(image: Image.Image) -> list[int]:
    """Long edges to try, largest first."""
    edge = min(LONG_EDGE, max(image.size))
    edges = [edge]
    while edge * _SHRINK >= SMALLEST_EDGE:
        edge = int(edge * _SHRINK)
        edges.append(edge)
    return [*edges, SMALLEST_EDGE] if edge > SMALLEST_EDGE else edges


def _scaled(image: Image.Image, edge: int) -> Image.Image:
    longest = max(image.size)
    if edge >= longest:
        return image
    width, height = (max(1, round(side * edge / longest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _fit_jpeg(image: Image.Image, *, budget: int, was: str, tell: result.Progress) -> result.Fitted:
    sizes = jpeg.Sizes(image if image.mode in {"L", "RGB"} else image.convert("RGB"))
    copy = jpeg.best(sizes, original=measure.Original(sizes.seen), budget=budget, tell=tell)
    steps = [result.Step("became_jpeg")] if was != "jpeg" else []
    steps += [result.Step("scaled", max(copy.size))] if copy.size != image.size else []
    steps += [result.Step("quality", copy.quality)]
    steps += [result.Step("halved_colour")] if copy.colour == jpeg.HALF_COLOUR and image.mode != "L" else []
    return result.Fitted(
        copy.data, "jpeg", kinds.MIME["jpeg"], *copy.size,
        quality=copy.quality, similarity=copy.similarity, steps=tuple(steps),
    )  # fmt: skip


def _flat_png(image: Image.Image, *, budget: int) -> result.Fitted | None:
    """A drawing or a screenshot without loss but for its sides: no JPEG blur around its lines."""
    scaled = _scaled(image.convert("RGB") if image.mode in {"1", "P"} else image, min(LONG_EDGE, max(image.size)))
    data = rebuild.png(scaled, size=budget)
    if len(data) > budget:
        return None
    steps = (result.Step("scaled", max(scaled.size)),) if scaled.size != image.size else (result.Step("kept"),)
    return result.Fitted(data, "png", kinds.MIME["png"], *scaled.size, steps=steps)


def _fit_png(image: Image.Image, *, budget: int) -> result.Fitted:
    """Without loss, else with a palette, at the largest sides that fit."""
    image = image if image.mode != "P" else image.convert("RGBA")
    ways: dict[int | None, float] = {None: 0.0, _COLOURS: 0.0}
    smallest = 0
    for edge in _edges(image):
        scaled = _scaled(image, edge)
        for colours, bytes_a_pixel in ways.items():
            # Bytes go with the area: what cannot fit by far is not tried.
            if bytes_a_pixel * scaled.width * scaled.height > _HOPELESS * budget:
                continue
            data = rebuild.plain_png(scaled if colours is None else _with_palette(scaled))
            if len(data) <= budget:
                steps: tuple[result.Step, ...] = (result.Step("scaled", edge),) if scaled.size != image.size else ()
                steps += (result.Step("palette", colours),) if colours else ()
                return result.Fitted(
                    data, "png", kinds.MIME["png"], *scaled.size, steps=steps or (result.Step("kept"),)
                )
            smallest = len(data)
            ways[colours] = smallest / (scaled.width * scaled.height)
    raise problems.refuse("cannot_fit", limit=budget, found=smallest)


def _with_palette(image: Image.Image) -> Image.Image:
    # The octree is the only quantiser of Pillow that takes alpha into account.
    return image.convert("RGBA").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
