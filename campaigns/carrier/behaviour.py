"""How the carrier behaves: delays, faults by share, faults by number. Changed at run time, kept in the record.

Shares are probabilities from 0 to 1. The answers below exclude each other; one die decides among them.
"""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass, field
from typing import Any

ACCEPT = "accept"
# Answers to a POST and whether the message is taken all the same. The last are the ambiguous ones on purpose.
TAKEN: dict[str, bool] = {
    ACCEPT: True,
    "reject": False,
    "opted_out": False,
    "not_authorised": False,
    "sender_refused": False,
    "throttle": False,
    "unavailable": False,
    "server_error": False,
    "drop": False,
    "swallow": False,
    "drop_answer": True,
    "timeout": True,
    "accepted_error": True,
    "garbage": True,
}
# What may become of a taken message, beside being delivered.
ENDINGS = ("fail", "no_receipt")

# The fiction numbers +1 ... 555-0190 to 0199 of every area code, so that each fault can be tried by hand.
MAGIC_ENDINGS: dict[str, str] = {
    "5550190": "fail",
    "5550191": "reject",
    "5550192": "drop_answer",
    "5550193": "timeout",
    "5550194": "server_error",
    "5550195": "throttle",
    "5550196": "unavailable",
    "5550197": "no_receipt",
    "5550198": "opted_out",
    "5550199": "garbage",
}


class Unfit(Exception):
    """A setting has no such name or cannot have this value; the text is the name."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """All settings. `hold_ms` is how long a `timeout` or `swallow` keeps the connection open."""

    latency_ms: float = 80.0
    jitter_ms: float = 40.0
    receipt_delay_ms: float = 300.0
    delivery_delay_ms: float = 700.0
    hold_ms: float = 60_000.0
    throttle_retry_after_s: float = 1.0
    reject_share: float = 0.0
    not_authorised_share: float = 0.0
    sender_refused_share: float = 0.0
    throttle_share: float = 0.0
    unavailable_share: float = 0.0
    server_error_share: float = 0.0
    drop_share: float = 0.0
    swallow_share: float = 0.0
    drop_answer_share: float = 0.0
    timeout_share: float = 0.0
    accepted_error_share: float = 0.0
    garbage_share: float = 0.0
    fail_share: float = 0.0
    lost_receipt_share: float = 0.0
    duplicate_receipt_share: float = 0.0
    forged_receipt_share: float = 0.0
    shuffle: bool = False
    receipts: bool = True
    fetch_media: bool = True
    endings: dict[str, str] = field(default_factory=lambda: dict(MAGIC_ENDINGS))


@dataclass(frozen=True, slots=True)
class Fate:
    """What was decided for one message when it arrived."""

    answer: str
    fail: bool = False
    lost: bool = False
    duplicate: bool = False
    forged: bool = False
    shuffled: bool = False


def as_dict(behaviour: Behaviour) -> dict[str, Any]:
    """All settings by name."""
    return dataclasses.asdict(behaviour)


def changed(behaviour: Behaviour, changes: dict[str, Any]) -> Behaviour:
    """The behaviour with the named settings replaced. Raises `Unfit` for an unknown name or a value out of range."""
    fitted: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in {known.name for known in dataclasses.fields(Behaviour)}:
            raise Unfit(name)
        fitted[name] = _fit(name, getattr(behaviour, name), value)
    result = dataclasses.replace(behaviour, **fitted)
    if sum(_answer_shares(result).values()) > 1.0:
        raise Unfit("the shares of the answers together")
    return result


def decide(behaviour: Behaviour, *, to_phone: str, dice: random.Random) -> Fate:
    """What becomes of a message to this phone. The ending of the number wins over the dice."""
    action = next((act for end, act in behaviour.endings.items() if to_phone.endswith(end)), None)
    if action in TAKEN:
        answer = action
    elif action is not None:
        answer = ACCEPT
    else:
        answer = _throw(behaviour, dice)
    return Fate(
        answer=answer,
        fail=action == "fail" or dice.random() < behaviour.fail_share,
        lost=action == "no_receipt" or dice.random() < behaviour.lost_receipt_share,
        duplicate=dice.random() < behaviour.duplicate_receipt_share,
        forged=dice.random() < behaviour.forged_receipt_share,
        shuffled=behaviour.shuffle and dice.random() < 0.5,
    )


def latency_s(behaviour: Behaviour, *, dice: random.Random) -> float:
    """Time to the answer: the latency give or take the jitter, evenly spread."""
    spread = behaviour.jitter_ms * (2 * dice.random() - 1)
    return max(behaviour.latency_ms + spread, 0.0) / 1000


def _answer_shares(behaviour: Behaviour) -> dict[str, float]:
    return {answer: getattr(behaviour, f"{answer}_share", 0.0) for answer in TAKEN}


def _throw(behaviour: Behaviour, dice: random.Random) -> str:
    thrown = dice.random()
    for answer, share in _answer_shares(behaviour).items():
        thrown -= share
        if share and thrown < 0:
            return answer
    return ACCEPT


def _fit(name: str, now: object, value: object) -> object:
    if isinstance(now, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(now, dict):
        if isinstance(value, dict) and all(
            isinstance(end, str) and end.isdigit() and (act in TAKEN or act in ENDINGS) for end, act in value.items()
        ):
            return dict(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        highest = 1.0 if name.endswith("_share") else 3_600_000.0
        if 0 <= value <= highest:
            return float(value)
    raise Unfit(name)
