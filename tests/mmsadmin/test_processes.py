"""One child of the supervisor."""

import sys
import time

from mmsadmin import processes


def child(code: str) -> processes.Child:
    return processes.Child("child", (sys.executable, "-c", code), stage=0)


def test_lines_are_passed_on_whole() -> None:
    speaker = child("")
    assert speaker.lines(b"one\ntw") == ["one"]
    assert speaker.lines(b"o\n") == ["two"]


def test_a_child_that_keeps_dying_waits_longer_each_time() -> None:
    failing = child("raise SystemExit(3)")
    pauses = []
    for _ in range(3):
        failing.start({})
        assert failing.process is not None
        failing.process.wait()
        failing.process.stdout.close()  # type: ignore[union-attr]  # a pipe, as start() asks for one
        assert failing.died().startswith("ended with 3")
        pauses.append(round(failing.due_s - time.monotonic()))
    assert pauses == [1, 2, 4]


def test_a_child_has_a_session_of_its_own() -> None:
    sleeper = child("import os; print(os.getsid(0) == os.getpid(), flush=True)")
    sleeper.start({})
    assert sleeper.process is not None
    assert sleeper.process.stdout is not None
    assert sleeper.process.stdout.read() == b"True\n"
    sleeper.close()


def test_killing_the_group_reaches_grandchildren() -> None:
    code = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    parent = child(f"{code} print('ready', flush=True); time.sleep(60)")
    parent.start({})
    assert parent.process is not None
    assert parent.process.stdout is not None
    parent.process.stdout.readline()
    assert parent.kill_group()
    assert parent.process.stdout.read() == b""  # the pipe closes only when the grandchild is gone too
    parent.close()
