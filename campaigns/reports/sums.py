"""The sum that always adds up: planned = delivered + on the way + waiting + failed + unclear + left out."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum as Total
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import states
from campaigns.models import Tally

PART_OF_STATE: dict[str, str] = {
    states.Message.DELIVERED: "delivered",
    **dict.fromkeys(states.MESSAGE_ON_THE_WAY, "on_the_way"),
    **dict.fromkeys(states.MESSAGE_WAITING, "waiting"),
    states.Message.FAILED: "failed",
    states.Message.UNKNOWN: "unclear",
    **dict.fromkeys(states.MESSAGE_LEFT_OUT, "left_out"),
}

LABELS: dict[str, Promise] = {
    "delivered": _("delivered"),
    "on_the_way": _("on the way"),
    "waiting": _("waiting"),
    "failed": _("failed"),
    "unclear": _("unclear"),
    "left_out": _("left out"),
}


@dataclass(frozen=True)
class Part:
    """One part of the sum and its place on the bar, in thousandths of the whole."""

    name: str
    label: Promise
    count: int
    from_thousandth: float
    thousandths: float


@dataclass(frozen=True)
class Sum:
    """How the messages of one run stand. `planned` is everyone the filter matched, left-out people included."""

    delivered: int = 0
    on_the_way: int = 0
    waiting: int = 0
    failed: int = 0
    unclear: int = 0
    left_out: int = 0

    @property
    def planned(self) -> int:
        return self.delivered + self.on_the_way + self.waiting + self.failed + self.unclear + self.left_out

    @property
    def to_send(self) -> int:
        """Planned without the people left out: what progress is measured against."""
        return self.planned - self.left_out

    @property
    def handed_over(self) -> int:
        """What has left us, however it ended."""
        return self.delivered + self.on_the_way + self.failed + self.unclear

    @property
    def parts(self) -> list[Part]:
        """All six parts in order, placed side by side on a bar of 1,000."""
        parts, before = [], 0.0
        for name, label in LABELS.items():
            count: int = getattr(self, name)
            wide = round(count * 1000 / self.planned, 2) if self.planned else 0.0
            parts.append(Part(name, label, count, round(before, 2), wide))
            before += wide
        return parts

    @property
    def shown_parts(self) -> list[Part]:
        """Those worth a word: delivered always, the others when there are any."""
        return [part for part in self.parts if part.count or part.name == "delivered"]


def by_run(*, run_ids: Collection[int]) -> dict[int, Sum]:
    """The sum of each run, from the tallies: one query whose cost does not grow with the people in them."""
    counts: dict[int, dict[str, int]] = {run_id: {} for run_id in run_ids}
    rows = Tally.objects.filter(run_id__in=run_ids).values_list("run_id", "state").annotate(total=Total("count"))
    for run_id, state, total in rows:
        part = PART_OF_STATE[state]
        counts[run_id][part] = counts[run_id].get(part, 0) + total
    return {run_id: Sum(**parts) for run_id, parts in counts.items()}
