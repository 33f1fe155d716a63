"""What a message may weigh, by provider, kind of sender and carrier. Data: each row says where it comes from and when.

KB = 1,000 bytes. Three choices are made here, and nowhere else:

- Which rows bind. A row binds where sending more is refused or lost: a provider's limit for a kind of sender, and a
  carrier's limit for a kind of sender, whoever hands the message over. Nobody knows the carrier of a recipient before
  sending, so of several carriers the smallest binds. Rows with `binds=False` are advice: what a vendor recommends, what
  single phones or a carrier's fringe take, and tables that contradict newer ones. They are shown, and block nothing.
- Which rows count the envelope. A message that travels is file, text, headers and the frame of each part. Rows below a
  megabyte are limits on that sum. Rows of a megabyte do not count it: carriers' megabyte is 1,048,576 bytes, and what
  that has over our 1,000,000 is far more than the envelope.
- The sandbox plays the strictest of all, so that what arrives there arrives with any provider.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

# Over this no US or Canadian route carries a message whole (carriers' tables of Telnyx, Sinch, Bandwidth, 2026-11).
HARD_LIMIT_BYTES = 1_000_000
# What gets through on every route and kind of sender (same tables: AT&T short code, T-Mobile toll-free, Bell Canada).
ADVICE_BYTES = 600_000
# What operators carry without touching it, old phones included (Infobip's documentation of MMS, 2026-11).
SAFE_BYTES = 300_000
# Headers and frame of one part of a message, the text being a part like the file: about 2 KB (planning rule, 2026-11).
PART_ENVELOPE_BYTES = 2_000
# The text beside the media, in characters once rendered (common API limit: Twilio 21617, Plivo, SignalWire; 2026-11).
TEXT_LIMIT_CHARACTERS = 1_600

ANY = "*"
_READ_ON = "2026-11-22"


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The most that `provider` takes from a sender of `sender_kind`, in bytes of one message.

    `carrier` is the recipient's, where the limit is one carrier's. `counts_envelope`: media, text and
    PART_ENVELOPE_BYTES a part; else media and text alone. `source` names the document, `read_on` the day (ISO).
    """

    provider: str
    sender_kind: str
    total_bytes: int
    source: str
    carrier: str = ""
    binds: bool = True
    counts_envelope: bool = True
    read_on: str = _READ_ON

    @property
    def part_bytes(self) -> int:
        """What each part weighs beside its content, in bytes."""
        return PART_ENVELOPE_BYTES if self.counts_envelope else 0

    @property
    def room_bytes(self) -> int:
        """What is left for a file and a text, in bytes."""
        return self.total_bytes - 2 * self.part_bytes


# What every US long code carries; the sandbox carrier refuses more.
OUR_RULE = "mmsadmin: our own rule"
SANDBOX = "mmsadmin: sandbox carrier"
_CARRIERS = "Telnyx: MMS size limits by carrier and sender"
_BANDWIDTH = "Bandwidth: MMS size limits, error 4411"
_SIGNALWIRE = "SignalWire: MMS guide"
_PHONES = "Android: carrier configuration, maxMessageSize"

SIZE_LIMITS: tuple[SizeLimit, ...] = (
    SizeLimit(ANY, ANY, HARD_LIMIT_BYTES, OUR_RULE, counts_envelope=False),
    # Carriers, whoever hands the message over.
    SizeLimit(ANY, "long_code", 1_000_000, _CARRIERS, carrier="AT&T", counts_envelope=False),
    SizeLimit(ANY, "long_code", 1_500_000, _CARRIERS, carrier="T-Mobile", counts_envelope=False),
    SizeLimit(ANY, "long_code", 1_000_000, _CARRIERS, carrier="Verizon", counts_envelope=False),
    SizeLimit(ANY, "toll_free", 600_000, _CARRIERS, carrier="AT&T"),
    SizeLimit(ANY, "toll_free", 600_000, _CARRIERS, carrier="T-Mobile"),
    SizeLimit(ANY, "toll_free", 600_000, _CARRIERS, carrier="Verizon"),
    SizeLimit(ANY, "short_code", 600_000, _CARRIERS, carrier="AT&T"),
    SizeLimit(ANY, "short_code", 1_000_000, _CARRIERS, carrier="T-Mobile", counts_envelope=False),
    SizeLimit(ANY, "short_code", 1_200_000, _CARRIERS, carrier="Verizon", counts_envelope=False),
    SizeLimit(ANY, ANY, 614_400, _PHONES, carrier="Bell", binds=False),
    SizeLimit(ANY, ANY, 614_400, _PHONES, carrier="Chatr", binds=False),
    SizeLimit(ANY, ANY, 614_400, _PHONES, carrier="Cricket", binds=False),
    # Providers, in all that they send from a kind of sender.
    SizeLimit("twilio", ANY, 5_000_000, "Twilio: accepted media, error 11751", counts_envelope=False),
    SizeLimit("telnyx", ANY, 1_000_000, "Telnyx: error 40317, media over 1 MB", counts_envelope=False),
    SizeLimit("telnyx", "toll_free", 600_000, _CARRIERS),
    SizeLimit("bandwidth", ANY, 3_500_000, _BANDWIDTH, counts_envelope=False),
    SizeLimit("bandwidth", "toll_free", 525_000, _BANDWIDTH),
    SizeLimit("bandwidth", ANY, 500_000, "Bandwidth: advice for all attachments", binds=False),
    SizeLimit("bandwidth", ANY, 500_000, _BANDWIDTH, carrier="US Cellular", binds=False),
    SizeLimit("signalwire", "long_code", 1_200_000, _SIGNALWIRE, counts_envelope=False),
    SizeLimit("signalwire", "toll_free", 750_000, _SIGNALWIRE),
    SizeLimit("signalwire", ANY, 500_000, _SIGNALWIRE, binds=False),
    SizeLimit("sandbox", ANY, 1_000_000, SANDBOX, counts_envelope=False),
    SizeLimit("sandbox", "toll_free", 525_000, _BANDWIDTH),
)


@functools.cache
def binding(*, provider: str, sender_kind: str) -> SizeLimit:
    """The row that leaves the least room for file and text; of equals the most general, which stands first."""
    return min((row for row in _matching(provider, sender_kind) if row.binds), key=_room)


@functools.cache
def advised(*, provider: str, sender_kind: str) -> SizeLimit | None:
    """The smallest figure that is advice alone, where it lies below what binds."""
    limit = binding(provider=provider, sender_kind=sender_kind)
    lower = [row for row in _matching(provider, sender_kind) if not row.binds and row.room_bytes < limit.room_bytes]
    return min(lower, key=_room, default=None)


def hard_limit(*, provider: str, sender_kind: str) -> int:
    """The smallest limit that holds for this provider and kind of sender, in bytes; see `binding` for whose it is."""
    return binding(provider=provider, sender_kind=sender_kind).total_bytes


def _matching(provider: str, sender_kind: str) -> list[SizeLimit]:
    return [row for row in SIZE_LIMITS if row.provider in (ANY, provider) and row.sender_kind in (ANY, sender_kind)]


def _room(row: SizeLimit) -> int:
    return row.room_bytes
