"""What every fenced child does: lower its own limits, read one file, do one job, answer, end."""

import ctypes
import dataclasses
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, Final

from PIL import Image

from campaigns.media import limits, problems, wire

# A job gets the file and its own settings, and gives the header and the parts of its answer.
Job = Callable[..., tuple[dict[str, Any], list[bytes]]]
_PR_SET_PDEATHSIG: Final = 1


def serve(job: Job, *, ceiling: limits.Ceiling) -> None:
    """Run `job` with the settings that the first argument holds in JSON, on the file that the second one names, or on
    standard input."""
    _end_with_parent()
    _lower_limits(ceiling)
    Image.preinit()
    path = sys.argv[2] if len(sys.argv) > 2 else None
    sys.stdout.buffer.write(_answer(job, json.loads(sys.argv[1]), path, ceiling=ceiling))
    sys.stdout.buffer.flush()
    os._exit(0)  # the answer is out, and the system takes the pictures back quicker than Python would


def by_kind() -> limits.Ceiling:
    """What the kind allows that the settings name: the parent has looked at the file already."""
    return limits.review(json.loads(sys.argv[1]).get("kind", ""))


def peak_bytes() -> int | None:
    """The most memory this process held. Not from getrusage, which on Linux also counts the parent before exec."""
    try:
        found = re.search(rb"VmHWM:\s+(\d+) kB", _read("/proc/self/status"))
    except OSError:  # not on Linux
        return None
    return int(found.group(1)) * 1024 if found else None


def _end_with_parent() -> None:
    """Ask the kernel to kill this process with the one that wants its answer, however that ends (Linux only)."""
    parent = os.environ.get("FENCE_PARENT")
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(parent):
            os._exit(1)


def _read(path: str) -> bytes:
    # Not by pathlib, which would be loaded for that alone, with all that it loads: a tenth of the time of a start.
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def _lower_limits(ceiling: limits.Ceiling) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (ceiling.cpu_s, ceiling.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.OPEN_FILES, limits.OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (ceiling.memory_bytes, ceiling.memory_bytes))


def _answer(job: Job, settings: dict[str, Any], path: str | None, *, ceiling: limits.Ceiling) -> bytes:
    try:
        data = _read(path) if path else sys.stdin.buffer.read()
        return wire.pack(*job(data, **settings))
    except problems.UnfitError as unfit:
        found = unfit.problems
        crash = ""
    except MemoryError:
        found = (problems.Problem("out_of_memory", limit=ceiling.memory_bytes),)
        crash = ""
    except Exception as error:  # whatever a broken file makes of a decoder, it is the file that is broken
        found = (problems.Problem("corrupt"),)
        crash = f"{type(error).__name__}: {error}"[:200]
    return wire.pack({"refused": [dataclasses.asdict(problem) for problem in found], "crash": crash}, [])
