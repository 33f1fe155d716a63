"""`make storm`: one storm whole on each set-up that people have. Prints the checker's line for each.

Ends with 1 if anybody got it twice or is unaccounted for, if a number was too fast, if somebody was kept out of the
database, if the live page showed what was not so, or if the storm was none: most has to leave while kills still fall.
"""

import contextlib
import os
import random
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import brokers
import servers

from storm import kills, watcher, world

PEOPLE = int(os.environ.get("STORM_PEOPLE") or 5_000)
KILLS = int(os.environ.get("STORM_KILLS") or 200)
NUMBERS, RATE = 4, 12
# Slower than a lease is taken over (see HURRY), or each drain is killed before it sends anything.
PAUSE_S = (1.0, 2.6)
UNDER_FIRE = 0.5
SHARES = {"throttle_share": 0.03, "drop_answer_share": 0.02, "accepted_error_share": 0.01}
# Whatever waits to be sure waits a sixteenth as long, in the same proportions: else most of the storm would be waiting.
HURRY = {"name": "hurry", "times": 16}
SETTLE_S = 600.0


@dataclass(frozen=True)
class Setup:
    """A database and a broker, and how many processes drain there: with SQLite it is one."""

    name: str
    database: str
    broker: str
    drains: int
    needs: str = ""


SETUPS = (
    Setup("SQLite and files", "sqlite", "files", drains=1),
    Setup("PostgreSQL and Redis", "postgres", "redis", drains=4, needs="postgresql, redis-server"),
    Setup("PostgreSQL and RabbitMQ", "postgres", "rabbit", drains=4, needs="postgresql, rabbitmq-server"),
)


def storm(setup: Setup, folder: Path, dice: random.Random) -> bool:
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(servers.postgres()) if setup.database == "postgres" else ""
        broker = stack.enter_context(_broker(setup.broker))
        ground = stack.enter_context(world.ground(setup.database, folder, database))
        made = stack.enter_context(world.made(ground, "whole", **SHARES))
        campaign = made.call("people:running", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")["campaign"]
        with watcher.Watcher(made, campaign=campaign, people=PEOPLE) as watching:
            drains = kills.rain(made, starters=_starters(made, setup, broker), kills=KILLS, pause_s=PAUSE_S, dice=dice)
            under_fire = len(made.calls())
            verdict = made.check(settled_in_s=made.settle(seconds=SETTLE_S))
        share = under_fire / len(made.calls())
    wrong = [*verdict.twice, *verdict.unaccounted, *verdict.too_fast, *watching.wrong]
    # What a killed drain had in its hands: some two seconds' work of every number, if it held them all.
    without_reason = len(verdict.doubted_without_reason)
    wrong += [] if without_reason <= drains * NUMBERS * RATE * 2 else [f"{without_reason} in doubt without a reason"]
    wrong += [] if share >= UNDER_FIRE else ["most left after the last kill: this was no storm"]
    fire = f"{PEOPLE:,} people, {KILLS} kills, {share:.0%} of the requests while they fell,"
    fire += f" the live page true {watching.looks - len(watching.wrong)} times of {watching.looks}"
    _say(f"{setup.name}: {fire} · {verdict.line}", *wrong[:20])
    return not wrong


def _starters(made: world.World, setup: Setup, broker: str) -> dict[str, Callable[[], kills.Victim]]:
    """The product's own processes: each may be killed."""
    found: dict[str, Callable[[], kills.Victim]] = {
        f"drain {serial}": lambda serial=serial: made.start(
            "roles:worker", queue="drain", number=serial, broker=broker, faults=[HURRY]
        )
        for serial in range(setup.drains)
    }
    found["ticks"] = lambda: made.start("roles:worker", queue="ticks", broker=broker, faults=[HURRY])
    found["beat"] = lambda: made.start("roles:beat", broker=broker)
    found["web"] = made.web
    return found


@contextlib.contextmanager
def _broker(kind: str) -> Iterator[str]:
    """A BROKER_URL."""
    if kind == "files":
        yield "filesystem://localhost"
        return
    with brokers.redis() if kind == "redis" else brokers.rabbit() as server:
        yield server.url


def _missing(setup: Setup) -> bool:
    if setup.database == "postgres" and not servers.postgres_programs():
        return True
    return {"redis": not shutil.which("redis-server"), "rabbit": not brokers.rabbit_is_here()}.get(setup.broker, False)


def _say(first: str, *more: str) -> None:
    sys.stdout.write("".join([f"{first}\n", *(f"  {one}\n" for one in more)]))
    sys.stdout.flush()


def main() -> int:
    seed = int(os.environ.get("STORM_SEED") or secrets.randbelow(1_000_000))
    _say(f"STORM_SEED={seed}")
    well = True
    for setup in SETUPS:
        if _missing(setup):
            _say(f"{setup.name}: not installed (Debian packages {setup.needs})")
            continue
        with tempfile.TemporaryDirectory(prefix="mmsadmin-storm-") as folder:
            well &= storm(setup, Path(folder), random.Random(seed))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
