"""`make bench`: one JSON object a line. Names on the command line pick rows' modules (`make bench ONLY=expand`)."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import django
import servers
from django.conf import settings
from django.db import connection
from django.test import utils

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["LOG_LEVEL"] = "ERROR"
django.setup()
HERE = Path(__file__).parent
NOT_ROWS = {"__main__", "__init__", "crowd", "films", "judge", "measure", "pictures", "rivals"}


def main(names: list[str]) -> int:
    found = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_ROWS)
    utils.setup_test_environment()
    for name in names or found:
        module = importlib.import_module(f"bench.{name}")
        for vendor in getattr(module, "ON", ("sqlite",)):
            if vendor == connection.vendor:
                measured(module)
            elif connection.vendor == "sqlite":
                elsewhere(name)
    return 0


def measured(module: ModuleType) -> None:
    # A fresh database for each: what one row writes must not slow the next.
    databases = utils.setup_databases(verbosity=0, interactive=False)
    for row in module.rows():
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
    utils.teardown_databases(databases, verbosity=0)


def elsewhere(name: str) -> None:
    """The same on a PostgreSQL that is thrown away, in a process that knows no other database."""
    if not servers.postgres_programs():
        sys.stderr.write(f"PostgreSQL is not installed: {name} is not measured on it.\n")
        return
    with servers.postgres(durable=True) as url:
        subprocess.run([sys.executable, "-m", "bench", name], env={**os.environ, "TEST_DATABASE_URL": url}, check=True)


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    finally:
        shutil.rmtree(settings.VAR, ignore_errors=True)
