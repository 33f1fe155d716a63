"""The checker: what the carrier wrote down against what our ledger says, row by row. It knows neither side's code."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Answers that leave it open whether the message was taken; a 5xx says nothing either.
UNCLEAR = frozenset({"server_error", "drop", "swallow", "drop_answer", "timeout", "accepted_error", "garbage"})
TAKEN = frozenset({"accepted", "sent", "delivered", "unconfirmed"})
NOT_TAKEN = frozenset({"skipped", "expired"})
# How much later than it left a message may have arrived here, on a machine that is busy with a storm.
LATE_S = 0.5


@dataclass(frozen=True)
class Ledger:
    """`messages`: id, phone, state, run; `attempts`: token, message id, outcome; `tallies`: run, state, count."""

    messages: Sequence[tuple[int, str, str, int | None]]
    attempts: Sequence[tuple[str, int, str]]
    tallies: Sequence[tuple[int, str, int]]
    planned: Mapping[int, int]
    rates: Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """What was found; every list is empty when all is well. `unknown` is how many were ever in doubt."""

    twice: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)
    too_fast: list[str] = field(default_factory=list)
    doubted_without_reason: list[int] = field(default_factory=list)
    unknown: int = 0
    settled_in_s: float = 0.0

    @property
    def line(self) -> str:
        return (
            f"sent twice: {len(self.twice)} · unaccounted: {len(self.unaccounted)} · unknown: {self.unknown}"
            f" · settled in: {self.settled_in_s:.1f} s"
        )


def compare(
    ledger: Ledger,
    *,
    calls: Sequence[Mapping[str, Any]],
    taken: Sequence[Mapping[str, Any]],
    doubted: Collection[int] = (),
    settled_in_s: float = 0.0,
) -> Verdict:
    """`calls` and `taken` are the carrier's record of requests and of messages; `doubted` are the ids of messages that
    were ever seen in doubt."""
    message_of = {token: message for token, message, _ in ledger.attempts}
    return Verdict(
        twice=_twice(ledger, taken, message_of),
        unaccounted=[*_rows(ledger, taken, message_of), *_strangers(ledger, taken, message_of), *_sums(ledger)],
        too_fast=_too_fast(ledger.rates, calls),
        doubted_without_reason=_without_reason(calls, message_of, doubted),
        unknown=len(doubted),
        settled_in_s=settled_in_s,
    )


def _twice(ledger: Ledger, taken: Sequence[Mapping[str, Any]], message_of: Mapping[str, int]) -> list[str]:
    """Phones that got one message of ours, or of one run, more than once."""
    run_of = {pk: run for pk, _, _, run in ledger.messages}
    got: Counter[tuple[str, object]] = Counter()
    for one in taken:
        message = message_of.get(one["reference"])
        got[one["to"], run_of.get(message, "?") if message else "?"] += 1
    by_message = Counter(message_of[one["reference"]] for one in taken if one["reference"] in message_of)
    phones = {phone for (phone, run), n in got.items() if n > 1 and run is not None}
    phones |= {phone for pk, phone, _, _ in ledger.messages if by_message[pk] > 1}
    return sorted(phones)


def _rows(ledger: Ledger, taken: Sequence[Mapping[str, Any]], message_of: Mapping[str, int]) -> list[str]:
    """Messages whose state is not what happened to them, or that are not done with."""
    at_carrier = defaultdict(list)
    for one in taken:
        at_carrier[message_of.get(one["reference"])].append(one)
    found = []
    for pk, phone, state, _ in ledger.messages:
        there = at_carrier[pk]
        if state in TAKEN:
            right = bool(there)
        elif state in NOT_TAKEN:
            right = not there
        elif state == "failed":
            right = all(one["status"] == "failed" for one in there)
        else:
            right = False
        if not right:
            found.append(f"{phone}: {state} here, {[one['status'] for one in there] or 'never'} there")
    return found


def _strangers(ledger: Ledger, taken: Sequence[Mapping[str, Any]], message_of: Mapping[str, int]) -> list[str]:
    """What the carrier took and we know nothing of, or knew for another phone."""
    phone_of = {pk: phone for pk, phone, _, _ in ledger.messages}
    return [
        f"{one['to']}: taken there, no attempt here"
        for one in taken
        if phone_of.get(message_of.get(one["reference"], 0)) != one["to"]
    ]


def _sums(ledger: Ledger) -> list[str]:
    """Planned is the sum over all states, as counted and as tallied."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for _, _, state, run in ledger.messages:
        if run is not None:
            counted[run][state] += 1
    tallied: dict[int, Counter[str]] = defaultdict(Counter)
    for run, state, count in ledger.tallies:
        tallied[run][state] += count
    found = []
    for run, planned in ledger.planned.items():
        if counted[run].total() != planned:
            found.append(f"run {run}: {planned} planned, {counted[run].total()} rows")
        if +counted[run] != +tallied[run] or any(n < 0 for n in tallied[run].values()):
            found.append(f"run {run}: rows {dict(counted[run])}, tallies {dict(tallied[run])}")
    return found


def _too_fast(rates: Mapping[str, float], calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """Numbers of which more arrived in some stretch of time than their rate allows, plus the one that opens it."""
    found = []
    for number, rate in rates.items():
        at = sorted(one["received_mono"] for one in calls if one["from_number"] == number)
        # With y = place - rate * time, a stretch from i to j is too full when y rises by more than the slack.
        lowest, worst = float("inf"), 0.0
        for place, moment in enumerate(at):
            lowest = min(lowest, place - rate * moment)
            worst = max(worst, place - rate * moment - lowest)
        if worst > rate * LATE_S + 1:
            found.append(f"{number}: {worst:.1f} messages ahead of its rate")
    return found


def _without_reason(
    calls: Sequence[Mapping[str, Any]], message_of: Mapping[str, int], doubted: Collection[int]
) -> list[int]:
    """Messages in doubt whose answer left clear and whole: whoever asked must have been killed, or did not listen."""
    unclear = {message_of.get(one["reference"]) for one in calls if one["answer"] in UNCLEAR or not one["answered_at"]}
    return sorted(set(doubted) - unclear)
