"""The engine's own tests once more, on PostgreSQL: its planner and its locks are another world than SQLite's."""

import subprocess
import sys
from pathlib import Path

import pytest
import servers

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ROOT / "tests" / "campaigns"
SENDING = sorted(str(path) for path in (ROOMS / "sending").glob("test_*.py"))
# Each part has a process, and with it a database, of its own; a restore takes a whole database back in time.
PARTS = {
    "rooms around": [str(ROOMS / room) for room in ("audience", "lifecycle", "inbound")],
    "sending, a to h": [path for path in SENDING if Path(path).name < "test_i"],
    "sending, i to rescue": [path for path in SENDING if "test_i" < Path(path).name < "test_restore"],
    "restore": [str(ROOMS / "sending" / "test_restore.py")],
    "sending, rests to z": [path for path in SENDING if Path(path).name > "test_restore.py"],
}


@pytest.mark.postgres
@pytest.mark.parametrize("part", PARTS)
def test_the_engine_keeps_its_promises_on_postgresql(postgres_url: str, part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *PARTS[part]],
        cwd=ROOT,
        env=servers.clean_environment(TEST_DATABASE_URL=postgres_url),
        capture_output=True,
        text=True,
        timeout=1_000,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
