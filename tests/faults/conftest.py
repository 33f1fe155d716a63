"""What storms stand on: one warm process and one carrier for each kind of database, for all tests of a run."""

import itertools
import os
import random
import secrets
from collections.abc import Callable, Iterator

import carrier_process
import pytest
from storm import world

_serial = itertools.count(1)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("sqlite", marks=pytest.mark.xdist_group("storms-sqlite")),
        pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.xdist_group("storms-postgres")]),
    ],
)
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[world.Ground]:
    """Both kinds of database, one after the other."""
    server = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    with world.ground(request.param, tmp_path_factory.mktemp(request.param), server) as found:
        yield found


@pytest.fixture(scope="session")
def quiet_carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[carrier_process.CarrierProcess]:
    """A carrier without faults and receipts, for all worlds that need no other."""
    process = carrier_process.start(tmp_path_factory.mktemp("carrier"), behaviour={**world.QUICK, "receipts": False})
    yield process
    process.kill()


@pytest.fixture
def name() -> Callable[[], str]:
    """Names of worlds that nobody had before."""
    return lambda: f"w{os.getpid()}_{next(_serial)}"


@pytest.fixture
def dice() -> random.Random:
    """Chance, with a seed that a failing test shows (STORM_SEED= sets it)."""
    seed = int(os.environ.get("STORM_SEED") or secrets.randbelow(1_000_000))
    print(f"STORM_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def storm(
    ground: world.Ground, name: Callable[[], str], quiet_carrier: carrier_process.CarrierProcess
) -> Iterator[world.World]:
    """An empty world on each kind of database, with the carrier that does as it should."""
    with world.made(ground, name(), carrier=quiet_carrier) as made:
        yield made
