"""Slow senders wait for each other, and nobody else waits for them."""

import io
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mmsadmin import bodies, plan, wsgi


class Slow(io.RawIOBase):
    """A body of which nothing comes until `go`."""

    def __init__(self) -> None:
        self.go, self.asked = threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.asked.set()
        self.go.wait(30)
        return b"a=1"


def _echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def _ask(app: bodies.Slots, body: Any = None, path: str = "/login", length: str = "3") -> str:
    said: list[str] = []
    environ = {"PATH_INFO": path, "CONTENT_LENGTH": length, "wsgi.input": body or io.BytesIO(b"a=1")}
    list(app(environ, lambda status, _headers: said.append(status)))
    return said[0]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> bodies.Slots:
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.01)
    return bodies.Slots(_echo, at_once=2)


def test_slow_senders_do_not_take_all_threads(app: bodies.Slots) -> None:
    slow = [Slow(), Slow()]
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(_ask, app, one) for one in slow]
        assert all(one.asked.wait(10) for one in slow)
        assert _ask(app) == "503 Service Unavailable"
        assert _ask(app, length="") == "200 OK"
        assert _ask(app, path="/webhooks/sandbox/token/") == "200 OK"
        for one in slow:
            one.go.set()
        assert [one.result(10) for one in held] == ["200 OK", "200 OK"]
    assert _ask(app) == "200 OK"


def test_a_place_is_free_as_soon_as_the_body_is_read(app: bodies.Slots) -> None:
    inner: list[str] = []

    def working(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        narrow.application = _echo
        inner.append(_ask(narrow))
        start_response("200 OK", [])
        return []

    narrow = bodies.Slots(working, at_once=1)
    assert (_ask(narrow), inner) == ("200 OK", ["200 OK"])


def test_a_place_is_free_again_after_a_fault_and_an_unread_body(app: bodies.Slots) -> None:
    def broken(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError

    app.application = broken
    for _ in range(5):
        with pytest.raises(RuntimeError):
            _ask(app)
    app.application = _echo
    assert _ask(app) == "200 OK"


def test_the_product_is_served_so_and_keeps_three_threads_free() -> None:
    assert isinstance(wsgi.application, bodies.Slots)
    assert wsgi.application._free._value == plan.WEB_THREADS - 3
