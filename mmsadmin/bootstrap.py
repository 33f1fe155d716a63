"""Make everything that `make` needs, then hand over. Runs on a bare Python 3.11 with nothing installed.

Each step leaves a stamp in `.venv/stamps` with the digest of what it was made from: a second start only compares.
"""

from __future__ import annotations  # an older Python must get as far as the sentence that says it is too old

import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
OLDEST = (3, 11)
OLDEST_NPM = 7  # the first that reads our lock file's format


class Halt(Exception):
    """What stands in the way, in words for the person at the terminal."""


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def call(*command: str | Path, quiet: bool = False) -> None:
    """Run a program in the project's folder; a failure stops everything."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, check=False, stdout=subprocess.DEVNULL if quiet else None)
    if done.returncode:
        raise Halt(f"`{' '.join(words[:6])}` ended with {done.returncode}.")


def become(*command: str | Path) -> NoReturn:
    """Turn into another program: no shell and no parent stay behind."""
    os.chdir(ROOT)
    words = [str(word) for word in command]
    os.execv(words[0], words)


def digest(*parts: Path | str) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.read_bytes() if isinstance(part, Path) else part.encode())
    return found.hexdigest()


def stamped(name: str, value: str) -> bool:
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == value


def stamp(name: str, value: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(value)


def apt_install(package: str) -> bool:
    """Install a Debian package where we may; says whether that went well. One at a time, since apt-get refuses a whole
    list for one name that it does not know."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"Installing {package} with apt-get …")
    return apt_lists() and apt_get("install", "-y", "-qq", "--no-install-recommends", package)


@functools.cache
def apt_lists() -> bool:
    return apt_get("update", "-qq")


def apt_get(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *words], env=environment, check=False, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def fit_python() -> str:
    """The interpreter to build on: this one, or a newer one on the path."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for minor in (13, 12, 11, 14):
        if found := shutil.which(f"python3.{minor}"):
            return found
    raise Halt(f"Python {platform.python_version()} is too old: install Python 3.11 or newer (`make run PYTHON=…`).")


def answer(python: str | Path, code: str) -> str:
    """What an interpreter prints, without its site packages; empty when it cannot run."""
    command = [str(python), "-IS", "-c", code]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def make_venv() -> None:
    """`.venv`, unless it is there and its interpreter is still the one it was made with."""
    tag = "import sys; print('python%d.%d' % sys.version_info[:2])"
    here = answer(BIN / "python", tag)
    if here and (VENV / "lib" / here).exists() and (BIN / "pip").exists():
        return
    base = fit_python()
    probe = "import venv, ensurepip; print('yes')"
    if not answer(base, probe):
        package = f"{answer(base, tag)}-venv"
        if not apt_install(package) or not answer(base, probe):
            raise Halt(f"This Python has no venv: install the package {package}, then try again.")
    say("Making .venv …")
    call(base, "-m", "venv", "--clear", VENV)


def python_packages(lock: str) -> None:
    """What the lock file names, each checked against its hash."""
    path = ROOT / lock
    value = digest(path, answer(BIN / "python", "import sys; print(sys.version)"))
    if stamped(lock, value):
        return
    say(f"Installing Python packages ({lock}) …")
    pip = (BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", "-qq")
    call(*pip, "--root-user-action=ignore", "--require-hashes", "-r", path)
    stamp(lock, value)


def npm() -> str:
    """The machine's npm where it is new enough, else the one that a Python wheel carries."""
    if found := shutil.which("npm"):
        version = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout
        major = version.strip().split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NPM:
            return found
    python_packages("requirements-node.lock")
    return str(BIN / "npm")


def node_packages(*, also_dev: bool = False) -> None:
    """The front-end packages as their lock file names them; none of their scripts runs. With `also_dev` those too that
    only the bench runs against."""
    name = "npm-dev" if also_dev else "npm"
    value = digest(ROOT / "package-lock.json", ROOT / "package.json")
    if (ROOT / "node_modules/.package-lock.json").exists() and (stamped(name, value) or stamped("npm-dev", value)):
        return
    found = npm()
    say("Installing front-end packages …")
    # The wheel's npm starts `node` by name: its folder comes first on the path.
    os.environ["PATH"] = os.pathsep.join([str(Path(found).parent), os.environ.get("PATH", os.defpath)])
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    call(found, "ci", *(() if also_dev else ("--omit=dev",)), *flags, quiet=True)
    stamp(name, value)


def bench_packages() -> None:
    """The other tools that the bench measures ours against."""
    python_packages("requirements-bench.lock")
    node_packages(also_dev=True)
    if not shutil.which("convert") and not apt_install("imagemagick"):
        say("Could not install imagemagick: the bench leaves its figures out.")


def system_packages() -> None:
    """A browser and three servers for the tests; where they cannot be had the tests that need them say so by name."""
    servers = list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    browsers = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    wanted = {
        "chromium": any(map(shutil.which, browsers)),
        "postgresql": bool(servers or shutil.which("postgres")),
        "redis-server": bool(shutil.which("redis-server")),
        "rabbitmq-server": bool(shutil.which("rabbitmq-server")),
    }
    for name, there in wanted.items():
        if not there and not apt_install(name):
            say(f"Could not install {name}: the tests that need it will be skipped by name.")


def run(_arguments: Sequence[str]) -> None:
    """Start everything on this machine."""
    make_venv()
    python_packages("requirements.lock")
    node_packages()
    become(BIN / "python", "-m", "mmsadmin.supervisor")


def test(arguments: Sequence[str]) -> None:
    """Run the tests, or those that the arguments name."""
    develop()
    system_packages()
    pytest = (str(BIN / "python"), "-m", "pytest")
    workers = ("-n", "2", "--dist")
    if arguments:
        become(*pytest, *(() if "-n" in arguments else (*workers, "loadgroup")), *arguments)
    # The browser's tests have processes of their own: Playwright keeps an event loop in the thread that it ran in.
    halves = [("loadgroup", "--ignore=tests/browser"), ("loadfile", "tests/browser")]
    ended = [subprocess.run([*pytest, *workers, *half], cwd=ROOT, check=False).returncode for half in halves]
    if any(ended):
        raise Halt("Some tests failed: they are named above.")


def fuzz(arguments: Sequence[str]) -> None:
    """Throw broken files at the decoders, for so many seconds each way; what is found goes on where it ended."""
    develop()
    os.environ["FUZZ_SECONDS"] = arguments[0] if arguments else "600"
    os.environ["FUZZ_FOLDER"] = str(Path(os.environ.get("MMSADMIN_VAR") or ROOT / "var") / "fuzz")
    become(BIN / "python", "-m", "pytest", "-q", "tests/faults/test_bad_media.py")


def lint(_arguments: Sequence[str]) -> None:
    """Everything that can be judged without running it."""
    develop()
    call(BIN / "ruff", "check", ".")
    call(BIN / "ruff", "format", "--check", ".")
    call(BIN / "lint-imports")
    call(BIN / "djlint", "--quiet", "--lint", "templates")
    call(BIN / "mypy")
    become(BIN / "python", "-m", "pytest", "-q", "tests/house")


def bench(arguments: Sequence[str]) -> None:
    """Measure against bare Django, bare SQL and other tools."""
    develop()
    bench_packages()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    become(BIN / "python", "-m", "bench", *arguments)


def storm(_arguments: Sequence[str]) -> None:
    """Kill processes again and again while a run goes, and hold the ledger against the carrier's record."""
    develop()
    system_packages()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    become(BIN / "python", "-m", "storm")


def simulate(arguments: Sequence[str]) -> None:
    """Play a large send through without sending anything."""
    make_venv()
    python_packages("requirements.lock")
    become(BIN / "python", "manage.py", "simulate", *arguments)


def messages(_arguments: Sequence[str]) -> None:
    """Write what people read into the catalogues; fails while something is not translated."""
    develop()
    become(BIN / "python", "manage.py", "messages")


def lock(_arguments: Sequence[str]) -> None:
    """Resolve anew. No file may name where a package came from: machines differ in that."""
    tools = VENV / "lock-tools"
    make_venv()
    call(BIN / "python", "-m", "venv", tools)
    call(tools / "bin/pip", "install", "-qq", "--disable-pip-version-check", "uv")
    flags = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--upgrade")
    quiet = ("--quiet", "--no-header", "--no-annotate")
    for name, source in {
        "requirements.lock": ("pyproject.toml",),
        "requirements-dev.lock": ("pyproject.toml", "--group", "dev"),
        "requirements-bench.lock": ("pyproject.toml", "--group", "dev", "--group", "bench"),
        "requirements-node.lock": ("--group", "pyproject.toml:node"),
    }.items():
        call(tools / "bin/uv", "pip", "compile", *source, *flags, *quiet, "-o", name)
    call(npm(), "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved")


def develop() -> None:
    make_venv()
    python_packages("requirements-dev.lock")
    node_packages()


COMMANDS = {act.__name__: act for act in (run, test, fuzz, lint, bench, storm, simulate, messages, lock)}


def main() -> int:
    try:
        COMMANDS[sys.argv[1]](sys.argv[2:])
    except Halt as halt:
        say(str(halt))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
