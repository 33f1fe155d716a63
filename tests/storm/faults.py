"""What a child of a storm is given to suffer, set from outside before its work begins: the product has no hooks for it.

A place is `package.module:name` or `package.module:Class.method`; rooms call each other by module, so that replacing
the attribute reaches everybody.
"""

import functools
import importlib
import inspect
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

CRASHED = 73
_inside: list[str] = []


def crash(*, at: str, when: str, nth: int = 1, inside: str = "") -> None:
    """End this process without a word `before` or `after` the nth call of `at`; with `inside` only calls count that
    are made while that other function runs."""
    _at(at, when, nth, inside, lambda: os._exit(CRASHED))


def freeze(*, at: str, when: str, nth: int = 1, inside: str = "") -> None:
    """Stop this process in its tracks there, as a hung disk or a paused machine would, until somebody lets it go on."""
    _at(at, when, nth, inside, lambda: os.kill(os.getpid(), signal.SIGSTOP))


def kill_during(*, at: str, nth: int, after_s: float) -> None:
    """Kill this process so long after the nth call of `at` began; the call goes on meanwhile."""
    _at(at, "before", nth, "", lambda: threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGKILL)).start())


def change(*, at: str, value: Any) -> None:
    """Another value for a constant."""
    owner, name = _owner(at)
    assert hasattr(owner, name), f"{at} is gone"
    setattr(owner, name, timedelta(seconds=value) if isinstance(getattr(owner, name), timedelta) else value)


def hurry(*, times: float) -> None:
    """Everything that waits to be sure waits so many times shorter, in the same proportions."""
    for at in (
        "campaigns.sending.leases:STILL_S",
        "campaigns.sending.leases:TRUST_S",
        "campaigns.sending.drain:KEEP_EVERY_S",
        "campaigns.sending.rescue:ABANDONED_AFTER",
        "campaigns.sending.rescue:ASK_AFTER",
        "campaigns.sending.dispatch:FIRST_WAIT_S",
        "campaigns.sending.outbox:UNREACHABLE_REST_S",
        "campaigns.sending.line:REWIND_EVERY_S",
    ):
        owner, name = _owner(at)
        setattr(owner, name, getattr(owner, name) / times)
    session = importlib.import_module("campaigns.gateways.http").Session
    defaults = session.__init__.__kwdefaults__
    for name in ("connect_timeout_s", "total_timeout_s"):
        defaults[name] /= times


def alone() -> None:
    """Nobody else works here: whoever holds a lease is dead, and need not be watched for long."""
    change(at="campaigns.sending.leases:STILL_S", value=0.0)
    change(at="campaigns.sending.drain:KEEP_EVERY_S", value=0.06)
    change(at="campaigns.sending.drain:IDLE_S", value=0.2)


def clock(*, path: str) -> None:
    """A wall clock that is off by the seconds that stand in this file, which may change at any moment."""
    offset = Path(path)

    def wrong(owner: Any, name: str, made: Callable[[float], Any]) -> None:
        true_now = getattr(owner, name)
        setattr(owner, name, lambda *of: true_now(*of) + made(float(offset.read_text())))

    # What is asked for a date, and what is asked for seconds.
    wrong(timezone, "now", lambda seconds: timedelta(seconds=seconds))
    wrong(time, "time", lambda seconds: seconds)


def _at(at: str, when: str, nth: int, inside: str, strike: Callable[[], object]) -> None:
    calls = 0
    if inside:
        _note(inside)

    def turn(side: str) -> None:
        nonlocal calls
        if side != when or (inside and inside not in _inside):
            return
        calls += 1
        if calls == nth:
            strike()

    owner, name = _owner(at)
    original = getattr(owner, name)

    @functools.wraps(original)
    def plain(*words: Any, **more: Any) -> Any:
        turn("before")
        found = original(*words, **more)
        turn("after")
        return found

    @functools.wraps(original)
    async def waiting(*words: Any, **more: Any) -> Any:
        turn("before")
        found = await original(*words, **more)
        turn("after")
        return found

    setattr(owner, name, waiting if inspect.iscoroutinefunction(original) else plain)


def _note(at: str) -> None:
    """Let it be known while this function runs."""
    owner, name = _owner(at)
    original = getattr(owner, name)

    @functools.wraps(original)
    def noted(*words: Any, **more: Any) -> Any:
        _inside.append(at)
        try:
            return original(*words, **more)
        finally:
            _inside.remove(at)

    setattr(owner, name, noted)


def _owner(at: str) -> tuple[Any, str]:
    module, _, path = at.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for step in owners:
        owner = getattr(owner, step)
    return owner, name
