"""Kills at random moments: one process or all of them, each started anew at once."""

import random
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from storm import world

# Kills at once of everything that runs: a power cut.
ALL_SHARE = 0.2


class Victim(Protocol):
    def kill(self) -> None: ...


def rain(
    on: world.World,
    *,
    starters: Mapping[str, Callable[[], Victim]],
    kills: int,
    pause_s: tuple[float, float],
    dice: random.Random,
) -> int:
    """Keep all roles alive and kill until `kills` processes were killed; all live when it returns.

    Returns how many of them drained: what such a one held in its hands is in doubt, and rightly so.
    """
    alive = {role: begin() for role, begin in starters.items()}
    done = drains = 0
    while done < kills:
        time.sleep(dice.uniform(*pause_s))
        on.look_for_doubt()
        chosen = list(alive) if dice.random() < ALL_SHARE else [dice.choice(list(alive))]
        for role in chosen:
            alive[role].kill()
        for role in chosen:
            alive[role] = starters[role]()
        done += len(chosen)
        drains += sum(role.startswith("drain") for role in chosen)
    return drains
