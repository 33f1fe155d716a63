"""Decode untrusted files in a child process that can neither eat the machine nor take the caller down.

The child (`python -m campaigns.media`, `.fit` or `.portrait`) gets the file on its standard input and answers with a
header in JSON, led by its length in eight bytes, and then the parts the header counts. It knows no secret: its
environment is empty but for what Python needs. It lowers its own limits before it reads a byte, and the kernel ends it
with us.
"""

import contextlib
import dataclasses
import json
import logging
import os
import selectors
import signal
import subprocess  # the fence is a process
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from campaigns.media import (
    crop,
    kinds,
    limits,
    posters,
    probe,
    problems,
    reviews,
    size,
    turns,
    vcard,
    vcard_dialling,
    wire,
)
from campaigns.media import portrait as photos
from campaigns.media.fit import result

_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "1",
    # Each of its threads would take address space of its own.
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}

# How often a caller hears how far it is, in seconds.
_LISTEN_EVERY_S: Final = 0.2
_CHUNK_BYTES: Final = 65_536

log = logging.getLogger(__name__)


def review(
    data: bytes,
    *,
    name: str = "",
    upload_limit_bytes: int | None = None,
    hard_limit_bytes: int | None = None,
    advice_bytes: int | None = None,
    timeout_s: float = limits.REVIEW.wall_s,
) -> reviews.Review:
    """Judge and rebuild one file. Never raises for a bad file, nor where too many are open already: problem `busy`.

    `name` only tells a text meant as contact card from any other text. With `hard_limit_bytes` and `advice_bytes` the
    copy is also weighed alone, without a text: leave them out where the message is weighed elsewhere.
    """
    kind = kinds.sniff(data, name=name)
    if upload_limit_bytes is not None and len(data) > upload_limit_bytes:
        found = problems.Problem("too_large_upload", limit=upload_limit_bytes, found=len(data))
        return reviews.refused(data, kind=kind, found=(found,))
    try:
        probe.identify(data, name=name)  # most wrong files are told from their first bytes, without a child
        child = _Child("campaigns.media", kind=kind, ceiling=limits.review(kind), timeout_s=timeout_s)
        with turns.taken():
            header, parts = child.run({"name": name, "kind": kind}, data)
    except problems.UnfitError as unfit:
        return reviews.refused(data, kind=kind, found=unfit.problems)
    verdict = _review(header, parts)
    if verdict.data is None or hard_limit_bytes is None or advice_bytes is None:
        return verdict
    weighed = size.total(
        media_bytes=len(verdict.data), text="", hard_limit_bytes=hard_limit_bytes, advice_bytes=advice_bytes
    )
    return dataclasses.replace(verdict, problems=(*verdict.problems, *weighed.problems))


def fit(
    data: bytes,
    *,
    budget_bytes: int,
    name: str = "",
    ground: result.Ground = "",
    tell: result.Progress = result.in_silence,
    timeout_s: float = limits.FIT.wall_s,
) -> result.Fitted | problems.Problem:
    """The best copy of a file within `budget_bytes`, or the first problem that stands in the way.

    With a `ground` nothing of it shines through any more. `tell` is called in this thread several times a second with
    the share that is done, whether it grew or not; what it raises ends the child and passes through.
    """
    try:
        kind = probe.identify(data, name=name)
        with _listening(tell) as (mouth, listen):
            job = {"name": name, "budget_bytes": budget_bytes, "ground": ground, "tell_fd": mouth}
            child = _Child(
                "campaigns.media.fit", kind=kind, ceiling=limits.FIT, timeout_s=timeout_s, fds=(mouth,), listen=listen
            )
            header, parts = child.run(job, data)
    except problems.UnfitError as unfit:
        return unfit.problems[0]
    values = header["fitted"]
    values["steps"] = tuple(result.Step(**step) for step in values["steps"])
    return result.Fitted(data=parts[0], **values)


def cut(
    data: bytes, *, place: crop.Place, timeout_s: float = limits.WAITED_FOR_S
) -> tuple[bytes, str] | problems.Problem:
    """A part of a still picture and its kind (see `cutting.cut`), or what stands in the way."""
    try:
        kind = probe.identify(data)
        child = _Child("campaigns.media.cutting", kind=kind, ceiling=limits.review(kind), timeout_s=timeout_s)
        with turns.taken():
            header, parts = child.run({"place": dataclasses.asdict(place), "kind": kind}, data)
    except problems.UnfitError as unfit:
        return unfit.problems[0]
    return parts[0], header["kind"]


def portrait(
    data: bytes, *, place: crop.Place = crop.WHOLE, timeout_s: float = limits.WAITED_FOR_S
) -> bytes | problems.Problem:
    """The photo of a contact card made of an upload, a small square JPEG, or what stands in the way."""
    try:
        kind = photos.identify(data)
        child = _Child("campaigns.media.portrait", kind=kind, ceiling=limits.review(kind), timeout_s=timeout_s)
        with turns.taken():
            _, parts = child.run({"place": dataclasses.asdict(place), "kind": kind}, data)
    except problems.UnfitError as unfit:
        return unfit.problems[0]
    return parts[0]


@contextlib.contextmanager
def _listening(tell: result.Progress) -> Iterator[tuple[int, Callable[[], None]]]:
    """A file descriptor for a child to write its progress to, a share a line, and what passes it on to `tell`."""
    ear, mouth = os.pipe()
    os.set_blocking(ear, False)
    told, share = b"", 0.0

    def listen() -> None:
        nonlocal told, share
        with contextlib.suppress(BlockingIOError):
            told += os.read(ear, _CHUNK_BYTES)
        *lines, told = told.split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError):
                share = max(share, min(float(line), 1.0))
        tell(share)

    try:
        yield mouth, listen
    finally:
        os.close(mouth)
        os.close(ear)


def _written(pipe: IO[bytes], rest: memoryview) -> memoryview:
    """What is still to be written after this; nothing for a child that has stopped reading."""
    try:
        return rest[os.write(pipe.fileno(), rest[:_CHUNK_BYTES]) :]
    except BrokenPipeError:
        return rest[:0]


def _nobody_listens() -> None:
    pass


@dataclasses.dataclass(frozen=True, slots=True)
class _Child:
    """One process for one job on one file of `kind`; `module` says which job, `fds` what it may write to.

    `listen` is called again and again while it works; what that raises ends the process.
    """

    module: str
    kind: str
    ceiling: limits.Ceiling
    timeout_s: float
    fds: tuple[int, ...] = ()
    listen: Callable[[], None] = _nobody_listens

    def run(self, job: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
        """The header and parts of the answer. Raises UnfitError: decoder_timeout, out_of_memory, corrupt, or what the
        job refused."""
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, no shell, a job that we wrote
            [sys.executable, "-s", "-m", self.module, json.dumps(job)],
            cwd=_ROOT,
            env={**_ENVIRONMENT, "FENCE_PARENT": str(os.getpid())},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.fds,
        )
        with process:
            try:
                answer = self._talk(process, data)
            except BaseException:
                process.kill()
                raise
        return self._understood(answer, process.returncode)

    def _talk(self, process: subprocess.Popen[bytes], data: bytes) -> bytes:
        """Hand the file over and take the answer. Raises UnfitError: decoder_timeout.

        Not by `communicate`: before Python 3.12 that forgets the rest of the file when it is called again.
        """
        assert process.stdin
        assert process.stdout
        deadline = time.monotonic() + self.timeout_s
        rest, answer = memoryview(data), bytearray()
        os.set_blocking(process.stdin.fileno(), False)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stdin, selectors.EVENT_WRITE)
            listened = time.monotonic()
            while (now := time.monotonic()) < deadline:
                if now - listened >= _LISTEN_EVERY_S:
                    self.listen()
                    listened = time.monotonic()
                for key, _ in selector.select(min(deadline - now, _LISTEN_EVERY_S)):
                    if key.fileobj is process.stdin:
                        rest = _written(process.stdin, rest)
                        if not rest:
                            selector.unregister(process.stdin)
                            process.stdin.close()
                    elif chunk := os.read(key.fd, _CHUNK_BYTES):
                        answer += chunk
                    else:
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            process.wait(deadline - now)
                            return bytes(answer)
        raise problems.refuse("decoder_timeout", limit=int(self.timeout_s))

    def _understood(self, answer: bytes, code: int) -> tuple[dict[str, Any], list[bytes]]:
        if code == -signal.SIGXCPU:
            raise problems.refuse("decoder_timeout", limit=self.ceiling.cpu_s)
        if code == -signal.SIGKILL:
            raise problems.refuse("out_of_memory", limit=self.ceiling.memory_bytes)
        try:
            header, parts = wire.unpack(answer)
        except (ValueError, KeyError):
            log.warning("media child ended with %s and no answer", code)
            raise problems.refuse("corrupt", found=self.kind) from None
        if header.get("crash"):
            log.warning("media child could not decode a %s: %s", self.kind, header["crash"])
        if header.get("refused"):
            raise problems.UnfitError(*(problems.Problem(**problem) for problem in header["refused"]))
        return header, parts


def _review(header: dict[str, Any], parts: list[bytes]) -> reviews.Review:
    values = header["review"]
    if values["card"] is not None:
        values["card"] = vcard.Card.restore(values["card"], photo=parts[1] or None)
        # Told here and not in the child, which would pay for knowing all number plans with every picture.
        advice = vcard_dialling.advice((phone.value, phone.line) for phone in values["card"].phones)
        values["problems"] += [dataclasses.asdict(problem) for problem in advice]
    if values["poster"] is not None:
        values["poster"] = posters.Poster(data=parts[2], **values["poster"])
    facts = values["upload"]
    values["upload"] = probe.Probe(**{**facts, "metadata": tuple(facts["metadata"])})
    values["notes"] = tuple(values["notes"])
    values["problems"] = tuple(problems.Problem(**problem) for problem in values["problems"])
    return reviews.Review(data=parts[0] if header["has_data"] else None, peak_bytes=header["peak_bytes"], **values)
