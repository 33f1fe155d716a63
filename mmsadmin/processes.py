"""One child of the supervisor: started in a session of its own, read line by line, ended politely or by force."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """In a fresh child: ask the kernel for SIGTERM when the parent is gone, however it went (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


@dataclass
class Child:
    """A program that should be running. `stage` says when it ends: lower ones first."""

    name: str
    command: tuple[str, ...]
    stage: int
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    due_s: float = 0.0
    pause_s: float = SHORTEST_PAUSE_S
    rest: bytes = field(default=b"", repr=False)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def output(self) -> int:
        """The file descriptor its words come from."""
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def start(self, environment: Mapping[str, str]) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which then ends things in order.
        # The supervisor has one thread, so code between fork and exec is safe.
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),
        )
        self.started_s = time.monotonic()

    def died(self) -> str:
        """Note an unwanted end: set when to start again, longer each time in a row, and say so."""
        assert self.process is not None
        self.kill_group()
        now = time.monotonic()
        if now - self.started_s > LONGEST_PAUSE_S:
            self.pause_s = SHORTEST_PAUSE_S
        words = f"ended with {self.process.returncode}; starting again in {self.pause_s:.0f} s"
        self.due_s = now + self.pause_s
        self.pause_s = min(self.pause_s * 2, LONGEST_PAUSE_S)
        self.process = None
        return words

    def ask_to_end(self) -> None:
        """SIGTERM to the main process only: it ends its own children once their work is done."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill_group(self) -> bool:
        """Kill whatever is left of the session; says whether there was anything."""
        if self.process is None:
            return False
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def close(self) -> None:
        """Reap it and let go of its pipe."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.wait()
        self.process.stdout.close()

    def lines(self, chunk: bytes) -> list[str]:
        """Whole lines so far; the rest waits for its end."""
        *whole, self.rest = (self.rest + chunk).split(b"\n")
        return [line.decode(errors="replace").rstrip() for line in whole]
