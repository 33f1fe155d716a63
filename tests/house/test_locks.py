"""Lock files: everything pinned and hashed, and no word about where it came from."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
PYTHON_LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    found = PIN.findall((ROOT / name).read_text())
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, _extras, version in found}


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_a_python_lock_names_no_host(name: str) -> None:
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links", (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_pin_has_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_what_tests_run_with_is_what_runs() -> None:
    run, develop = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: develop.get(name) for name in run} == run


def test_every_declared_package_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.sub(r"[-_.]+", "-", re.split(r"[\[=<>; ]", line)[0]).lower() for line in project["dependencies"]}
    assert declared - set(pins("requirements.lock")) == set()


def test_the_npm_lock_has_integrity_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wrong = [name for name, entry in packages.items() if name and ("resolved" in entry or "integrity" not in entry)]
    assert wrong == []


def test_npm_packages_are_pinned_exactly() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
