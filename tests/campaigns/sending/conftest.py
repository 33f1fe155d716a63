"""A carrier to send through."""

from collections.abc import Iterator
from pathlib import Path

import carrier_process
import pytest
from pytest_django.fixtures import Settings

QUICK = {"latency_ms": 5, "jitter_ms": 0, "receipt_delay_ms": 10}


@pytest.fixture
def carrier(tmp_path: Path, settings: Settings) -> Iterator[carrier_process.CarrierProcess]:
    """A quick carrier, and the settings that lead to it."""
    process = carrier_process.start(tmp_path, behaviour=QUICK)
    settings.SANDBOX = True
    settings.SANDBOX_URL = process.base_url
    settings.SANDBOX_SECRET = process.secret
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    yield process
    process.stop()
