"""A database that goes away in the middle of a run and comes back: nobody has to start anything anew."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import carrier_process
import pytest
import servers
from storm import world

pytestmark = pytest.mark.process

HURRY = {"name": "hurry", "times": 16}
BACK_S = 10.0
OUTAGES = 3
PEOPLE = 400


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Postgres]:
    """A PostgreSQL of these tests alone, which keeps what it promised: it waits for the disk."""
    if not servers.postgres_programs():
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with servers.stoppable_postgres(durable=True) as found:
        yield found


@pytest.mark.postgres
@pytest.mark.xdist_group("storms-postgres")
def test_postgresql_stopped_at_once_again_and_again(
    server: servers.Postgres, tmp_path: Path, quiet_carrier: carrier_process.CarrierProcess, dice: random.Random
) -> None:
    with (
        world.ground("postgres", tmp_path, server.url) as ground,
        world.made(ground, "stopped", carrier=quiet_carrier) as storm,
    ):
        storm.call("people:running", people=PEOPLE, numbers=2, rate="10.00")
        storm.start("roles:ticks", faults=[HURRY])
        storm.start("roles:drain", faults=[HURRY])
        for _ in range(OUTAGES):
            goes_on(storm)
            time.sleep(dice.uniform(0.0, 0.5))
            server.stop(signal.SIGQUIT)
            time.sleep(dice.uniform(0.0, 0.5))
            server.start()
        goes_on(storm)
        assert [child.stop() for child in storm.children] == [0, 0]
        storm.write("UPDATE subscriptions_sendernumber SET rate = 400")
        storm.call("roles:recovered")
        verdict = storm.check()
        assert (verdict.twice, verdict.unaccounted, storm.states()) == ([], [], {"accepted": PEOPLE})


@pytest.mark.xdist_group("storms-sqlite")
@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_sqlite_killed_while_it_commits_stays_whole(
    ground: world.Ground,
    name: Callable[[], str],
    quiet_carrier: carrier_process.CarrierProcess,
    dice: random.Random,
) -> None:
    with world.made(ground, name(), carrier=quiet_carrier) as storm:
        storm.call("people:running", people=120, rate="60.00")
        storm.start("roles:ticks", faults=[HURRY])
        for _ in range(4):
            killed = storm.start("roles:drain", faults=[HURRY, in_a_commit(dice)])
            assert killed.wait() < 0
            assert storm.call("people:integrity") == "ok"
        storm.start("roles:drain", faults=[HURRY])
        storm.settle()
        verdict = storm.check()
        assert (verdict.twice, verdict.unaccounted, storm.states()) == ([], [], {"accepted": 120})


def in_a_commit(dice: random.Random) -> dict[str, object]:
    """Killed so shortly after one of its commits began that it may be anywhere in it."""
    commit = "django.db.backends.sqlite3.base:DatabaseWrapper._commit"
    return {"name": "kill_during", "at": commit, "nth": dice.randint(5, 25), "after_s": dice.uniform(0.0, 0.004)}


def goes_on(storm: world.World) -> None:
    before = len(storm.taken())
    carrier_process.wait_for(lambda: len(storm.taken()) > before + 3, seconds=BACK_S, what="more messages")
