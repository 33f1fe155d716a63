"""The bells: quick on one machine, and never a pile of old ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import servers
from django.conf import settings

from mmsadmin import plan
from mmsadmin.celery import app

ASKED = (
    "import json; from mmsadmin.celery import app; "
    "print(json.dumps([app.conf.broker_url, app.conf.broker_transport_options]))"
)


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_a_bell_is_forgotten_before_a_pile_of_them_grows(name: str) -> None:
    entry = app.conf.beat_schedule[name]
    assert 0 < entry["options"]["expires"] <= 2 * entry["schedule"], entry


def test_every_bell_is_that_of_a_task() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_without_a_server_bells_are_files_that_are_looked_for_fifty_times_a_second(tmp_path: Path) -> None:
    """In a process of its own: the tests' settings have another broker."""
    environment = servers.clean_environment(MMSADMIN_VAR=str(tmp_path))
    said = subprocess.check_output([sys.executable, "-c", ASKED], cwd=settings.BASE_DIR, env=environment)
    url, options = json.loads(said)
    folders = {name: Path(options[name]) for name in ("data_folder_in", "data_folder_out", "control_folder")}
    assert url == "filesystem://localhost"
    assert options["polling_interval"] == 0.02
    assert folders["data_folder_in"] == folders["data_folder_out"] != folders["control_folder"]
    assert all(folder.is_dir() and tmp_path in folder.parents for folder in folders.values())


def test_what_was_rung_before_a_start_is_gone_after_it(tmp_path: Path) -> None:
    for folder in ("messages", "control"):
        (tmp_path / "broker" / folder).mkdir(parents=True)
        (tmp_path / "broker" / folder / "1_old.ticks.msg").write_text("{}")
    plan.environment(tmp_path, 8000)
    assert [path for path in (tmp_path / "broker").rglob("*") if path.is_file()] == []
