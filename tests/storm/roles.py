"""What the children of a storm do: the product's own processes, or its turns of the crank with no broker between them.

With none the tick and the sweep are the product's own tasks, run in place; the bell for the drain is not needed, since
a drain here goes on to its next slice by itself.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from campaigns import tasks
from campaigns.inbound import intake
from campaigns.models import Message
from campaigns.sending import drain as draining
from campaigns.sending import rescue, start
from mmsadmin import broker as transports
from mmsadmin import plan
from mmsadmin.celery import app
from mmsadmin.wsgi import application

TICK_S = 0.3
SWEEP_S = 0.5
WEB_THREADS = 3


def drain(*, seconds: float = draining.SLICE_S) -> None:
    """Slice after slice until SIGTERM."""
    stopping = _stopping()
    while not stopping():
        _guarded(lambda: draining.run(should_stop=stopping, seconds=seconds))


def ticks() -> None:
    """Tick and sweep until SIGTERM."""
    stopping = _stopping()
    app.conf.task_always_eager = True
    for bell in (tasks.drain, tasks.fetch_media, tasks.make_copies):
        bell.apply_async = lambda *_words, **_more: None  # type: ignore[method-assign]
    swept_at = 0.0
    while not stopping():
        _guarded(tasks.tick)
        if time.monotonic() - swept_at > SWEEP_S:
            _guarded(tasks.sweep)
            swept_at = time.monotonic()
        time.sleep(TICK_S)


def worker(*, queue: str, broker: str, number: int = 0) -> None:
    """The product's own worker of one queue; several of a queue have a number each."""
    _heed(broker)
    app.start(["--quiet", *(f"{queue}{number}@%h" if word == f"{queue}@%h" else word for word in plan.worker(queue))])


def beat(*, broker: str) -> None:
    """The product's own beat."""
    _heed(broker)
    app.start(["--quiet", *plan.BEAT])


def web(*, port: int) -> None:
    """The pages and webhooks on this port, until killed."""
    TCPServer.allow_reuse_address = True
    server = _Server(("127.0.0.1", port), _Quiet)
    server.set_app(application)
    server.serve_forever(poll_interval=0.05)


def begun() -> None:
    """Start what is due, or carry on with it."""
    for campaign_id in start.due(now=timezone.now()):
        start.begin(campaign_id=campaign_id, now=timezone.now())


def rescued() -> None:
    """The sweep for what a killed process left, as if a minute had gone by; only where nobody else drains."""
    now = timezone.now() + timedelta(minutes=1)
    rescue.abandoned(now=now)  # the first look at a lease begins the watch over it
    rescue.abandoned(now=now)
    rescue.ask(now=now)


def understood() -> None:
    """Apply the receipts that were kept."""
    intake.understand(now=timezone.now())


def closed() -> None:
    """Close runs that are over."""
    start.finish_done(now=timezone.now())


def recovered() -> None:
    """Turn every crank until nothing is left to do; only where nobody else works."""
    for _ in range(20):
        begun()
        rescued()
        while draining.run(should_stop=lambda: False, seconds=10).more:
            pass
        understood()
        closed()
        if not Message.objects.filter(state__in=["pending", "claimed", "unknown"]).exists():
            return


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: Any) -> None:
        pass


class _Server(WSGIServer):
    """A few threads that stay, as in the product: each keeps its connection."""

    request_queue_size = 128

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self._threads = ThreadPoolExecutor(max_workers=WEB_THREADS)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._threads.submit(self._answer, request, client_address)

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)


def _heed(broker: str) -> None:
    """As the settings do; celery's own command line reads BROKER_URL too."""
    os.environ["BROKER_URL"] = broker
    app.conf.broker_url = broker
    app.conf.broker_transport_options = transports.prepared(url=broker, folder=Path(settings.BROKER_DIR))


def _stopping() -> Callable[[], bool]:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    return lambda: bool(told)


def _guarded(work: Callable[[], Any]) -> None:
    """As a worker does: what goes wrong is written down, and the next bell rings."""
    close_old_connections()
    try:
        work()
    except DatabaseError:
        sys.stderr.write(f"{datetime.now():%H:%M:%S.%f} {traceback.format_exc()}")
        time.sleep(0.1)
