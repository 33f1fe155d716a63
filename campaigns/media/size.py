"""The arithmetic of the size meter: media bytes plus text bytes against the hard limit and the advice."""

import dataclasses
from typing import Literal

from campaigns.media.problems import Problem

Zone = Literal["fits", "advice", "over"]


@dataclasses.dataclass(frozen=True, slots=True)
class SizeVerdict:
    """What one message weighs. Bytes; `zone` says which colour the meter has."""

    media_bytes: int
    text_bytes: int
    total_bytes: int
    zone: Zone
    problems: tuple[Problem, ...]


def total(*, media_bytes: int, text: str, hard_limit_bytes: int, advice_bytes: int) -> SizeVerdict:
    """Weigh one message: `media_bytes` of the file as it will be sent and `text` as UTF-8.

    A total equal to `hard_limit_bytes` still fits, one byte more is over; media of exactly `advice_bytes` are still
    within the advice, which is about the file alone. The script on the composer page mirrors this.
    """
    # A lone surrogate, which a browser can send, weighs three bytes, as the replacement character does there.
    text_bytes = len(text.encode("utf-8", errors="surrogatepass"))
    total_bytes = media_bytes + text_bytes
    if total_bytes > hard_limit_bytes:
        found = Problem(code="too_large_total", limit=hard_limit_bytes, found=total_bytes)
        return SizeVerdict(media_bytes, text_bytes, total_bytes, "over", (found,))
    if media_bytes > advice_bytes:
        advice = Problem(code="over_advice", limit=advice_bytes, found=media_bytes, severity="advice")
        return SizeVerdict(media_bytes, text_bytes, total_bytes, "advice", (advice,))
    return SizeVerdict(media_bytes, text_bytes, total_bytes, "fits", ())
