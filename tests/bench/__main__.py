"""`make bench`: one JSON object a line. Names on the command line pick rows' modules (`make bench ONLY=expand`)."""

import importlib
import os
import shutil
import sys
from pathlib import Path

import django
from django.conf import settings
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
        # A fresh database for each: what one row writes must not slow the next.
        databases = utils.setup_databases(verbosity=0, interactive=False)
        for row in importlib.import_module(f"bench.{name}").rows():
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()
        utils.teardown_databases(databases, verbosity=0)
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    finally:
        shutil.rmtree(settings.VAR, ignore_errors=True)
