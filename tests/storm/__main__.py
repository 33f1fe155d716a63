"""`make storm`: one storm whole, on SQLite and on PostgreSQL. Prints the checker's line for each.

Ends with 1 if anybody got it twice or is unaccounted for, if a number was too fast, or if the storm was none: most has
to leave while kills still fall.
"""

import os
import random
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import servers

from storm import kills, world

PEOPLE = int(os.environ.get("STORM_PEOPLE") or 5_000)
KILLS = int(os.environ.get("STORM_KILLS") or 200)
NUMBERS, RATE = 4, 12
# Slower than a lease is taken over (see HURRY), or each drain is killed before it sends anything.
PAUSE_S = (0.8, 2.0)
UNDER_FIRE = 0.5
# SQLite has one process that drains.
DRAINS = {"sqlite": 1, "postgres": 4}
SHARES = {"throttle_share": 0.03, "drop_answer_share": 0.02, "accepted_error_share": 0.01}
# Whatever waits to be sure waits a sixteenth as long, in the same proportions: else most of the storm would be waiting.
HURRY = {"name": "hurry", "times": 16}
SETTLE_S = 600.0


def storm(kind: str, folder: Path, server: str, dice: random.Random) -> bool:
    with world.ground(kind, folder, server) as ground, world.made(ground, "whole", **SHARES) as made:
        made.call("people:running", people=PEOPLE, numbers=NUMBERS, rate=f"{RATE}.00")
        starters: dict[str, Callable[[], kills.Victim]] = {
            f"drain {serial}": lambda: made.start("roles:drain", faults=[HURRY]) for serial in range(DRAINS[kind])
        }
        starters["ticks"] = lambda: made.start("roles:ticks", faults=[HURRY])
        starters["web"] = made.web
        kills.rain(made, starters=starters, kills=KILLS, pause_s=PAUSE_S, dice=dice)
        under_fire = len(made.calls())
        verdict = made.check(settled_in_s=made.settle(seconds=SETTLE_S))
        share = under_fire / len(made.calls())
    wrong = [*verdict.twice, *verdict.unaccounted, *verdict.too_fast]
    wrong += [] if share >= UNDER_FIRE else ["most left after the last kill: this was no storm"]
    fire = f"{PEOPLE:,} people, {KILLS} kills, {share:.0%} of the requests while they fell"
    sys.stdout.write(f"{kind}: {fire} · {verdict.line}\n")
    sys.stdout.write("".join(f"  {one}\n" for one in wrong[:20]))
    sys.stdout.flush()
    return not wrong


def main() -> int:
    seed = int(os.environ.get("STORM_SEED") or secrets.randbelow(1_000_000))
    sys.stdout.write(f"STORM_SEED={seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="mmsadmin-storm-") as name:
        folder = Path(name)
        (folder / "sqlite").mkdir()
        well = storm("sqlite", folder / "sqlite", "", random.Random(seed))
        if not servers.postgres_programs():
            sys.stdout.write("postgres: not installed (Debian package postgresql)\n")
            return 0 if well else 1
        (folder / "postgres").mkdir()
        with servers.postgres() as server:
            well &= storm("postgres", folder / "postgres", server, random.Random(seed))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
