"""The fenced child: `python -m campaigns.media '{"job": "review", "name": "a.jpg"}' [PATH]`, one job, then the end."""

import dataclasses
import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from campaigns.media import check, fit, limits, problems, wire


def _lower_limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_S, limits.CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.OPEN_FILES, limits.OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))


def _peak_bytes() -> int | None:
    """The most memory this process held. Not from getrusage, which on Linux also counts the parent before exec."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found.group(1)) * 1024 if found else None


def _review(data: bytes, *, name: str) -> tuple[dict[str, Any], list[bytes]]:
    verdict = check.review(data, name=name)
    # Not dataclasses.asdict on the whole: it would copy the file once more.
    values = {
        field.name: getattr(verdict, field.name)
        for field in dataclasses.fields(verdict)
        if field.name not in {"data", "card", "problems", "peak_bytes"}
    }
    values["problems"] = [dataclasses.asdict(problem) for problem in verdict.problems]
    values["card"] = verdict.card and verdict.card.store()
    header = {"review": values, "has_data": verdict.data is not None, "peak_bytes": _peak_bytes()}
    return header, [verdict.data or b"", (verdict.card and verdict.card.photo) or b""]


def _fit(data: bytes, *, name: str, budget_bytes: int) -> tuple[dict[str, Any], list[bytes]]:
    fitted = fit.fit(data, name=name, budget_bytes=budget_bytes)
    values = {field.name: getattr(fitted, field.name) for field in dataclasses.fields(fitted) if field.name != "data"}
    values["steps"] = [dataclasses.asdict(step) for step in fitted.steps]
    return {"fitted": values, "peak_bytes": _peak_bytes()}, [fitted.data]


def _answer(job: dict[str, Any], path: str | None) -> bytes:
    try:
        data = Path(path).read_bytes() if path else sys.stdin.buffer.read()
        if job.pop("job") == "fit":
            return wire.pack(*_fit(data, **job))
        return wire.pack(*_review(data, **job))
    except problems.UnfitError as unfit:
        found = unfit.problems
        crash = ""
    except MemoryError:
        found = (problems.Problem("out_of_memory", limit=limits.MEMORY_BYTES),)
        crash = ""
    except Exception as error:  # whatever a broken file makes of a decoder, it is the file that is broken
        found = (problems.Problem("corrupt"),)
        crash = f"{type(error).__name__}: {error}"[:200]
    return wire.pack({"refused": [dataclasses.asdict(problem) for problem in found], "crash": crash}, [])


if __name__ == "__main__":
    _lower_limits()
    Image.preinit()
    sys.stdout.buffer.write(_answer(json.loads(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
