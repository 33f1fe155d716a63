"""A few files are opened at once, a few callers wait, and some threads of the web are always free."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import media_samples as samples
import pytest

from campaigns.media import fence, limits, problems, turns
from mmsadmin import plan


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """All turns are taken until this is set."""
    end, begun = threading.Event(), threading.Barrier(limits.AT_ONCE + 1)

    def hold() -> None:
        with turns.taken():
            begun.wait(10)
            end.wait(60)

    with ThreadPoolExecutor(limits.AT_ONCE) as pool:
        holders = [pool.submit(hold) for _ in range(limits.AT_ONCE)]
        begun.wait(10)
        yield end
        end.set()
        for holder in holders:
            holder.result(10)


def _codes() -> list[tuple[str, object]]:
    return [(one.code, one.limit) for one in fence.review(samples.jpeg(), name="a.jpg").problems]


def test_whoever_waits_too_long_is_told_to_come_again(held: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TURN_S", 0.05)

    assert _codes() == [("busy", limits.AT_ONCE)]


def test_whoever_waits_gets_the_next_turn(held: threading.Event) -> None:
    threading.Timer(0.2, held.set).start()

    assert _codes() == []


def test_where_the_line_is_full_nobody_waits_at_all(held: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TURN_S", 2.0)
    with ThreadPoolExecutor(limits.IN_LINE) as pool:
        for _ in range(limits.IN_LINE):
            pool.submit(_codes)
        while turns._places._value:
            time.sleep(0.01)
        start = time.monotonic()
        with pytest.raises(problems.UnfitError), turns.taken():
            pass
        assert time.monotonic() - start < 1
        held.set()


def test_what_fails_gives_its_turn_back() -> None:
    for _ in range(limits.AT_ONCE + limits.IN_LINE + 1):
        with pytest.raises(RuntimeError), turns.taken():
            raise RuntimeError

    assert _codes() == []


def test_files_never_hold_all_threads_of_the_web() -> None:
    command = plan.web(8000).command

    threads = int(command[command.index("--blocking-threads") + 1])
    assert threads >= limits.AT_ONCE + limits.IN_LINE + 3
