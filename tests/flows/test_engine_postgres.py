"""The engine's own tests once more, on PostgreSQL: its planner and its locks are another world than SQLite's."""

import subprocess
import sys
from pathlib import Path

import pytest
import servers

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("audience", "lifecycle", "sending", "inbound")


@pytest.mark.postgres
def test_the_engine_keeps_its_promises_on_postgresql(postgres_url: str) -> None:
    rooms = [f"tests/campaigns/{room}" for room in ROOMS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *rooms],
        cwd=ROOT,
        env=servers.clean_environment(TEST_DATABASE_URL=postgres_url),
        capture_output=True,
        text=True,
        timeout=1_000,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
