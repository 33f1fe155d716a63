"""`make run` as a newcomer meets it: a page comes, Ctrl-C ends everything, nothing stays behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

import made_run
import pytest
import servers
from django.conf import settings

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("make-run")]

LOG_INS = [
    "Marketer: marketer / try-it-out",
    "Account manager: manager / try-it-out",
    "Viewer: viewer / try-it-out",
]
SECOND_START_S = 5 * 5.0  # five times the aim: other tests share the two cores


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("make-run") / "var"


def test_everything_starts_and_ctrl_c_ends_all_of_it(var: Path) -> None:
    with made_run.make_run(var) as started:
        servers.wait_for(lambda: started.page("/login") == 200, seconds=180, what="the log-in page")
        servers.wait_for(lambda: started.children() == made_run.CHILDREN, what=f"all of {made_run.CHILDREN}")
        greeting = f"Open {started.base_url}/"
        servers.wait_for(lambda: greeting in started.log.read_text(), what="the address")
        said = started.log.read_text()
        assert [line for line in said.splitlines() if line.endswith(" / try-it-out")] == LOG_INS
        started.interrupt()
        assert started.command_lines() == []
        assert "Stopped." in started.log.read_text()
        assert "Traceback" not in started.log.read_text()


def test_the_second_start_is_quick(var: Path) -> None:
    before = time.monotonic()
    with made_run.make_run(var) as started:
        servers.wait_for(lambda: started.page("/login") == 200, seconds=SECOND_START_S, what="the log-in page")
        assert time.monotonic() - before < SECOND_START_S


def test_a_killed_supervisor_leaves_nobody(var: Path) -> None:
    with made_run.make_run(var) as started:
        servers.wait_for(lambda: started.children() == made_run.CHILDREN, what=f"all of {made_run.CHILDREN}")
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()
        servers.wait_for(lambda: started.command_lines() == [], what="every child to follow")


def test_a_taken_port_is_named(var: Path) -> None:
    with made_run.make_run(var) as started:
        servers.wait_for(lambda: started.page("/login") == 200, what="the log-in page")
        taken = started.base_url.rpartition(":")[2]
        environment = servers.clean_environment(MMSADMIN_VAR=str(var.parent / "other"), PORT=taken)
        second = subprocess.run(
            ["make", "run"], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
    assert second.returncode != 0
    assert f"Port {taken} is taken" in second.stdout
    assert "PORT=" in second.stdout
