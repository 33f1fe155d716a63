"""The whole product in real processes, as `make run` starts it: on free ports, in a folder that is thrown away."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import carrier_process
import servers
from django.conf import settings

START_WAIT_S = 120.0
STOP_WAIT_S = 60.0
# Long enough for a slow browser to press *Undo*, and not as long to wait for.
UNDO_S = "15"


@dataclass(frozen=True)
class Product:
    """Where it answers, the carrier's record as witness, what it printed, and its folder."""

    base_url: str
    carrier: carrier_process.Witness
    log: Path
    var: Path

    @property
    def database(self) -> Path:
        """Its SQLite file, where it has one."""
        return self.var / "mmsadmin.sqlite3"

    def said(self) -> str:
        return self.log.read_text()


@contextlib.contextmanager
def running(folder: Path, **environment: str) -> Iterator[Product]:
    """A product with the demo world whose every process works, until the end of the block."""
    port, carrier_port = servers.free_port(), servers.free_port()
    log = folder / "log"
    var = folder / "var"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mmsadmin.supervisor"],
            cwd=settings.BASE_DIR,
            env=servers.clean_environment(
                **{"UNDO_S": UNDO_S, **environment},
                MMSADMIN_VAR=str(var),
                PORT=str(port),
                SANDBOX_PORT=str(carrier_port),
            ),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        servers.wait_for(
            lambda: f":{port}/ in a browser" in log.read_text() or _ended(process, log),
            seconds=START_WAIT_S,
            what="the product to start",
        )
        secret = (var / "sandbox_secret").read_text().strip()
        witness = carrier_process.Witness(f"http://127.0.0.1:{carrier_port}", secret)
        yield Product(f"http://127.0.0.1:{port}", witness, log, var)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOP_WAIT_S)
        finally:
            process.kill()


def _ended(process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is None:
        return False
    raise AssertionError(f"the product ended at once:\n{log.read_text()}")
