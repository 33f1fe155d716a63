"""Make a file fit a budget in bytes: the best-looking copy, never larger than the upload, never upscaled.

The work is bounded by steps, not by seconds, so the same file and budget always give the same copy. Each kind has its
own module, with one function `fit(data, *, kind, budget, tell)`.
"""

from campaigns.media import probe, problems
from campaigns.media.fit import result, stills


def fit(data: bytes, *, budget_bytes: int, name: str = "", tell: result.Progress = result.in_silence) -> result.Fitted:
    """The best-looking copy of a file of at most `budget_bytes`, and never of more than the upload has.

    Raises UnfitError: fit_unsupported_kind, cannot_fit, and whatever makes the file unusable. Decodes untrusted bytes:
    call it inside the fence.
    """
    kind = probe.identify(data, name=name)
    if kind not in {"jpeg", "png"}:
        raise problems.refuse("fit_unsupported_kind", limit="jpeg, png", found=kind)
    fitted = stills.fit(data, kind=kind, budget=min(budget_bytes, len(data)), tell=tell)
    tell(1.0)
    return fitted
