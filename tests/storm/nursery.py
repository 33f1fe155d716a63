"""The harness's side of the warm process: order children, kill them, ask how they ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import servers

from mmsadmin import processes

ROOT = Path(__file__).resolve().parents[2]
# Generous: the machine may be busy with other things.
CALL_S = 120.0


class Nursery:
    """One warm process for one kind of database. Threads may share it."""

    def __init__(self, *, database_url: str, var: Path) -> None:
        parent = os.getpid()
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "storm.warm"],
            cwd=ROOT,
            env=servers.clean_environment(
                MMSADMIN_VAR=str(var),
                DATABASE_URL=database_url,
                BROKER_URL="memory://",
                SANDBOX="1",
                DJANGO_SETTINGS_MODULE="mmsadmin.settings",
                PYTHONPATH=os.pathsep.join([str(ROOT / "tests"), str(ROOT)]),
                PYTHONWARNINGS="ignore:No directory at,ignore:You're running the worker with superuser",
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: processes.die_with_parent(parent),
        )

    def order(self, **words: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@dataclass(frozen=True)
class Place:
    """Where a world lives: its folder, its database, and what its processes know of their surroundings."""

    folder: Path
    database: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Child:
    """One forked process. `status` is its exit status once it was reaped, negative for a signal."""

    pid: int
    role: str
    nursery: Nursery = field(repr=False)
    status: int | None = None

    def kill(self) -> None:
        """As a power cut would."""
        self._signal(signal.SIGKILL)
        self.wait()

    def stop(self, seconds: float = 40.0) -> int:
        """SIGTERM, and its exit status."""
        self.tell_to_stop()
        return self.wait(seconds)

    def tell_to_stop(self) -> None:
        """SIGTERM, without waiting for what comes of it."""
        self._signal(signal.SIGTERM)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def is_stopped(self) -> bool:
        """Whether it stands still, by our hand or by a fault of its own."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def wait(self, seconds: float = CALL_S) -> int:
        assert not self.alive(seconds), f"{self.role} did not end within {seconds} s"
        assert self.status is not None
        return self.status

    def alive(self, seconds: float = 0.0) -> bool:
        """Whether it lives still, after waiting so long for its end."""
        if self.status is None:
            self.status = self.nursery.order(do="wait", pid=self.pid, seconds=seconds)["status"]
        return self.status is None

    def _signal(self, number: signal.Signals) -> None:
        if self.status is None:
            os.kill(self.pid, number)


def fork(
    nursery: Nursery,
    place: Place,
    function: str,
    *,
    faults: Sequence[dict[str, Any]] = (),
    result: str = "",
    **keywords: Any,
) -> Child:
    """Start `storm.<module>:<function>` with these keywords in a child."""
    role = function.rpartition(":")[2]
    answer = nursery.order(
        do="fork",
        function=function,
        keywords=keywords,
        log=str(place.folder / f"{role}.log"),
        database=place.database,
        settings=place.settings,
        faults=list(faults),
        result=result,
    )
    return Child(answer["pid"], role, nursery)


def call(nursery: Nursery, place: Place, function: str, **keywords: Any) -> Any:
    """Run a function in a child to its end and return what it returned."""
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        result = Path(folder) / "result"
        child = fork(nursery, place, function, result=str(result), **keywords)
        if child.wait() != 0:
            log = (place.folder / f"{child.role}.log").read_text()
            raise AssertionError(f"{function} ended with {child.status}:\n{log[-4000:]}")
        return json.loads(result.read_text())


@contextlib.contextmanager
def open_for(database_url: str, var: Path) -> Iterator[Nursery]:
    opened = Nursery(database_url=database_url, var=var)
    try:
        yield opened
    finally:
        opened.close()
