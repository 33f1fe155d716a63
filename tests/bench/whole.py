"""A run to a hundred thousand people with all processes on PostgreSQL and Redis: how fast, how soon a pause is heard,
and how much memory each process took at its worst."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import brokers
import servers
from bench import measure
from storm import nursery, world

PEOPLE, NUMBERS, RATE = 100_000, 100, 20
DRAINS = 2
# What pauses promise, in seconds, and what a process may take, in MB.
PAUSE_S, MEMORY_MB = 2.0, 300
# How long it stands still then, to see whether anything leaves late.
STILL_S = 3 * PAUSE_S
PATIENCE_S = 1_200.0


def rows() -> Iterator[measure.Row]:
    with (
        tempfile.TemporaryDirectory(prefix="mmsadmin-whole-") as folder,
        servers.postgres(durable=True) as database,
        brokers.redis() as broker,
        world.ground("postgres", Path(folder), database) as ground,
        world.made(ground, "whole") as made,
    ):
        campaign = made.call("people:due", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")["campaign"]
        began = time.monotonic()
        roles = {
            f"drain{serial}": made.start("roles:worker", queue="drain", number=serial, broker=broker.url)
            for serial in range(DRAINS)
        }
        roles["ticks"] = made.start("roles:worker", queue="ticks", broker=broker.url)
        roles["beat"] = made.start("roles:beat", broker=broker.url)
        roles["web"] = made.web()
        reached(made, PEOPLE // 2)
        pause_s = paused(made, campaign)
        made.settle(seconds=PATIENCE_S)
        spent_s = time.monotonic() - began - STILL_S
        peaks = {role: peak_mb(child) for role, child in roles.items()}
        verdict = made.check()
        # Not whether a number was too fast: it is more than the machine can do, and the carrier itself falls behind.
        assert (verdict.twice, verdict.unaccounted) == ([], []), verdict
    yield measure.Row("whole", round(PEOPLE / spent_s, 1), "people/s", NUMBERS * RATE)
    yield measure.Row("pause_to_last", round(pause_s, 2), "s", PAUSE_S)
    for role, peak in peaks.items():
        yield measure.Row(f"peak_of_{role}", peak, "MB", MEMORY_MB)


def reached(made: world.World, count: int) -> None:
    """Wait until so many left."""
    deadline = time.monotonic() + PATIENCE_S
    taken = "SELECT sum(count) FROM campaigns_tally WHERE state IN ('accepted', 'sent', 'delivered')"
    while (made.ask(taken)[0][0] or 0) < count:
        assert time.monotonic() < deadline, made.states()
        time.sleep(0.5)


def paused(made: world.World, campaign: int) -> float:
    """The seconds from a pause, as a person orders it, to the last message that reached the carrier."""
    ordered = made.call("people:paused", campaign=campaign)
    time.sleep(STILL_S)
    last = max(one["received_at"] for one in made.carrier.client.calls())
    made.call("people:resumed", campaign=campaign)
    return float(max(last - ordered, 0.0))


def peak_mb(child: nursery.Child) -> float:
    status = Path(f"/proc/{child.pid}/status").read_text()
    (line,) = (one for one in status.splitlines() if one.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024, 1)
