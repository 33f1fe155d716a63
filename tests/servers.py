"""Servers that are thrown away: on a free port, in a folder of their own, gone with the test run however it ends."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from mmsadmin import processes

START_WAIT_S = 60.0
# What a started copy of the product must not inherit from the tests.
_OURS = ("MMSADMIN_", "DJANGO_", "DATABASE_URL", "BROKER_URL", "TEST_DATABASE_URL", "SANDBOX", "PORT", "PYTEST", "MAKE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what belongs to the tests or to `make`, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, **more}


def wait_for(condition: Callable[[], object], *, seconds: float = START_WAIT_S, what: str) -> None:
    """Ask until the condition holds; it may raise OSError meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if condition():
                return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres: Debian keeps them out of the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return folders[-1] if folders else None


def begun(
    command: Sequence[str], *, folder: Path, user: str | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A server that dies with us, in a session of its own; what it says goes to `log` in its folder."""
    parent = os.getpid()
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            user=user,
            group=user,
            start_new_session=True,
            preexec_fn=lambda: processes.die_with_parent(parent),
        )


@dataclass
class Postgres:
    """A server in a folder of its own that may be stopped and started again; `url` is the DATABASE_URL."""

    folder: Path
    port: int
    command: list[str]
    user: str | None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def base(self) -> str:
        return f"postgresql://mmsadmin@127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.base}/mmsadmin"

    def start(self) -> None:
        self._process = begun(self.command, folder=self.folder, user=self.user)
        wait_for(self._answers, what="PostgreSQL")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT lets go of its clients first; SIGQUIT is the stop called `immediate`, as good as a power cut."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"{self.base}/postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """An empty PostgreSQL; yields its DATABASE_URL. `durable` as in `stoppable_postgres`: for what is measured."""
    with stoppable_postgres(durable=durable) as server:
        yield server.url


@contextlib.contextmanager
def stoppable_postgres(*, durable: bool) -> Iterator[Postgres]:
    """An empty PostgreSQL. As root it runs as the user `postgres`, since it refuses root.

    `durable` waits for the disk at each commit, as real ones do.
    """
    programs = postgres_programs()
    assert programs is not None
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="mmsadmin-pg-", dir="/tmp") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user, user)
        options = ["--auth=trust", "--username=mmsadmin", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [str(programs / "initdb"), "-D", str(folder / "data"), *options],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            group=user,
        )
        port = free_port()
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
        settings += [] if durable else ["fsync=off"]
        command = [str(programs / "postgres"), "-D", str(folder / "data")]
        for setting in settings:
            command += ["-c", setting]
        server = Postgres(folder, port, command, user)
        server.start()
        try:
            with psycopg.connect(f"{server.base}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE mmsadmin")
            yield server
        finally:
            server.stop()
