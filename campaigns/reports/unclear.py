"""What stays unclear of one run: how many, since when, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from campaigns.lifecycle import unclear
from campaigns.models import Run


@dataclass(frozen=True, slots=True)
class Doubt:
    """`count` messages stay unclear, the oldest since `since`; `reasons` are (code, people), most first."""

    count: int
    since: datetime | None
    reasons: tuple[tuple[str, int], ...]


def of_run(*, run: Run, now: datetime, message_id: int | None = None) -> Doubt:
    """The doubts of a run, or about one of its messages; a walk over those in doubt alone."""
    rows = unclear.of_run(run=run, now=now, message_id=message_id).order_by()
    found = list(
        rows.values_list("reason").annotate(n=Count("pk"), since=Min("handed_over_at")).order_by("-n", "reason")
    )
    return Doubt(
        count=sum(n for _reason, n, _since in found),
        since=min((since for _reason, _n, since in found if since), default=None),
        reasons=tuple((reason, n) for reason, n, _since in found),
    )
