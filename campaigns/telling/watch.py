"""Notice what nobody reports by itself: a process that fell silent, a disk that fills up.

Whoever is silent cannot say so. Three look, and none is the one looked at: the `media` worker, whom beat rings; every
web process, when the dashboard or /healthz/ready is asked; and elsewhere whoever waits for the outgoing heartbeat.
"""

from datetime import datetime

from campaigns import states
from campaigns.events import notices
from campaigns.reports import health

# Told at 90 %, over below this: a disk that wavers is told once.
DISK_EASY_AT = 0.88


def look(*, now: datetime) -> list[str]:
    """Write notices of what is wrong, and end those of what is over; returns the silent processes."""
    silent = []
    for check in health.silence(now=now):
        if check.ok:
            notices.over(event=states.Notice.WORKER_SILENT, key=f"process:{check.name}", now=now)
        elif check.seen:
            # One that never came is no trouble yet: on the first start the others are quicker.
            silent.append(check.name)
            facts = {"process": check.name, "says": check.says}
            notices.tell(event=states.Notice.WORKER_SILENT, key=f"process:{check.name}", now=now, facts=facts)
    used = health.disk_used()
    if used >= health.DISK_FULL_AT:
        notices.tell(event=states.Notice.DISK_FULL, key="disk", now=now, facts={"percent": int(used * 100)})
    elif used < DISK_EASY_AT:
        notices.over(event=states.Notice.DISK_FULL, key="disk", now=now)
    return silent
