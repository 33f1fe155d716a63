"""Make a file fit a budget in bytes: the best-looking copy, never larger than the upload, never upscaled.

The work is bounded by steps, not by seconds, so the same file and budget always give the same copy. Each kind has its
own module, with one function that `result.Fitter` describes.
"""

import dataclasses
from typing import Final

from campaigns.media import alpha, kinds, probe, webp, webp_gif
from campaigns.media.fit import animations, cards, result, stills

FITTERS: Final[dict[str, result.Fitter]] = {
    "jpeg": stills.fit,
    "png": stills.fit,
    "heic": stills.fit,
    "webp": stills.fit,
    "gif": animations.fit,
    "vcf": cards.fit,
}


def fit(
    data: bytes,
    *,
    budget_bytes: int,
    name: str = "",
    ground: result.Ground = "",
    tell: result.Progress = result.in_silence,
) -> result.Fitted:
    """The best-looking copy of a file of at most `budget_bytes`.

    It is never of more than the upload has, but for contact cards and for kinds that cannot be sent as they are. With
    a `ground` nothing shines through any more: that colour is put behind it. Raises UnfitError: cannot_fit, and
    whatever makes the file unusable. Decodes untrusted bytes: call it inside the fence.
    """
    kind = probe.identify(data, name=name)
    turned: tuple[result.Step, ...] = ()
    # A card grows by its line ends alone when it is written properly, and HEIC and WebP are tighter than what phones
    # take.
    most = min(budget_bytes, len(data)) if kind in kinds.MIME and kind != "vcf" else budget_bytes
    if kind == "webp" and webp.read(data).frames > 1:
        data, kind, turned = webp_gif.convert(data).data, "gif", (result.Step("became_gif", kind),)
    fitted = FITTERS[kind](data, kind=kind, budget=most, ground=ground, tell=tell)
    tell(1.0)
    shines_through = alpha.shines_through(fitted.data, kind=fitted.kind)
    return dataclasses.replace(fitted, has_alpha=shines_through, steps=turned + fitted.steps)
