"""What a monitoring system reads every few seconds. Sums come from tallies and small indexes, never from a scan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum

from campaigns import states
from campaigns.lifecycle import halt
from campaigns.models import Callback, Heartbeat, LedgerCheck, NumberLease, Run, Tally
from campaigns.reports import dashboard, health


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its samples are (labels, value). Ages are in seconds, sizes in bytes."""

    name: str
    help: str
    samples: tuple[tuple[dict[str, str], float], ...]


def read(*, now: datetime) -> list[Family]:
    """All figures of the whole installation; the disk is that of the machine that answers."""
    tallied = dict(Tally.objects.order_by().values_list("state").annotate(n=Sum("count")))
    runs = dict(Run.objects.order_by().values_list("state").annotate(n=Count("pk")))
    beats = dict(Heartbeat.objects.values_list("process", "at"))
    failing = NumberLease.objects.filter(
        errors_in_a_row__gte=dashboard.ERRORS_THAT_COUNT, number__is_active=True
    ).count()
    return [
        _by("messages", "Campaign messages of all runs by state.", "state", states.Message, tallied),
        _by("runs", "Runs by state.", "state", states.Run, runs),
        Family(
            "mmsadmin_heartbeat_age_seconds",
            "Seconds since the last sign of life of each kind of process.",
            tuple(({"process": name}, (now - at).total_seconds()) for name, at in sorted(beats.items())),
        ),
        _one("callbacks_waiting", "Provider calls kept and not understood yet.", _callbacks()),
        _one("numbers_failing", "Active sender numbers with several errors in a row.", failing),
        _one("ledger_wrong_runs", "Runs whose plan, tallies and messages do not agree.", _wrong()),
        _one("sending_stopped", "1 while all sending is stopped by a person or by the product.", halt.is_on()),
        _one("disk_used_ratio", "How full the disk with our data is, from 0 to 1.", health.disk_used()),
    ]


def _by(name: str, help: str, label: str, kinds: Iterable[str], found: dict[str, int]) -> Family:
    """Every state is there from the start, with 0: a series that appears late cannot be subtracted from."""
    return Family(f"mmsadmin_{name}", help, tuple(({label: str(kind)}, found.get(kind) or 0) for kind in kinds))


def _one(name: str, help: str, value: float) -> Family:
    return Family(f"mmsadmin_{name}", help, (({}, float(value)),))


def _callbacks() -> int:
    return Callback.objects.filter(processed_at__isnull=True).count()


def _wrong() -> int:
    return LedgerCheck.objects.filter(wrong_since__isnull=False).count()
