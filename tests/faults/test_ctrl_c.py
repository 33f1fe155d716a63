"""Ctrl-C in the middle of the work: what is in hand is finished, nothing is left unclear, the rest goes on later."""

import contextlib
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import made_run
import media_samples
import pytest
import servers
from django.conf import settings

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("make-run")]

LAUNCH = """
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from campaigns.audience import estimate
from campaigns.composing import drafts
from campaigns.models import Campaign
from campaigns.sending import schedule
now = timezone.now()
old = Campaign.objects.get(state="finished")
by = old.created_by
new = drafts.duplicate(campaign=old, by=by, now=now)
people = estimate.count(group=new.group, audience=new.audience).reachable
launched_at = now - timedelta(seconds=settings.UNDO_S)
schedule.launch(campaign=new, version=new.version, confirmed_people=people, by=by, now=launched_at)
print(new.pk)
"""
# As many copies as a worker cannot make in the time of this test.
ASK_FOR_COPIES = """
import pathlib
from django.utils import timezone
from campaigns.assets import fit, store
from campaigns.composing import drafts
from campaigns.models import Campaign
now = timezone.now()
old = Campaign.objects.get(state="finished")
by = old.created_by
photo = pathlib.Path("PHOTO").read_bytes()
clean = store.clean_copy(store.take_in(name="photo.jpg", chunks=[photo], by=by, now=now))
for budget_bytes in (600_000, 500_000, 400_000, 300_000):
    draft = drafts.duplicate(campaign=old, by=by, now=now)
    drafts.attach(campaign=draft, rendition=clean, version=draft.version, by=by, now=now)
    wish = fit.ask(asset=clean.asset, budget_bytes=budget_bytes, by=by, now=now)
    drafts.await_copy(campaign=draft, fit=wish, version=draft.version, by=by, now=now)
"""


def launch(var: Path) -> int:
    """Send the finished campaign of the demo world once more, beginning now."""
    return int(in_shell(var, LAUNCH))


def in_shell(var: Path, code: str) -> str:
    environment = servers.clean_environment(MMSADMIN_VAR=str(var))
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def states_of(var: Path, campaign: int) -> dict[str, int]:
    sums = (
        "SELECT m.state, COUNT(*) FROM campaigns_message m JOIN campaigns_run r ON r.id = m.run_id"
        " WHERE r.campaign_id = ? GROUP BY m.state"
    )
    return dict(ask(var, sums, campaign))


def ask(var: Path, query: str, *values: object) -> list[tuple[str, int]]:
    with sqlite3.connect(f"file:{var}/mmsadmin.sqlite3?mode=ro", uri=True, timeout=20) as connection:
        return connection.execute(query, values).fetchall()


def copies(var: Path) -> dict[str, int]:
    """How many copies are in which state."""
    return dict(ask(var, "SELECT state, COUNT(*) FROM campaigns_fit GROUP BY state"))


def fenced_children() -> set[int]:
    """The processes that fit a file, of whoever started them: their environment names nobody but their parent."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"campaigns.media.fit" in (process / "cmdline").read_bytes():
                found.add(int(process.name))
    return found


def handed_over(found: dict[str, int]) -> int:
    return sum(found.get(state, 0) for state in ("accepted", "sent", "delivered", "unconfirmed"))


def test_ctrl_c_in_the_middle_of_a_campaign_leaves_nothing_unclear(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with made_run.make_run(var) as started:
        servers.wait_for(lambda: started.children() == made_run.CHILDREN, seconds=180, what="all processes")
        campaign = launch(var)
        servers.wait_for(lambda: handed_over(states_of(var, campaign)) >= 5, what="the first hand-overs")
        started.interrupt()
        stopped = states_of(var, campaign)
        assert started.command_lines() == []
        assert "did not end in time" not in started.log.read_text()
        assert stopped.get("pending", 0) > 0, "it was over before the interrupt"
        assert (stopped.get("unknown", 0), stopped.get("claimed", 0)) == (0, 0)
    with made_run.make_run(var) as started:
        servers.wait_for(
            lambda: handed_over(states_of(var, campaign)) > handed_over(stopped), seconds=90, what="it to go on"
        )
        assert states_of(var, campaign).get("unknown", 0) == 0


def test_ctrl_c_in_the_middle_of_a_copy_ends_its_child_and_the_copy_is_made_later(tmp_path: Path) -> None:
    var = tmp_path / "var"
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(media_samples.photo_jpeg(12, quality=95))
    others = fenced_children()
    with made_run.make_run(var) as started:
        servers.wait_for(lambda: started.children() == made_run.CHILDREN, seconds=180, what="all processes")
        in_shell(var, ASK_FOR_COPIES.replace("PHOTO", str(photo)))
        servers.wait_for(lambda: copies(var).get("running") and fenced_children() - others, what="a child at work")
        ours = fenced_children() - others
        asked = time.monotonic()
        started.interrupt()
        assert time.monotonic() - asked < 25
        assert not ours & fenced_children()
        assert "did not end in time" not in started.log.read_text()
        stopped = copies(var)
        assert stopped.get("waiting", 0) >= 1, "it was over before the interrupt"
        assert stopped.get("running", 0) == 0
    with made_run.make_run(var):
        servers.wait_for(lambda: copies(var) == {"done": 4}, seconds=180, what="the copies")
    adopted = """SELECT c.purpose, COUNT(*) FROM campaigns_revision r
        JOIN campaigns_rendition c ON c.id = r.rendition_id
        WHERE c.purpose = 'fitted' AND r.fitting_id IS NULL GROUP BY 1"""
    assert dict(ask(var, adopted)) == {"fitted": 4}
