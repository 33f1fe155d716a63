"""What a message may weigh, by provider and kind of sender. Data: each row says where it comes from and when.

KB = 1,000 bytes. A limit holds for media and text together unless its row says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

# Over this no US or Canadian route carries a message whole (carriers' tables of Telnyx, Sinch, Bandwidth, 2026-11).
HARD_LIMIT_BYTES = 1_000_000
# What gets through on every route and kind of sender (same tables: AT&T short code, T-Mobile toll-free, Bell Canada).
ADVICE_BYTES = 600_000
# The text beside the media, in characters once rendered (common API limit: Twilio 21617, Plivo, SignalWire; 2026-11).
TEXT_LIMIT_CHARACTERS = 1_600

ANY = "*"


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The most `provider` takes from a sender of `sender_kind`, in bytes of media and text together."""

    provider: str
    sender_kind: str
    total_bytes: int
    source: str
    read_on: str


SIZE_LIMITS: tuple[SizeLimit, ...] = (
    SizeLimit(ANY, ANY, HARD_LIMIT_BYTES, "carriers' size tables, US long code", "2026-11-22"),
    SizeLimit("sandbox", ANY, 1_000_000, "campaigns/carrier: MESSAGE_LIMIT_BYTES", "2026-11-22"),
)


def hard_limit(*, provider: str, sender_kind: str) -> int:
    """The smallest limit that holds for this provider and kind of sender, in bytes of media and text together."""
    return min(
        row.total_bytes
        for row in SIZE_LIMITS
        if row.provider in (ANY, provider) and row.sender_kind in (ANY, sender_kind)
    )
