"""What a pause or a stop finds: what waits, and what has left our hands and can no longer be called back."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum as Total

from campaigns import states
from campaigns.models import Message, Run, Tally


@dataclass(frozen=True, slots=True)
class Found:
    """Messages of some runs: `waiting` stay with us; `in_hand` are being handed over this moment; `accepted` are with
    the provider, which has not said yet that it sent them. `runs` are those that would go on by themselves."""

    runs: int
    waiting: int
    in_hand: int
    accepted: int

    @property
    def gone(self) -> int:
        """What can no longer be recalled."""
        return self.in_hand + self.accepted


def of_runs(*, run_ids: Collection[int]) -> Found:
    """The figures of these runs, from their tallies."""
    rows = Tally.objects.filter(run_id__in=run_ids).order_by().values_list("state").annotate(total=Total("count"))
    counts: dict[str, int] = dict(rows)
    return Found(
        runs=len(run_ids),
        waiting=counts.get(states.Message.PENDING, 0),
        in_hand=counts.get(states.Message.CLAIMED, 0),
        accepted=counts.get(states.Message.ACCEPTED, 0),
    )


def of_everything() -> Found:
    """The figures of all runs that are open, and of what belongs to no run: tests, confirmations, answers."""
    open_ids = list(Run.objects.filter(state__in=states.RUN_OPEN).values_list("pk", flat=True))
    found = of_runs(run_ids=open_ids)
    moving = Run.objects.filter(state__in={states.Run.RUNNING, states.Run.EXPANDING}).count()
    single = Message.objects.filter(run__isnull=True)
    return Found(
        runs=moving,
        waiting=found.waiting + single.filter(state=states.Message.PENDING).count(),
        in_hand=found.in_hand + single.filter(state=states.Message.CLAIMED).count(),
        accepted=found.accepted,
    )
