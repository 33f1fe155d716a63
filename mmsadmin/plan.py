"""What runs on one machine, and where: ports, folders, environment, the children and their order."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from mmsadmin import env
from mmsadmin.processes import Child, die_with_parent

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
# Three more than may be held by files that are being opened or wait for it (`campaigns/media/limits.py`).
WEB_THREADS = 8
# The queues, and how many tasks of each go on at once.
THREADS = {"ticks": 2, "drain": 1, "media": 1, "fits": 1}
# No schedule file: a date kept from before would hold the ticks back after the clock was set back.
BEAT = ("beat", "--scheduler", "celery.beat.Scheduler", "--loglevel", "WARNING")


class Halt(Exception):
    """What stands in the way, in words for the person at the terminal."""


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def web_port() -> int:
    port = env.whole("PORT", 8000)
    if not free(port):
        other = next((near for near in range(port + 1, port + 100) if free(near)), any_free())
        raise Halt(f"Port {port} is taken. Choose another one: PORT={other} make run")
    return port


def carrier_port() -> int:
    port = env.whole("SANDBOX_PORT", 0)
    if port and not free(port):
        raise Halt(f"Port {port} is taken. Choose another one for the sandbox carrier with SANDBOX_PORT=…")
    return port or any_free()


def hold(var: Path) -> None:
    """Lock this data folder until the process ends: a second supervisor would empty our broker."""
    lock = os.open(var / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Halt(f"It is already running on the data in {var} (MMSADMIN_VAR= chooses another folder).") from error


def environment(var: Path, port: int) -> dict[str, str]:
    """What every child sees: where the data is, and where the others are."""
    scratch = var / "tmp"
    for folder in (scratch, var / "broker"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    return {
        **os.environ,
        "MMSADMIN_VAR": str(var),
        "PORT": str(port),
        # On the data's own file system: the broker takes a message by renaming it into here.
        "TMPDIR": str(scratch),
        "PYTHONUNBUFFERED": "1",
        # Celery warns about root at each start; in a container there is often nobody else.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore:You're running the worker with superuser"),
    }


def sandbox(var: Path, surroundings: dict[str, str]) -> list[Child]:
    """The pretend carrier, unless it is switched off or this is production."""
    if not env.flag("SANDBOX", env.text("MMSADMIN_ENV", "demo") != "production"):
        return []
    port = carrier_port()
    surroundings["SANDBOX_URL"] = f"http://{HOST}:{port}"
    surroundings["SANDBOX_SECRET"] = env.kept_secret(var / "sandbox_secret")
    database = str(var / "carrier.sqlite3")
    command = (sys.executable, "-m", "campaigns.carrier", "--port", str(port), "--database", database)
    return [Child("carrier", command, stage=2)]


def web(port: int) -> Child:
    command = (sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws")
    sizes = (
        "--workers",
        "1",
        "--blocking-threads",
        str(WEB_THREADS),
        "--workers-kill-timeout",
        "5",
        "--log-level",
        "error",  # it warns of more than two threads a core, which mostly wait here
    )
    return Child("web", (*command, *sizes, "mmsadmin.wsgi:application"), stage=2)


def workers() -> list[Child]:
    """Beat and one worker process per queue: images never hold up ticks, ticks never hold up slices.

    Threads, not forks: a worker is then one process, and image work runs in fenced processes of its own anyway.
    """
    celery = (sys.executable, "-m", "celery", "--quiet", "-A", "mmsadmin")
    found = [Child(queue, (*celery, *worker(queue)), stage=1) for queue in THREADS]
    return [*found, Child("beat", (*celery, *BEAT), stage=0)]


def worker(queue: str) -> tuple[str, ...]:
    """What celery is told for the worker of one queue."""
    lean = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    return ("worker", "-Q", queue, "-n", f"{queue}@%h", "--pool", "threads", "-c", str(THREADS[queue]), *lean)


def prepare(surroundings: dict[str, str]) -> str:
    """Migrate and so on, in a process that is gone afterwards; returns what it has to tell (the demo log-ins)."""
    parent = os.getpid()
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=ROOT,
        env=surroundings,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=lambda: die_with_parent(parent),
    )
    if done.returncode:
        raise Halt("The installation could not be brought up to date: the reason stands above.")
    return done.stdout.strip()
