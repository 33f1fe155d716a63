"""A warm process that forks children: each begins in milliseconds, with everything imported and nothing connected.

Orders come in as lines of JSON, answers go out the same way. A child is a function of this package with its keywords,
in a world of its own (database, addresses, folder), with the faults that were ordered for it.
"""

import gc
import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

import django

django.setup()

import aiohttp  # noqa: E402, F401  # what the children need anyway is imported once
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from mmsadmin import processes, wsgi  # noqa: E402, F401
from storm import faults, people, roles  # noqa: E402, F401


def main() -> None:
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        answer = _fork(order) if order["do"] == "fork" else _wait(order["pid"], order["seconds"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _fork(order: dict[str, Any]) -> dict[str, Any]:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        processes.die_with_parent(parent)
        _child(order)
    return {"pid": pid}


def _wait(pid: int, seconds: float) -> dict[str, Any]:
    """The exit status of a child (negative: the signal); None while it lives."""
    deadline = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return {"status": os.waitstatus_to_exitcode(status)}
        if time.monotonic() >= deadline:
            return {"status": None}
        time.sleep(0.005)


def _child(order: dict[str, Any]) -> NoReturn:
    status = 1
    try:
        os.setsid()
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for name, value in order["settings"].items():
            setattr(settings, name, value)
        connections.settings["default"].update(order["database"])
        for fault in order["faults"]:
            getattr(faults, fault.pop("name"))(**fault)
        module, _, name = order["function"].partition(":")
        result = getattr(importlib.import_module(f"storm.{module}"), name)(**order["keywords"])
        if order["result"]:
            Path(order["result"]).write_text(json.dumps(result))
        # Whoever closes last brings SQLite's log home into the file, which may be copied then.
        connections.close_all()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
