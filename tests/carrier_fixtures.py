from collections.abc import Iterator
from pathlib import Path

import carrier_process
import product_side
import pytest

FAST = {"latency_ms": 5, "jitter_ms": 0, "receipt_delay_ms": 10, "delivery_delay_ms": 10}


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[carrier_process.CarrierProcess]:
    """A quick carrier; whatever the test leaves running is killed."""
    process = carrier_process.start(tmp_path, behaviour=FAST)
    yield process
    process.kill()


@pytest.fixture
def client(carrier: carrier_process.CarrierProcess) -> carrier_process.Witness:
    return carrier.client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[carrier_process.CarrierProcess]:
    """One carrier for all tests of a file that neither change it nor count its whole record."""
    process = carrier_process.start(tmp_path_factory.mktemp("shared"), behaviour=FAST)
    yield process
    process.kill()


@pytest.fixture
def product() -> Iterator[product_side.Product]:
    with product_side.running() as running:
        yield running
