"""Whether this installation can do its work now: for load balancers, for the heartbeat, and for who is told."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from campaigns.assets import depot
from campaigns.models import Heartbeat, LedgerCheck

# A process that gave no sign of life for this long is gone: it gives one every few seconds.
SILENT_AFTER = timedelta(seconds=60)
# A disk that is fuller than this is told of while there is still room to act.
DISK_FULL_AT = 0.90

_migrated: set[str] = set()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be so. `says` is a word or two for whoever looks, and never a secret or an address; `seen`
    tells a process that fell silent from one that never came."""

    name: str
    ok: bool
    says: str = "ok"
    seen: bool = True


def processes() -> tuple[str, ...]:
    """The processes that must give signs of life in this installation."""
    return ("worker", "drain", "carrier") if settings.SANDBOX else ("worker", "drain")


def ready(*, now: datetime) -> list[Check]:
    """All that has to be so before this process is given work. Without a database nothing is asked of it."""
    database = _database()
    if not database.ok:
        return [database, _storage()]
    return [database, _migrations(), _storage(), *silence(now=now)]


def silence(*, now: datetime) -> list[Check]:
    """A check for each process that must give signs of life."""
    beats = dict(Heartbeat.objects.values_list("process", "at"))
    return [_alive(process, beats.get(process), now) for process in processes()]


def sending_is_good(*, now: datetime) -> bool:
    """Whether messages leave as they should: everything is ready and no ledger is wrong."""
    return (
        all(check.ok for check in ready(now=now)) and not LedgerCheck.objects.filter(wrong_since__isnull=False).exists()
    )


def disk_used() -> float:
    """How full the disk of this machine is that holds our data, from 0 to 1, as seen by who may not use its reserve."""
    usage = shutil.disk_usage(settings.VAR)
    return usage.used / (usage.used + usage.free)


def _alive(process: str, at: datetime | None, now: datetime) -> Check:
    if at is None:
        return Check(process, ok=False, says="no sign of life yet", seen=False)
    age_s = max(0, round((now - at).total_seconds()))
    ok = now - at <= SILENT_AFTER
    return Check(process, ok=ok, says="ok" if ok else f"silent for {age_s} s")


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return Check("database", ok=False, says="does not answer")
    return Check("database", ok=True)


def _migrations() -> Check:
    """Asked until they are all there: the code of a process that runs wants no more than that."""
    if connection.alias in _migrated:
        return Check("migrations", ok=True)
    executor = MigrationExecutor(connection)
    missing: Sequence[object] = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Check("migrations", ok=False, says=f"{len(missing)} to apply")
    _migrated.add(connection.alias)
    return Check("migrations", ok=True)


def _storage() -> Check:
    ok = depot.answers()
    return Check("storage", ok=ok, says="ok" if ok else "does not answer")
