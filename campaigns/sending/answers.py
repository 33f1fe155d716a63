"""What one answer of a provider says about us: about the message's run, and about the number that asked."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.gateways import base


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, for the health of the number and the run that asked."""

    number_id: int
    run_id: int | None
    message_id: int
    outcome: base.Outcome
    handed_over_at: datetime


def says_nothing(outcome: base.Outcome) -> bool:
    """Neither yes nor no: we were too fast, or never got through. It is tried again, and tells nothing of the run."""
    return isinstance(outcome, base.Throttled | base.NotSent)


def against_run(outcome: base.Outcome) -> str:
    """What speaks against going on with the run, as "code words"; empty where nothing does.

    A recipient's fault is none of ours: a list with many dead numbers is sent to its end.
    """
    match outcome:
        case base.Rejected(code, _, fault, words, _) if fault != "recipient":
            return f"{code} {words}".replace("\x00", "")[:120]
        case base.Unknown(reason):
            return reason[:120]
        case _:
            return ""


def against_number(outcome: base.Outcome) -> bool:
    """Whether it speaks against the number or the way to its provider: another picture or person would not help."""
    match outcome:
        case base.Rejected(_, _, fault, _, _):
            return fault in {"sender", "provider"}
        case base.Unknown():
            return True
        case _:
            return False
