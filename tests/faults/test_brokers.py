"""A broker that is emptied, killed, started again with nothing in it, or away for long: it only rings bells.

The product's own workers and beat, with each of the set-ups that people have.
"""

from pathlib import Path

import brokers
import carrier_process
import pytest
from storm import world

pytestmark = pytest.mark.process

# A bell that is missed once is missed: nobody waits here for the third.
FAULTS = [
    {"name": "change", "at": "mmsadmin.bell:MISSED", "value": 1},
    {"name": "change", "at": "mmsadmin.bell:LEAST_S", "value": 1.0},
    {"name": "hurry", "times": 16},
]
PATIENCE_S = 30.0
PEOPLE = 600
on_sqlite = pytest.mark.parametrize(
    "ground", [pytest.param("sqlite", marks=pytest.mark.xdist_group("storms-sqlite"))], indirect=True
)
on_postgres = pytest.mark.parametrize(
    "ground",
    [pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("storms-postgres")])],
    indirect=True,
)


@pytest.fixture
def storm(storm: world.World) -> world.World:
    """With a run that takes its time."""
    storm.call("people:running", people=PEOPLE, rate="20.00")
    return storm


def working(storm: world.World, url: str) -> None:
    """All that the product starts for sending, once it sends."""
    for queue in ("ticks", "drain"):
        storm.start("roles:worker", queue=queue, broker=url, faults=FAULTS)
    storm.start("roles:beat", broker=url)
    goes_on(storm)


def goes_on(storm: world.World) -> None:
    """More reaches the carrier than was in flight."""
    before = len(storm.taken())
    carrier_process.wait_for(lambda: len(storm.taken()) > before + 10, seconds=PATIENCE_S, what="more messages")


def bells_came_back(storm: world.World) -> int:
    return storm.logs().count("A bell for campaigns.tasks.tick came")


def hears_bells_again(storm: world.World, *, after: int) -> None:
    carrier_process.wait_for(lambda: bells_came_back(storm) > after, seconds=PATIENCE_S, what="bells")


def ends_well(storm: world.World) -> None:
    """All ends as it should, and whoever has not got it yet gets it."""
    assert [child.stop() for child in storm.children] == [0, 0, 0]
    assert set(storm.states()) <= {"accepted", "pending"}
    storm.write("UPDATE subscriptions_sendernumber SET rate = 400")
    storm.call("roles:recovered")
    verdict = storm.check()
    assert (verdict.twice, verdict.unaccounted, storm.states()) == ([], [], {"accepted": PEOPLE})


@on_sqlite
def test_files_emptied_again_and_again(storm: world.World) -> None:
    working(storm, "filesystem://localhost")
    for _ in range(3):
        for lost in (Path(storm.place.settings["BROKER_DIR"]) / "messages").iterdir():
            lost.unlink(missing_ok=True)
        goes_on(storm)
    ends_well(storm)


@on_postgres
@pytest.mark.redis
def test_redis_emptied_killed_and_away(storm: world.World, redis_broker: brokers.Redis) -> None:
    working(storm, redis_broker.url)
    redis_broker.empty()
    goes_on(storm)
    away_and_back(storm, redis_broker)
    ends_well(storm)


@on_postgres
@pytest.mark.rabbit
def test_rabbitmq_killed_and_away(storm: world.World, rabbit_broker: brokers.Broker) -> None:
    working(storm, rabbit_broker.url)
    away_and_back(storm, rabbit_broker)
    ends_well(storm)


def away_and_back(storm: world.World, broker: brokers.Broker) -> None:
    heard = bells_came_back(storm)
    broker.kill()
    try:
        goes_on(storm)
    finally:
        broker.start()
    hears_bells_again(storm, after=heard)
    goes_on(storm)
