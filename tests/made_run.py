"""`make run` as a process, for tests: started on a free port in a folder of its own, which also marks its children."""

import contextlib
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import servers
from django.conf import settings

CHILDREN = {"granian", "campaigns.carrier", "ticks@%h", "drain@%h", "media@%h", "fits@%h", "beat"}


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
