"""What a worker does when no bell rings.

Messages never wait in a broker. One that is away, was emptied or went deaf on us costs no more than the time until
somebody notices, and that somebody is a thread in each worker, on a clock that nobody can set.
"""

import logging
import threading
import time
from collections import Counter
from typing import Any

from celery import Celery, Task, bootsteps, signals
from django.db import connections

logger = logging.getLogger(__name__)

# So many rings in a row may be missed before the work is done without one, and never in less than some seconds: with
# several workers a bell may always go to another.
MISSED, LEAST_S = 3, 5.0
LOOK_EVERY_S = 0.5


class Ears:
    """What was heard in this process: when each task began or ended last, and which go on."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    def began(self, name: str) -> None:
        with self._lock:
            self._at[name] = time.monotonic()
            self._running[name] += 1

    def ended(self, name: str) -> None:
        with self._lock:
            self._at[name] = time.monotonic()
            self._running[name] -= 1

    def silent_s(self, name: str, *, since: float) -> float:
        """For how long nothing was heard of this task, since then at most; 0 while it goes on."""
        with self._lock:
            return 0.0 if self._running[name] > 0 else time.monotonic() - max(since, self._at.get(name, since))


class ByHand(bootsteps.StartStopStep):
    """Does by hand what beat rings for, once nothing rings: for the queues of its worker alone.

    A task that is called this way knows it (`request.called_directly`) and waits for no other bell of its own queue.
    """

    def __init__(self, worker: Any, **_options: Any) -> None:
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._ears = Ears()

    def start(self, worker: Any) -> None:
        turns = self._turns(worker.app)
        if not turns:
            return
        # Weak references would be gone at once: these live as long as their process.
        signals.task_prerun.connect(lambda sender, **_more: self._ears.began(sender.name), weak=False)
        signals.task_postrun.connect(lambda sender, **_more: self._ears.ended(sender.name), weak=False)
        self._thread = threading.Thread(target=self._watch, args=(turns,), name="by-hand", daemon=True)
        self._thread.start()

    def stop(self, worker: Any) -> None:
        """A slice that goes on is waited for, as those in the pool are."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _turns(self, app: Celery) -> list[tuple["Task[..., Any]", float]]:
        """The tasks of the queues that are heard here, with the seconds between their rings."""
        routes, heard = app.conf.task_routes, app.amqp.queues.consume_from
        found = []
        for entry in app.conf.beat_schedule.values():
            queue = routes.get(entry["task"], {}).get("queue", app.conf.task_default_queue)
            if queue in heard:
                found.append((app.tasks[entry["task"]], float(entry["schedule"])))
        return found

    def _watch(self, turns: list[tuple["Task[..., Any]", float]]) -> None:
        began = time.monotonic()
        done_at = {task.name: began for task, _ in turns}
        by_hand: set[str] = set()
        while not self._over.wait(LOOK_EVERY_S):
            for task, every_s in turns:
                if self._ears.silent_s(task.name, since=began) < max(LEAST_S, MISSED * every_s):
                    if task.name in by_hand:
                        logger.warning("A bell for %s came: it is waited for again.", task.name)
                    by_hand.discard(task.name)
                elif time.monotonic() - done_at[task.name] >= every_s and not self._over.is_set():
                    if task.name not in by_hand:
                        logger.warning("No bell for %s: it is done without one until one comes.", task.name)
                    by_hand.add(task.name)
                    self._turn(task)
                    done_at[task.name] = time.monotonic()

    @staticmethod
    def _turn(task: "Task[..., Any]") -> None:
        try:
            task()
        except Exception:
            logger.exception("%s, done without a bell, went wrong.", task.name)
        finally:
            connections.close_all()
