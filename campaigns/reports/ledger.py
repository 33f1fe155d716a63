"""What pages say of the checks of the ledger."""

from collections import Counter
from dataclasses import dataclass

from campaigns import states
from campaigns.models import LedgerCheck, Message, Run

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """People in one state: how many the page counts, how many messages there are."""

    label: str
    tallied: int
    counted: int


def of_run(*, run: Run) -> LedgerCheck | None:
    """The last check of a run; none in its first minute."""
    return LedgerCheck.objects.filter(pk=run.pk).first()


def lines(*, run: Run) -> list[tuple[str, str, int]]:
    """(state, reason, people) of a run, from its tallies, in the order of the states."""
    found: Counter[tuple[str, str]] = Counter()
    for state, reason, count in run.tallies.values_list("state", "reason", "count"):
        found[(state, reason)] += count
    order = list(Message.STATE_LABELS)
    rows = [(state, reason, n) for (state, reason), n in found.items() if n]
    return sorted(rows, key=lambda row: (order.index(states.Message(row[0])), -row[2], row[1]))


def wrong() -> list[LedgerCheck]:
    """Runs whose ledger is wrong now, the longest first."""
    found = LedgerCheck.objects.filter(wrong_since__isnull=False).select_related("run__campaign")
    return list(found.order_by("wrong_since", "pk")[:SHOWN])


def differences(*, check: LedgerCheck) -> list[Difference]:
    """The differences by state, in the reader's words."""
    tallied: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for _shard, state, _reason, said, found in check.differences:
        tallied[state] += said
        counted[state] += found
    return [
        Difference(str(label), tallied[state], counted[state])
        for state, label in Message.STATE_LABELS.items()
        if state in tallied
    ]
