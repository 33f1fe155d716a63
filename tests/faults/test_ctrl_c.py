"""Ctrl-C in the middle of a campaign: what is in hand is finished, nothing is left unclear, the rest goes on later."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import made_run
import pytest
import servers
from django.conf import settings

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("make-run")]

LAUNCH = """
from datetime import timedelta
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
launched_at = now - timedelta(seconds=schedule.UNDO_S)
schedule.launch(campaign=new, version=new.version, confirmed_people=people, by=by, now=launched_at)
print(new.pk)
"""


def launch(var: Path) -> int:
    """Send the finished campaign of the demo world once more, beginning now."""
    environment = servers.clean_environment(MMSADMIN_VAR=str(var))
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", LAUNCH]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def states_of(var: Path, campaign: int) -> dict[str, int]:
    sums = (
        "SELECT m.state, COUNT(*) FROM campaigns_message m JOIN campaigns_run r ON r.id = m.run_id"
        " WHERE r.campaign_id = ? GROUP BY m.state"
    )
    with sqlite3.connect(f"file:{var}/mmsadmin.sqlite3?mode=ro", uri=True, timeout=20) as connection:
        return dict(connection.execute(sums, [campaign]))


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
