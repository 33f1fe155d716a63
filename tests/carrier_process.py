"""The real sandbox carrier as a process, for tests: started on a free port, stopped or killed, asked as a witness."""

import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parent.parent
START_S = 15.0
STOP_S = 10.0
_OPENER = build_opener(ProxyHandler({}))


@dataclass
class CarrierProcess:
    """A running carrier. `client` asks its record; `stop` ends it politely, `kill` as a power cut would."""

    base_url: str
    secret: str
    database: Path
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def port(self) -> int:
        return int(self.base_url.rpartition(":")[2])

    @property
    def client(self) -> "Witness":
        return Witness(self.base_url, self.secret)

    def stop(self) -> int:
        """SIGTERM and the exit status; killed if it does not end in time."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOP_S)
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


@dataclass
class Witness:
    """Questions to the carrier's record. Lists come whole, whatever their length."""

    base_url: str
    secret: str

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, timeout_s: float = 10) -> Any:
        request = Request(
            self.base_url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"},
        )
        with _OPENER.open(request, timeout=timeout_s) as answer:
            return json.loads(answer.read())

    def behave(self, **changes: Any) -> dict[str, Any]:
        """Change the carrier's behaviour, for example `behave(drop_answer_share=0.02, latency_ms=5)`."""
        return self.ask("PUT", "/v1/behaviour", changes)

    def summary(self) -> dict[str, Any]:
        return self.ask("GET", "/v1/summary")

    def calls(self, filters: str = "") -> list[dict[str, Any]]:
        """Every POST of a message that reached the carrier, also those it dropped."""
        return self._all("calls", filters)

    def messages(self, filters: str = "") -> list[dict[str, Any]]:
        """Every accepted message."""
        return self._all("messages", filters)

    def fetches(self, filters: str = "") -> list[dict[str, Any]]:
        return self._all("fetches", filters)

    def receipts(self, filters: str = "") -> list[dict[str, Any]]:
        return self._all("receipts", filters)

    def _all(self, name: str, filters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            page = self.ask("GET", f"/v1/{name}?limit=1000&after={after}&{filters}")[name]
            found += page
            if len(page) < 1000:
                return found


def start(
    directory: Path,
    *,
    secret: str = "",
    port: int = 0,
    behaviour: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
) -> CarrierProcess:
    """Start a carrier whose record lies in `directory` (an earlier one goes on) and wait until it listens."""
    secret = secret or secrets.token_hex(16)
    database = directory / "carrier.sqlite3"
    process = command(secret=secret, port=port, database=database, environment=environment)
    try:
        line = _first_line(process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    running = CarrierProcess(f"http://{line.removeprefix('carrier ready on ').strip()}", secret, database, process)
    if behaviour:
        running.client.behave(**behaviour)
    return running


def command(
    *, secret: str, port: int, database: Path, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """The process alone, without waiting for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "campaigns.carrier", "--port", str(port), "--database", str(database)],
        cwd=ROOT,
        env={**os.environ, "MMSADMIN_ENV": "test", "SANDBOX_SECRET": secret, **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(found: Any, *, seconds: float = 10.0, what: str = "it") -> Any:
    """Call `found` until it gives something true, at most for `seconds`; returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what} in vain")
        time.sleep(0.02)


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(timeout=START_S):
            raise AssertionError("the carrier did not start in time")
    line = process.stdout.readline()
    if not line.startswith("carrier ready on "):
        raise AssertionError(f"the carrier did not start: {line!r}")
    return line
