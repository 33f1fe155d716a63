"""Everything on one machine under one parent: web, workers, beat and the sandbox carrier.

`make run` ends up here. Ctrl-C or SIGTERM ends it all in order: first what makes work, then what does it (slices of
the drain are waited for, so that no message is left half handed over), last what takes the answers.
"""

import contextlib
import http.client
import os
import selectors
import signal
import socket
import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from mmsadmin import env, plan
from mmsadmin.processes import Child

SLICE_WAIT_S = 30.0
ANSWER_WAIT_S = 8.0
IMPATIENT_WAIT_S = 2.0
LAST_STAGE = 2


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


class Supervisor:
    """Keeps the children running until a signal, then ends them stage by stage. One thread, no polling while idle."""

    def __init__(self, *, port: int, first: list[Child], then: list[Child], surroundings: dict[str, str]) -> None:
        self.port = port
        self.surroundings = surroundings
        self.children = list(first)
        self.waiting = then
        self.asked = 0  # how often we were asked to stop
        self.selector = selectors.DefaultSelector()
        self.colour = sys.stdout.isatty()

    def listen(self) -> None:
        """Signals wake the selector through a socket; their handlers do next to nothing."""
        inside, outside = socket.socketpair()
        for end in (inside, outside):
            end.setblocking(False)
        signal.set_wakeup_fd(outside.fileno(), warn_on_full_buffer=False)
        self.selector.register(inside, selectors.EVENT_READ, data=(inside, outside))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def stop(self, *_signal: object) -> None:
        self.asked += 1

    def start(self, child: Child) -> None:
        child.start(self.surroundings)
        self.selector.register(child.output, selectors.EVENT_READ, data=child)

    def hear(self, timeout: float) -> None:
        """Pass on what the children say, for at most `timeout` seconds."""
        for key, _mask in self.selector.select(timeout):
            if isinstance(key.data, Child):
                chunk = os.read(key.fd, 65_536)
                if not chunk:
                    self.selector.unregister(key.fd)
                self.tell(key.data, chunk)
            else:
                key.data[0].recv(4096)

    def tell(self, child: Child, chunk: bytes) -> None:
        mark = f"{child.name:8}|"
        for line in child.lines(chunk):
            say(f"\033[36m{mark}\033[0m {line}" if self.colour else f"{mark} {line}")

    def forget(self, child: Child) -> None:
        """Read what a dead child still had to say, and let go of its pipe."""
        os.set_blocking(child.output, False)
        with contextlib.suppress(BlockingIOError):
            self.tell(child, os.read(child.output, 65_536))
        if child.rest:
            self.tell(child, b"\n")
        if child.output in self.selector.get_map():
            self.selector.unregister(child.output)
        child.close()

    def mend(self) -> None:
        """Start again what has died, after its pause."""
        for child in self.children:
            if child.process is None:
                if time.monotonic() >= child.due_s:
                    self.start(child)
            elif not child.alive:
                self.forget(child)
                say(f"{child.name:8}| {child.died()}")

    def answers(self) -> bool:
        """Does the first page come?"""
        connection = http.client.HTTPConnection(plan.HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/login")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def run(self, greeting: str) -> None:
        self.listen()
        for child in self.children:
            self.start(child)
        greeted = False
        while not self.asked:
            pauses = [child.due_s - time.monotonic() for child in self.children if child.process is None]
            self.hear(max(0.0, min([*pauses, 60.0 if greeted else 0.1])))
            if not self.asked:
                self.mend()
            if not greeted and self.answers():
                greeted = True
                say(greeting)
                # Only now: on two cores they would hold up the first page.
                self.children += self.waiting
                for child in self.waiting:
                    self.start(child)
        self.end()

    def end(self) -> None:
        """Stage by stage; whoever asks again does not want to wait."""
        say("\nStopping. What is being sent right now is finished first (Ctrl-C again does not wait).")
        for stage in range(LAST_STAGE + 1):
            ending = [child for child in self.children if child.stage == stage and child.process]
            for child in ending:
                child.ask_to_end()
            self.wait(ending, SLICE_WAIT_S if stage < LAST_STAGE else ANSWER_WAIT_S)
            for child in ending:
                if child.alive:
                    say(f"{child.name:8}| did not end in time and is killed")
                child.kill_group()
                self.forget(child)
        say("Stopped.")

    def wait(self, ending: list[Child], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while any(child.alive for child in ending):
            if self.asked > 1:
                deadline = min(deadline, time.monotonic() + IMPATIENT_WAIT_S)
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self.hear(min(left, 0.5))


def main() -> int:
    try:
        var = Path(env.text("MMSADMIN_VAR", str(plan.ROOT / "var"))).resolve()
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Also where somebody made the folder before us, and for what the processes write into it.
        with contextlib.suppress(PermissionError):
            var.chmod(0o700)
        os.umask(0o077)
        plan.hold(var)
        port = plan.web_port()
        surroundings = plan.environment(var, port)
        first = [plan.web(port), *plan.sandbox(var, surroundings)]
        if not (var / "static").exists():
            say("Making the database, the pages' files and the demo world …")
        log_ins = plan.prepare(surroundings)
        greeting = f"\n  Open http://{plan.HOST}:{port}/ in a browser. Ctrl-C stops everything.\n\n{log_ins}\n"
        Supervisor(port=port, first=first, then=plan.workers(), surroundings=surroundings).run(greeting)
    except (plan.Halt, ImproperlyConfigured) as halt:
        say(str(halt))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
