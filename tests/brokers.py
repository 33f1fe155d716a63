"""Brokers that are thrown away, and that a test may kill and start again, empty, on the same port."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import redis as redis_client
import servers

_Kind = TypeVar("_Kind", bound="Broker")


class Broker(Protocol):
    """A broker under a `BROKER_URL`."""

    name: str
    url: str

    def kill(self) -> None: ...

    def start(self) -> None: ...


@dataclass
class _Server:
    """A process on a port that stays the same from start to start; it keeps nothing."""

    name: str
    url: str
    port: int
    command: Sequence[str]
    folder: Path
    surroundings: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self._process = servers.begun(self.command, folder=self.folder, env=self.surroundings)
        servers.wait_for(self._answers, what=f"{self.name} on port {self.port}")

    def kill(self) -> None:
        if self._process is not None:
            # The whole group: RabbitMQ's start script has children.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    def _answers(self) -> bool:
        socket.create_connection(("127.0.0.1", self.port), 1).close()
        return True


@dataclass
class Redis(_Server):
    def empty(self) -> None:
        redis_client.Redis(port=self.port).flushall()


@dataclass
class _Rabbit(_Server):
    def start(self) -> None:
        shutil.rmtree(self.folder / "mnesia", ignore_errors=True)
        super().start()


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """An empty Redis that keeps nothing."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory(prefix="mmsadmin-redis-", dir="/tmp") as name:
        keep_nothing = ["--save", "", "--appendonly", "no"]
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", name, *keep_nothing]
        url = f"redis://127.0.0.1:{port}/0"
        yield from _started(Redis("Redis", url, port, command, Path(name), os.environ))


@contextlib.contextmanager
def rabbit() -> Iterator[Broker]:
    """An empty RabbitMQ, with an Erlang port mapper of its own: the machine's would outlive it."""
    port, mapper_port = servers.free_port(), servers.free_port()
    with tempfile.TemporaryDirectory(prefix="mmsadmin-rabbit-", dir="/tmp") as name:
        folder = Path(name)
        surroundings = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"storm{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(servers.free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            # Schedulers that spin while they wait would take a core from the storm.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1 +sbwt none",
        }
        mapper = _Server("epmd", "", mapper_port, ["epmd"], folder, surroundings)
        mapper.start()
        url = f"amqp://guest:guest@127.0.0.1:{port}//"
        command = [str(_rabbit_programs() / "rabbitmq-server")]
        try:
            yield from _started(_Rabbit("RabbitMQ", url, port, command, folder, surroundings))
        finally:
            mapper.kill()


def rabbit_is_here() -> bool:
    return bool(_rabbit_programs().name) and bool(shutil.which("epmd"))


def _rabbit_programs() -> Path:
    """Debian's own start script insists on a user of its own; the scripts that it calls do not."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))
    return found[-1] if found else Path()


def _started(server: _Kind) -> Iterator[_Kind]:
    server.start()
    try:
        yield server
    finally:
        server.kill()
