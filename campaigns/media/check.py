"""One verdict on one file: what it is, what is wrong with it, and the clean copy to send. Runs inside the fence."""

import importlib
from collections.abc import Callable
from typing import Any, Final

from campaigns.media import kinds, probe, reviews, still
from campaigns.media.problems import UnfitError

# Who judges what. Loaded when it is its turn: a child that judges a photo has no use for the readers of cards and
# animations, and would start a third later.
_JUDGES: Final = {
    "jpeg": "judge_still",
    "png": "judge_still",
    "heic": "judge_still",
    "webp": "judge_still",
    "gif": "judge_moving",
    "vcf": "judge_card",
}


def review(data: bytes, *, name: str = "") -> reviews.Review:
    """Decode, judge and rebuild `data`. Never raises for a bad file: what is wrong is in `problems`.

    MemoryError passes through, for the fence to tell.
    """
    kind = kinds.sniff(data, name=name)
    try:
        probe.identify(data, name=name)
        moves = kind == "webp" and still.header_of(data, kind=kind).frames > 1
        judge: Callable[..., Any] = _load("judge_moving" if moves else _JUDGES[kind])
        found: reviews.Review = judge(data, kind=kind)
    except UnfitError as unfit:
        return reviews.refused(data, kind=kind, found=unfit.problems)
    return found


def facts(data: bytes, *, name: str = "") -> probe.Probe:
    """What a file really is, after all of it was decoded. Raises UnfitError with the problems of one that cannot be
    used. Decoders of untrusted bytes run here: call it inside the fence, never in a web process."""
    found = review(data, name=name)
    if found.data is None:
        raise UnfitError(*found.problems)
    return found.upload


def _load(module: str) -> Callable[..., Any]:
    judge: Callable[..., Any] = importlib.import_module(f"campaigns.media.{module}").judge
    return judge
