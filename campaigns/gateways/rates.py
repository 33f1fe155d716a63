"""How many parts a second a sender number takes until its account manager says otherwise. Data with sources."""

from __future__ import annotations

# Long code: 1 MMS/s per number (Twilio; SignalWire for Canada). Toll-free: 3 segments/s (Twilio, AWS, SignalWire).
# Short code: 100/s is typical. Alphanumeric: 10/s, ours, since no provider publishes one figure. Read 2026-11-22.
DEFAULT_PARTS_PER_S: dict[str, float] = {
    "long_code": 1.0,
    "toll_free": 3.0,
    "short_code": 100.0,
    "alphanumeric": 10.0,
}
