"""Make a file fit a budget in bytes: the best-looking copy, never larger than the upload, never upscaled.

The work is bounded by steps, not by seconds, so the same file and budget always give the same copy. Each kind has its
own module, with one function that `result.Fitter` describes.
"""

import dataclasses
from typing import Final

from campaigns.media import alpha, probe, problems
from campaigns.media.fit import cards, result, stills, turned

FITTERS: Final[dict[str, result.Fitter]] = {
    "jpeg": stills.fit,
    "png": stills.fit,
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
    """The best-looking copy of a file of at most `budget_bytes`; never of more than the upload, contact cards aside, or
    than what a HEIC or WebP was turned into, which takes more bytes for the same looks.

    With a `ground` nothing shines through any more: that colour is put behind it. Raises UnfitError:
    fit_unsupported_kind, cannot_fit, and whatever makes the file unusable. Decodes untrusted bytes: call it inside the
    fence.
    """
    was = kind = probe.identify(data, name=name)
    if kind in turned.KINDS:
        data, kind = turned.turn(data, kind=kind)
    fitter = FITTERS.get(kind)
    if fitter is None:
        raise problems.refuse("fit_unsupported_kind", limit=", ".join(FITTERS), found=kind)
    # A card grows by its line ends alone when it is written properly, and a copy of it may.
    most = budget_bytes if kind == "vcf" else min(budget_bytes, len(data))
    fitted = fitter(data, kind=kind, budget=most, ground=ground, tell=tell)
    if was in turned.KINDS:
        others = tuple(step for step in fitted.steps if not step.code.startswith("became_"))
        fitted = dataclasses.replace(fitted, steps=(result.Step(f"became_{fitted.kind}", was), *others))
    tell(1.0)
    return dataclasses.replace(fitted, has_alpha=alpha.shines_through(fitted.data, kind=fitted.kind))
