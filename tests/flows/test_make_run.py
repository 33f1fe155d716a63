"""`make run` as a newcomer meets it: a page comes, Ctrl-C ends everything, nothing stays behind."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import servers
from django.conf import settings

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("make-run")]

CHILDREN = {"granian", "campaigns.carrier", "ticks@%h", "drain@%h", "media@%h", "beat"}
SECOND_START_S = 5 * 5.0  # five times the aim: other tests share the two cores


@dataclass
class Started:
    """A running `make run`: its process, its address, what it printed and the folder that marks its children."""

    process: subprocess.Popen[bytes]
    base_url: str
    log: Path
    var: Path

    def page(self, path: str) -> int:
        """The status of a page; OSError while nobody answers."""
        try:
            with urllib.request.urlopen(self.base_url + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def command_lines(self) -> list[str]:
        """The command lines of all processes that were started for this folder, wherever they ended up."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"MMSADMIN_VAR={self.var}\0".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    def children(self) -> set[str]:
        lines = self.command_lines()
        return {name for name in CHILDREN if any(f" {name} " in f"{line} " for line in lines)}

    def interrupt(self) -> None:
        """Ctrl-C: the terminal sends it to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=60)


@contextlib.contextmanager
def make_run(var: Path, **more: str) -> Iterator[Started]:
    port = servers.free_port()
    environment = servers.clean_environment(MMSADMIN_VAR=str(var), PORT=str(port), **more)
    log = var.parent / "make-run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    started = Started(process, f"http://127.0.0.1:{port}", log, var)
    try:
        yield started
    finally:
        if process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                started.interrupt()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("make-run") / "var"


def test_everything_starts_and_ctrl_c_ends_all_of_it(var: Path) -> None:
    with make_run(var) as started:
        servers.wait_for(lambda: started.page("/login") == 200, seconds=180, what="the log-in page")
        servers.wait_for(lambda: started.children() == CHILDREN, what=f"all of {CHILDREN}")
        greeting = f"Open {started.base_url}/"
        servers.wait_for(lambda: greeting in started.log.read_text(), what="the address")
        started.interrupt()
        assert started.command_lines() == []
        assert "Stopped." in started.log.read_text()
        assert "Traceback" not in started.log.read_text()


def test_the_second_start_is_quick(var: Path) -> None:
    before = time.monotonic()
    with make_run(var) as started:
        servers.wait_for(lambda: started.page("/login") == 200, seconds=SECOND_START_S, what="the log-in page")
        assert time.monotonic() - before < SECOND_START_S


def test_a_killed_supervisor_leaves_nobody(var: Path) -> None:
    with make_run(var) as started:
        servers.wait_for(lambda: started.children() == CHILDREN, what=f"all of {CHILDREN}")
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()
        servers.wait_for(lambda: started.command_lines() == [], what="every child to follow")


def test_a_taken_port_is_named(var: Path) -> None:
    with make_run(var) as started:
        servers.wait_for(lambda: started.page("/login") == 200, what="the log-in page")
        taken = started.base_url.rpartition(":")[2]
        environment = servers.clean_environment(MMSADMIN_VAR=str(var.parent / "other"), PORT=taken)
        second = subprocess.run(
            ["make", "run"], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
    assert second.returncode != 0
    assert f"Port {taken} is taken" in second.stdout
    assert "PORT=" in second.stdout
