"""The arithmetic of the size meter: media, text and envelope against the hard limit, the media against the advice."""

import dataclasses
from typing import Literal

from campaigns.media.problems import Problem

Zone = Literal["fits", "advice", "over"]


@dataclasses.dataclass(frozen=True, slots=True)
class SizeVerdict:
    """What one message weighs. Bytes; `zone` says which colour the meter has."""

    media_bytes: int
    text_bytes: int
    envelope_bytes: int
    total_bytes: int
    zone: Zone
    problems: tuple[Problem, ...]


def total(*, media_bytes: int, text: str, hard_limit_bytes: int, advice_bytes: int, part_bytes: int = 0) -> SizeVerdict:
    """Weigh one message: `media_bytes` of the file as it will be sent and `text` as UTF-8.

    `part_bytes` is what each part (file, text) weighs beside its content, where the limit counts that; see `envelope`.
    A total equal to `hard_limit_bytes` still fits, one byte more is over; media of exactly `advice_bytes` are still
    within the advice, which is about the file alone. The script on the composer page mirrors this.
    """
    # A lone surrogate, which a browser can send, weighs three bytes, as the replacement character does there.
    text_bytes = len(text.encode("utf-8", errors="surrogatepass"))
    envelope_bytes = envelope(media_bytes=media_bytes, text_bytes=text_bytes, part_bytes=part_bytes)
    total_bytes = media_bytes + text_bytes + envelope_bytes
    zone: Zone = "fits"
    problems: tuple[Problem, ...] = ()
    if total_bytes > hard_limit_bytes:
        zone = "over"
        problems = (Problem(code="too_large_total", limit=hard_limit_bytes, found=total_bytes),)
    elif media_bytes > advice_bytes:
        zone = "advice"
        problems = (Problem(code="over_advice", limit=advice_bytes, found=media_bytes, severity="advice"),)
    return SizeVerdict(media_bytes, text_bytes, envelope_bytes, total_bytes, zone, problems)


def envelope(*, media_bytes: int, text_bytes: int, part_bytes: int) -> int:
    """What the carrier adds, in bytes: `part_bytes` for the file and for the text; a text alone is no MMS."""
    if not media_bytes:
        return 0
    return part_bytes * (2 if text_bytes else 1)
