"""Decode untrusted files in a child process that can neither eat the machine nor take the caller down.

The child (`python -m campaigns.media`) gets the file on its standard input and answers with a header in JSON, led by
its length in eight bytes, and then the parts the header counts. It knows no secret: its environment is empty but for
what Python needs. It lowers its own limits before it reads a byte.
"""

import dataclasses
import json
import logging
import signal
import subprocess  # the fence is a process
import sys
from pathlib import Path
from typing import Any, Final

from campaigns.media import check, kinds, limits, probe, problems, size, vcard, wire
from campaigns.media import fit as fitting

_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "1",
}

log = logging.getLogger(__name__)


def review(
    data: bytes,
    *,
    name: str = "",
    upload_limit_bytes: int | None = None,
    hard_limit_bytes: int | None = None,
    advice_bytes: int | None = None,
    timeout_s: float = limits.WALL_S,
) -> check.Review:
    """Judge and rebuild one file. Never raises for a bad file.

    `name` only tells a text meant as contact card from any other text. With `hard_limit_bytes` and `advice_bytes` the
    copy is also weighed alone, without a text: leave them out where the message is weighed elsewhere.
    """
    kind = kinds.sniff(data, name=name)
    if upload_limit_bytes is not None and len(data) > upload_limit_bytes:
        found = problems.Problem("too_large_upload", limit=upload_limit_bytes, found=len(data))
        return check.refused(data, kind=kind, found=(found,))
    try:
        probe.identify(data, name=name)  # most wrong files are told from their first bytes, without a child
        header, parts = _run({"job": "review", "name": name}, data, kind=kind, timeout_s=timeout_s)
    except problems.UnfitError as unfit:
        return check.refused(data, kind=kind, found=unfit.problems)
    verdict = _review(header, parts)
    if verdict.data is None or hard_limit_bytes is None or advice_bytes is None:
        return verdict
    weighed = size.total(
        media_bytes=len(verdict.data), text="", hard_limit_bytes=hard_limit_bytes, advice_bytes=advice_bytes
    )
    return dataclasses.replace(verdict, problems=(*verdict.problems, *weighed.problems))


def fit(
    data: bytes, *, budget_bytes: int, name: str = "", timeout_s: float = limits.WALL_S
) -> fitting.Fitted | problems.Problem:
    """The best copy of a still picture within `budget_bytes`, or the first problem that stands in the way."""
    try:
        kind = probe.identify(data, name=name)
        job = {"job": "fit", "name": name, "budget_bytes": budget_bytes}
        header, parts = _run(job, data, kind=kind, timeout_s=timeout_s)
    except problems.UnfitError as unfit:
        return unfit.problems[0]
    values = header["fitted"]
    values["steps"] = tuple(fitting.Step(**step) for step in values["steps"])
    return fitting.Fitted(data=parts[0], **values)


def _run(job: dict[str, Any], data: bytes, *, kind: str, timeout_s: float) -> tuple[dict[str, Any], list[bytes]]:
    """Run one job in a child. Raises UnfitError: decoder_timeout, out_of_memory, corrupt, or what the job refused."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, no shell, a job that we wrote
        [sys.executable, "-s", "-m", "campaigns.media", json.dumps(job)],
        cwd=_ROOT,
        env=_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with child:
        try:
            answer, _ = child.communicate(data, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            raise problems.refuse("decoder_timeout", limit=int(timeout_s)) from None
        except BaseException:
            child.kill()
            raise
    if child.returncode == -signal.SIGXCPU:
        raise problems.refuse("decoder_timeout", limit=limits.CPU_S)
    if child.returncode == -signal.SIGKILL:
        raise problems.refuse("out_of_memory", limit=limits.MEMORY_BYTES)
    try:
        header, parts = wire.unpack(answer)
    except (ValueError, KeyError):
        log.warning("media child ended with %s and no answer", child.returncode)
        raise problems.refuse("corrupt", found=kind) from None
    if header.get("crash"):
        log.warning("media child could not decode a %s: %s", kind, header["crash"])
    if header.get("refused"):
        raise problems.UnfitError(*(problems.Problem(**problem) for problem in header["refused"]))
    return header, parts


def _review(header: dict[str, Any], parts: list[bytes]) -> check.Review:
    values = header["review"]
    if values["card"] is not None:
        values["card"] = vcard.Card.restore(values["card"], photo=parts[1] or None)
    for name in ("metadata", "notes"):
        values[name] = tuple(values[name])
    values["problems"] = tuple(problems.Problem(**problem) for problem in values["problems"])
    return check.Review(data=parts[0] if header["has_data"] else None, peak_bytes=header["peak_bytes"], **values)
