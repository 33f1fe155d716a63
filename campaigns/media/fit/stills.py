"""Make a still picture fit: smaller sides and a searched quality."""

import dataclasses
import io
import math
from typing import Final

from PIL import Image

from campaigns.media import kinds, problems, rebuild, still
from campaigns.media.fit import measure, result

LONG_EDGE: Final = 1_600
SMALLEST_EDGE: Final = 160
_SHRINK: Final = 0.8
_QUALITIES: Final = range(40, 96)
# Below this quality colour is halved, which costs less to the eye than coarser brightness would.
_FULL_COLOUR_QUALITY: Final = 70
_ENCODES: Final = 7
_COLOURS: Final = 256
_HOPELESS: Final = 1.3
_GROUNDS: Final = {"white": (255, 255, 255), "black": (0, 0, 0)}


def fit(data: bytes, *, kind: str, budget: int, ground: result.Ground, tell: result.Progress) -> result.Fitted:
    """The best-looking copy of a JPEG or PNG. Raises UnfitError: cannot_fit, and whatever makes the file unusable."""
    kept = None if ground else _kept(data, kind=kind, budget=budget)
    if kept is not None:
        return kept
    tell(0.2)
    image = still.canonical(still.decode(data, kind=kind, long_edge=LONG_EDGE), [])
    flattened: tuple[result.Step, ...] = ()
    if ground and still.has_alpha(image):
        image = measure.on_ground(image, _GROUNDS[ground])
        flattened = (result.Step(f"on_{ground}"),)
    tell(0.4)
    fitted = _smaller(image, kind=kind, budget=budget)
    with Image.open(io.BytesIO(fitted.data)) as after:
        similarity = measure.similarity(image, after)
    return dataclasses.replace(fitted, similarity=similarity, steps=flattened + fitted.steps)


def _smaller(image: Image.Image, *, kind: str, budget: int) -> result.Fitted:
    if kind == "png" and still.has_alpha(image):
        return _fit_png(image, budget=budget)
    if kind == "png":
        flat = _flat_png(image, budget=budget)
        if flat is not None:
            return flat
    return _fit_jpeg(image, budget=budget, was=kind)


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


def _fit_jpeg(image: Image.Image, *, budget: int, was: str) -> result.Fitted:
    pixels = image if image.mode in {"L", "RGB"} else image.convert("RGB")
    smallest = 0
    for edge in _edges(pixels):
        scaled = _scaled(pixels, edge)
        for subsampling, lowest in ((0, _FULL_COLOUR_QUALITY), (2, _QUALITIES.start)):
            found, smallest = _search(scaled, budget=budget, subsampling=subsampling, lowest=lowest)
            if found is None:
                continue
            data, quality = found
            steps = [result.Step("became_jpeg")] if was == "png" else []
            steps += [result.Step("scaled", edge)] if scaled.size != pixels.size else []
            steps += [result.Step("quality", quality)]
            steps += [result.Step("halved_colour")] if subsampling else []
            return result.Fitted(data, "jpeg", kinds.MIME["jpeg"], *scaled.size, quality=quality, steps=tuple(steps))
    raise problems.refuse("cannot_fit", limit=budget, found=smallest)


def _search(image: Image.Image, *, budget: int, subsampling: int, lowest: int) -> tuple[tuple[bytes, int] | None, int]:
    """The highest quality from `lowest` on that fits, and the bytes of the smallest copy made.

    Bytes grow with quality, about exponentially, so a secant on their logarithm guesses where the budget lies; the
    bracket holds it when it guesses wrong, and the number of encodes is bounded.
    """

    def encode(quality: int) -> bytes:
        return rebuild.jpeg(image, quality=quality, subsampling=subsampling, optimize=True, progressive=True)

    best, low, high = encode(lowest), lowest, _QUALITIES.stop
    low_bytes = smallest = len(best)
    if low_bytes > budget:
        return None, smallest
    high_bytes = 0
    for _ in range(_ENCODES):
        if high - low <= 1:
            break
        if high_bytes:
            share = math.log(budget / low_bytes) / max(math.log(high_bytes / low_bytes), 1e-9)
            guess = min(max(low + round(share * (high - low)), low + 1), high - 1)
        else:
            guess = min(max(low + 1, (low + high) // 2), high - 1)
        tried = encode(guess)
        if len(tried) <= budget:
            best, low, low_bytes = tried, guess, len(tried)
        else:
            high, high_bytes = guess, len(tried)
    return (best, low), smallest


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
